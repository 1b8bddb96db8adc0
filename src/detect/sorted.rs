//! Lists that stay sorted by key.
//!
//! In: a list, a key, a value. Out: the list with the value at its key.

use std::collections::VecDeque;

/// Adds `value` at `key` of a list that is sorted by key; the end is the usual place.
pub(super) fn add_sorted<K: Ord + Copy, V>(
    list: &mut VecDeque<(K, V)>,
    key: K,
    value: V,
    merge: impl FnOnce(&mut V, V),
) {
    match list.binary_search_by_key(&key, |&(key, _)| key) {
        Ok(place) => {
            if let Some((_, old)) = list.get_mut(place) {
                merge(old, value);
            }
        }
        Err(place) => list.insert(place, (key, value)),
    }
}
