//! When did the talk begin?
//!
//! In: the posts of the last hour, newest part first, and how many are usual. Out: the time of the
//! first post of the stretch that stands out most.
//! Rule: of all stretches that end now, the one whose posts are the least explained by the usual rate:
//! largest `n ln(n / e) - (n - e)`, the log-likelihood ratio of a changed Poisson rate (Kulldorff's scan
//! statistic with a fixed end, 1997). A lone post an hour before a burst is not its beginning.
//! Not here: whether it is a spike (`judge`).

use crate::post::EventTime;
use crate::window::Tally;

/// The usual rate is at least this, posts a millisecond: one in a month.
const LEAST_RATE: f64 = 4e-10;

/// A pane, milliseconds.
const PANE_MS: i64 = 10_000;

/// The time of the first post of the stretch; `None` without posts.
pub(super) fn onset<'a>(
    newest_first: impl Iterator<Item = &'a Tally>,
    per_millisecond: f64,
) -> Option<EventTime> {
    let rate = per_millisecond.max(LEAST_RATE);
    let mut until = None;
    let mut posts = 0_u32;
    let mut best: Option<(f64, EventTime)> = None;
    for tally in newest_first {
        let Some((earliest, newest)) = tally.span else {
            continue;
        };
        posts = posts.saturating_add(tally.posts);
        let until = *until.get_or_insert(newest);
        let usual = rate * millis(until, earliest);
        let ratio = log_likelihood_ratio(f64::from(posts), usual);
        if best.is_none_or(|(most, _)| ratio > most) {
            best = Some((ratio, earliest));
        }
    }
    best.map(|(_, earliest)| earliest)
}

/// At least a pane: posts at one instant have no rate.
fn millis(until: EventTime, from: EventTime) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an hour")]
    let millis = until.millis_since(from).max(PANE_MS) as f64;
    millis
}

/// How much better a changed rate explains so many posts than the usual one.
pub(super) fn log_likelihood_ratio(posts: f64, usual: f64) -> f64 {
    if posts <= usual {
        return 0.0;
    }
    posts * libm::log(posts / usual) - (posts - usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(minutes: &[(i64, u32)], per_hour: f64) -> Option<i64> {
        let tallies: Vec<Tally> = minutes
            .iter()
            .rev()
            .map(|&(minute, posts)| {
                let at = EventTime::from_millis(minute * 60_000);
                Tally {
                    posts,
                    span: Some((at, at)),
                    ..Tally::default()
                }
            })
            .collect();
        let onset = onset(tallies.iter(), per_hour / 3_600_000.0);
        onset.map(|onset| onset.millis() / 60_000)
    }

    #[test]
    fn a_lone_post_long_before_a_burst_is_not_its_beginning() {
        assert_eq!(check(&[(3, 1), (55, 2), (56, 4), (57, 9)], 1.0), Some(55));
        assert_eq!(check(&[(3, 1), (31, 1), (57, 3)], 1.0), Some(57));
    }

    #[test]
    fn a_slow_rise_begins_where_it_leaves_the_usual() {
        let minutes: Vec<(i64, u32)> = (0..60)
            .map(|minute| (minute, if minute < 20 { 2 } else { 6 }))
            .collect();
        assert_eq!(check(&minutes, 120.0), Some(20));
    }

    #[test]
    fn without_posts_there_is_no_beginning() {
        assert_eq!(check(&[], 1.0), None);
    }
}
