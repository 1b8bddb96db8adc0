//! Which changes a channel tells, and when: by level, place, topic, claim, hours of the day,
//! age.
//!
//! In: an alert and the time. Out: a [`Verdict`].
//! Rule: a function of its arguments. What comes outside of the hours is kept until they begin; what is
//! too old is not told at all: an outage's end pages nobody for what is over.
//! Not here: what was told already (`pager`).

use crate::alert::Alert;
use crate::config::{Hours, Route, is_same_word};
use crate::post::EventTime;
use crate::triage::Status;

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1_440;

/// Whether a change is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// At once.
    Now,
    /// From then on, if it still holds.
    From(EventTime),
    /// By another channel, if by any.
    Never,
}

/// The routes of one channel: any of them is enough.
#[derive(Debug, Clone)]
pub(super) struct Routes(Vec<Route>);

impl Routes {
    /// These; of none, one that takes everything that is not too old.
    pub(super) fn new(routes: &[Route]) -> Self {
        match routes {
            [] => Self(vec![Route::default()]),
            routes => Self(routes.to_vec()),
        }
    }

    /// What becomes of `alert` at `now`, when it has come just now. A change of an incident that was not
    /// told before, because it was too old or elsewhere then, is news and no change.
    pub(super) fn judge(&self, alert: &Alert, now: EventTime, was_told: bool) -> Verdict {
        let fresh = self.0.iter().filter(|route| is_fresh(route, alert, now));
        best(
            fresh.filter(|route| !was_told || takes_change(route, alert)),
            alert,
            now,
        )
    }

    /// The same for an incident that has been kept, or is told again: age and kind of change no longer count.
    pub(super) fn judge_kept(&self, alert: &Alert, now: EventTime) -> Verdict {
        best(self.0.iter(), alert, now)
    }

    /// How long after it was told it is told again; `None`: never.
    pub(super) fn remind_ms(&self, alert: &Alert) -> Option<i64> {
        let matching = self.0.iter().filter(|route| is_about(route, alert));
        let seconds =
            matching.filter_map(|route| (route.remind_after_s > 0).then_some(route.remind_after_s));
        Some(i64::from(seconds.min()?) * 1_000)
    }
}

/// The earliest of what the routes say.
fn best<'a>(routes: impl Iterator<Item = &'a Route>, alert: &Alert, now: EventTime) -> Verdict {
    let begins = routes
        .filter(|route| is_about(route, alert))
        .map(|route| begin_of_hours(route, now))
        .min();
    match begins {
        None => Verdict::Never,
        Some(begin) if begin <= now => Verdict::Now,
        Some(begin) => Verdict::From(begin),
    }
}

fn is_about(route: &Route, alert: &Alert) -> bool {
    let at_place = |code: &String| {
        let named = alert.places.iter().any(|place| place.code == *code);
        named
            || alert
                .topics
                .iter()
                .any(|topic| place_of(topic.as_str()) == Some(code))
    };
    let on_topic = |pattern: &String| {
        let matches = |topic: &str| match pattern.strip_suffix('*') {
            Some(begin) => topic.starts_with(begin),
            None => topic == pattern,
        };
        alert.topics.iter().any(|topic| matches(topic.as_str()))
    };
    alert.level_number >= route.minimum_level.number()
        && (route.places.is_empty() || route.places.iter().any(at_place))
        && (route.topics.is_empty() || route.topics.iter().any(on_topic))
        && resembles(route, alert)
}

/// Whether the alert resembles a claim as the route asks, and one with such a verdict.
fn resembles(route: &Route, alert: &Alert) -> bool {
    let has_verdict = |asked: &String| {
        let mut verdicts = alert
            .claims
            .iter()
            .filter_map(|claim| claim.verdict.as_ref());
        verdicts.any(|verdict| is_same_word(verdict, asked))
    };
    route
        .claims
        .is_none_or(|asked| asked != alert.claims.is_empty())
        && (route.verdicts.is_empty() || route.verdicts.iter().any(has_verdict))
}

/// The place in a topic's key: `place:ID-JK`, `hazard:banjir@ID-JK`.
fn place_of(topic: &str) -> Option<&str> {
    topic
        .strip_prefix("place:")
        .or_else(|| Some(topic.strip_prefix("hazard:")?.split_once('@')?.1))
}

fn takes_change(route: &Route, alert: &Alert) -> bool {
    route.updates || alert.status != Status::Updated
}

fn is_fresh(route: &Route, alert: &Alert, now: EventTime) -> bool {
    now.millis_since(alert.updated_at.0) <= i64::from(route.age_max_s) * 1_000
}

/// `now` within the hours; else when they begin.
fn begin_of_hours(route: &Route, now: EventTime) -> EventTime {
    let Some(Hours { from, to }) = route.hours else {
        return now;
    };
    let local = now.millis().div_euclid(MINUTE_MS) + route.zone.hours_ahead() * 60;
    let minute = local.rem_euclid(DAY_MINUTES);
    let (from, to) = (i64::from(from), i64::from(to));
    let is_within = if from < to {
        (from..to).contains(&minute)
    } else {
        minute >= from || minute < to
    };
    if is_within {
        return now;
    }
    let minutes = (from - minute).rem_euclid(DAY_MINUTES);
    let begin = (now.millis().div_euclid(MINUTE_MS) + minutes).saturating_mul(MINUTE_MS);
    EventTime::from_millis(begin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::tests;

    #[test]
    fn a_route_takes_by_claim_and_by_verdict() {
        let with = tests::alert();
        let mut without = tests::alert();
        without.claims.clear();
        let mut bare = tests::alert();
        bare.claims
            .iter_mut()
            .for_each(|claim| claim.verdict = None);
        let takes = |claims: Option<bool>, verdicts: &[&str]| {
            let route = Route {
                claims,
                verdicts: verdicts.iter().map(|&word| word.to_owned()).collect(),
                ..Route::default()
            };
            let routes = Routes::new(&[route]);
            let takes =
                |alert: &Alert| routes.judge(alert, alert.updated_at.0, false) == Verdict::Now;
            [&with, &without, &bare].map(takes)
        };
        assert_eq!(takes(None, &[]), [true, true, true]);
        assert_eq!(takes(Some(true), &[]), [true, false, true]);
        assert_eq!(takes(Some(false), &[]), [false, true, false]);
        assert_eq!(takes(None, &["hoaks", "SALAH"]), [true, false, false]);
        assert_eq!(takes(Some(true), &["hoaks"]), [false, false, false]);
    }
}
