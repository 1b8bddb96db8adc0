//! Which key somebody may have meant.
//!
//! In: an unknown key. Out: the nearest known one, or none.
//! Rule: better no suggestion than a far-fetched one.

use crate::config::DEFAULT_TOML;
use crate::config::layer::dotted;

/// Longest key that is compared, bytes; the comparison takes time in the square of it.
const KEY_BYTES_MAX: usize = 64;

/// The dotted key that `unknown` in the section `path` may stand for: a near one of the `known`
/// keys beside it, else the same word in another section.
pub(crate) fn nearest(path: &str, unknown: &str, known: &[&str]) -> Option<String> {
    let unknown = unknown.to_lowercase().replace('-', "_");
    if unknown.len() > KEY_BYTES_MAX {
        return None;
    }
    let beside = known
        .iter()
        .map(|&known| (distance(&unknown, known), known))
        .filter(|&(distance, known)| distance <= known.len() / 3)
        .min();
    if let Some((_, known)) = beside {
        return Some(dotted(path, known));
    }
    elsewhere(&unknown)
}

/// The dotted key of the built-in configuration that ends with `word`.
fn elsewhere(word: &str) -> Option<String> {
    let built_in: toml::Table = toml::from_str(DEFAULT_TOML).ok()?;
    let has_word = |section: &toml::Value| {
        section
            .as_table()
            .is_some_and(|keys| keys.contains_key(word))
    };
    let (section, _) = built_in.iter().find(|(_, section)| has_word(section))?;
    Some(dotted(section, word))
}

/// How many letters must be put in, left out, changed or swapped with their neighbour to make one
/// word of the other (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut before_last = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut one_before = None;
    for (row_number, letter) in one.chars().enumerate() {
        let mut row = vec![row_number + 1];
        let mut other_before = None;
        for (column, &other_letter) in other.iter().enumerate() {
            let at =
                |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&last, column) + usize::from(letter != other_letter);
            let left_out = at(&last, column + 1) + 1;
            let put_in = at(&row, column) + 1;
            let mut best = changed.min(left_out).min(put_in);
            if one_before == Some(other_letter) && other_before == Some(letter) {
                best = best.min(at(&before_last, column.wrapping_sub(1)) + 1);
            }
            row.push(best);
            other_before = Some(other_letter);
        }
        before_last = std::mem::replace(&mut last, row);
        one_before = Some(letter);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_steps() {
        assert_eq!(distance("brokers", "brokers"), 0);
        assert_eq!(distance("broker", "brokers"), 1);
        assert_eq!(distance("borkers", "brokers"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_near_key_of_the_section_is_suggested() {
        let known = ["minimum_posts", "minimum_accounts"];
        let suggested = |key| nearest("detect", key, &known);
        assert_eq!(
            suggested("minimum_post").as_deref(),
            Some("detect.minimum_posts")
        );
        assert_eq!(
            suggested("Minimum-Posts").as_deref(),
            Some("detect.minimum_posts")
        );
        assert_eq!(suggested("colour"), None);
    }

    #[test]
    fn a_key_of_another_section_is_found() {
        assert_eq!(
            nearest("", "brokers", &["kafka"]).as_deref(),
            Some("kafka.brokers")
        );
    }
}
