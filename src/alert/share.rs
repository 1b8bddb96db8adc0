//! What the surprise is made of.
//!
//! Rule: the shares of one split add up to the surprise, to the last bit that JSON shows.
//! This version splits it in proportion to the posts; a later one by log-likelihood.

use super::number::tidy;
use super::{Share, ShareBy};

/// Splits `surprise` over `parts` (value, posts); posts that no part holds become the share with
/// the empty value. No parts, no shares.
pub(super) fn split(
    by: ShareBy,
    surprise: f64,
    posts: u32,
    parts: impl Iterator<Item = (String, u32)>,
) -> Vec<Share> {
    let mut parts: Vec<(String, u32)> = parts.filter(|&(_, count)| count > 0).collect();
    let named: u64 = parts.iter().map(|&(_, count)| u64::from(count)).sum();
    if named == 0 {
        return Vec::new();
    }
    // A post can name several places: then the parts are more than the posts, and share them.
    let rest = u64::from(posts).saturating_sub(named);
    if let Ok(rest @ 1..) = u32::try_from(rest) {
        parts.push((String::new(), rest));
    }
    let whole: f64 = parts.iter().map(|&(_, count)| f64::from(count)).sum();
    let mut shares: Vec<Share> = parts
        .into_iter()
        .map(|(value, count)| Share {
            by,
            value,
            surprise: floor(surprise * f64::from(count) / whole),
        })
        .collect();
    // What rounding down has left goes to the largest share, where it shows least.
    let sum: f64 = shares.iter().map(|share| share.surprise).sum();
    if let Some(largest) = shares
        .iter_mut()
        .max_by(|left, right| left.surprise.total_cmp(&right.surprise))
    {
        largest.surprise = tidy(largest.surprise + surprise - sum);
    }
    shares
}

fn floor(value: f64) -> f64 {
    (value * 10_000.0).floor() / 10_000.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shares_add_up_to_the_surprise(
            surprise in 0.0_f64..400.0,
            posts in 0_u32..5_000,
            counts in proptest::collection::vec(0_u32..2_000, 0..17),
        ) {
            let surprise = tidy(surprise);
            let parts = counts.iter().enumerate().map(|(at, &count)| (format!("{at}"), count));
            let shares = split(ShareBy::Place, surprise, posts, parts);
            let sum: f64 = shares.iter().map(|share| share.surprise).sum();
            let expected = if counts.iter().any(|&count| count > 0) { surprise } else { 0.0 };
            prop_assert!((sum - expected).abs() < 1e-6, "{} {}", sum, expected);
            prop_assert!(shares.iter().all(|share| share.surprise >= 0.0));
        }
    }

    #[test]
    fn posts_without_a_value_have_a_share_of_their_own() {
        let parts = [("id".to_owned(), 60), ("en".to_owned(), 20)];
        let shares = split(ShareBy::Language, 10.0, 100, parts.into_iter());
        let read: Vec<_> = shares
            .iter()
            .map(|share| (share.value.as_str(), share.surprise))
            .collect();
        assert_eq!(read, [("id", 6.0), ("en", 2.0), ("", 2.0)]);
    }
}
