//! Series mode as a whole: what a series of a known kind gives.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "made counts are small"
)]

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;

const FIVE_MINUTES: u32 = 300_000;
const ROWS_PER_DAY: usize = 288;

fn score(values: &[u32]) -> Vec<Row> {
    let mut scorer = SeriesScorer::new(FIVE_MINUTES, Settings::default());
    let mut at = EventTime::from_millis(1_425_000_000_000);
    values
        .iter()
        .map(|&value| {
            let row = scorer.push(at, value);
            at = at.plus_millis(i64::from(FIVE_MINUTES));
            row
        })
        .collect()
}

fn alerts(values: &[u32]) -> Vec<usize> {
    let rows = score(values);
    (0..rows.len()).filter(|&row| rows[row].alert).collect()
}

/// A Poisson series with a daily rhythm of plus and minus 60 %.
fn quiet(days: usize, per_row: f64, seed: u64) -> Vec<u32> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    (0..days * ROWS_PER_DAY)
        .map(|row| {
            let phase = (row % ROWS_PER_DAY) as f64 / ROWS_PER_DAY as f64;
            let mean = per_row * (1.0 + 0.6 * (phase * std::f64::consts::TAU).sin());
            poisson(mean, &mut random)
        })
        .collect()
}

/// By arrivals: exponential gaps until the row is over.
fn poisson(mean: f64, random: &mut Pcg64Mcg) -> u32 {
    let mut time = 0.0;
    let mut posts = 0;
    loop {
        time -= (1.0 - random.random::<f64>()).ln() / mean;
        if time > 1.0 {
            return posts;
        }
        posts += 1;
    }
}

#[test]
fn zeros_constants_one_row_and_huge_counts_run_clean() {
    assert!(alerts(&[0; 3000]).is_empty());
    assert!(alerts(&[7; 3000]).is_empty());
    assert!(alerts(&[50_000_000; 3000]).is_empty());
    assert!(alerts(&[u32::MAX]).is_empty());
    for row in score(&[u32::MAX; 100]) {
        assert!(row.expected.is_finite() && row.surprise.is_finite());
    }
}

#[test]
fn a_spike_alerts_once_and_at_its_first_row() {
    for per_row in [0.05, 0.5, 5.0, 50.0] {
        let mut values = quiet(8, per_row, 1);
        let spike = 6 * ROWS_PER_DAY + 100;
        for value in &mut values[spike..spike + 12] {
            *value += 10 + (per_row * 5.0) as u32;
        }
        assert_eq!(alerts(&values), [spike], "{per_row} posts a row");
    }
}

#[test]
fn a_slow_rise_alerts() {
    // Four times the level after twelve hours, once the rhythm is known.
    let begin = 20 * ROWS_PER_DAY;
    let mut values = quiet(22, 20.0, 2);
    for (step, value) in values[begin..].iter_mut().enumerate() {
        *value += (step as f64 / 144.0 * 60.0).min(60.0) as u32;
    }
    let alerts = alerts(&values);
    assert!(!alerts.is_empty() && alerts[0] >= begin, "{alerts:?}");
    assert!(alerts[0] < begin + 144, "{alerts:?}");
}

#[test]
fn a_lasting_level_becomes_normal() {
    let mut values = quiet(20, 20.0, 3);
    for value in &mut values[6 * ROWS_PER_DAY..] {
        *value *= 3;
    }
    let rows = score(&values);
    let last = rows.last().unwrap();
    assert!(last.expected > 20.0, "{last:?}");
    let late = rows[12 * ROWS_PER_DAY..].iter().filter(|row| row.alert);
    assert_eq!(late.count(), 0);
}

#[test]
fn the_return_of_a_feed_is_no_alert() {
    let mut values = quiet(12, 30.0, 4);
    values[7 * ROWS_PER_DAY..7 * ROWS_PER_DAY + 36].fill(0);
    assert!(alerts(&values).is_empty());
}

#[test]
fn a_row_that_reaches_its_critical_count_alerts_and_one_post_less_does_not() {
    let before = quiet(5, 3.0, 5);
    let with = |value: u32| {
        let mut values = before.clone();
        values.push(value);
        *score(&values).last().unwrap()
    };
    let critical = with(0).critical;
    assert!(critical > 3);
    assert!(with(critical).alert && with(critical).score >= 0.5);
    assert!(!with(critical - 1).alert && with(critical - 1).score < 0.5);
    assert_eq!(with(critical).critical, critical);
}

#[test]
fn time_that_stands_still_is_passed_over_and_a_gap_starts_the_windows_anew() {
    let mut scorer = SeriesScorer::new(FIVE_MINUTES, Settings::default());
    let mut at = EventTime::from_millis(1_425_000_000_000);
    for _ in 0..2000 {
        at = at.plus_millis(i64::from(FIVE_MINUTES));
        scorer.push(at, 4);
    }
    let mut twin = scorer.clone();
    let again = scorer.push(at, 1_000_000);
    assert!(!again.alert && again.surprise <= 0.0);
    let earlier = scorer.push(at.plus_millis(-3_600_000), 1_000_000);
    assert!(!earlier.alert);
    let after_gap = at.plus_millis(7_200_000);
    assert_eq!(scorer.push(after_gap, 4), twin.push(after_gap, 4));
    let after_weeks = at.plus_millis(40 * 86_400_000);
    assert!(!scorer.push(after_weeks, 1_000_000).alert);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_row_depends_on_itself_and_earlier_rows_only(
        values in proptest::collection::vec(0_u32..200, 1..800),
        cut in 1_usize..800,
    ) {
        let cut = cut.min(values.len());
        prop_assert_eq!(&score(&values)[..cut], &score(&values[..cut])[..]);
    }

    #[test]
    fn any_counts_at_any_times_give_finite_rows(
        rows in proptest::collection::vec((any::<u32>(), -1_000_000_000_i64..10_000_000_000), 1..200),
    ) {
        let mut scorer = SeriesScorer::new(FIVE_MINUTES, Settings::default());
        let mut at = EventTime::from_millis(0);
        for (value, step) in rows {
            at = at.plus_millis(step);
            let row = scorer.push(at, value);
            prop_assert!(row.expected.is_finite() && row.surprise.is_finite());
            prop_assert!((0.0..=1.0).contains(&row.score));
        }
    }
}
