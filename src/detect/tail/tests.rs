//! The tail against an independent implementation, and the laws of a tail.

use proptest::prelude::*;

use super::*;

#[test]
fn agrees_with_an_independent_implementation() {
    let table = include_str!("../../../tests/data/tail_reference.csv");
    let mut worst = (0.0_f64, String::new());
    let mut points = 0;
    for line in table.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let [observed, expected, variance, reference] = cells.try_into().unwrap();
        let error = (surprise(to_count(observed), expected, variance) / reference - 1.0).abs();
        points += 1;
        if error > worst.0 || error.is_nan() {
            worst = (error, line.to_owned());
        }
    }
    assert!(points >= 300, "only {points} points");
    assert!(worst.0 < 1e-12, "off by {worst:?}");
}

#[test]
fn a_count_at_or_under_the_mean_is_no_surprise() {
    assert!(surprise(0, 0.0, 0.0) <= 0.0);
    assert!(surprise(7, 7.0, 70.0) <= 0.0);
    assert!(surprise(6, 7.0, 7.0) <= 0.0);
    assert!(surprise(8, 7.0, 7.0) > 0.0);
}

#[test]
fn a_single_post_has_the_chance_of_not_none() {
    // P(Y >= 1) = 1 - (shape / (shape + mean))^shape.
    for (mean, shape) in [(0.5_f64, 1.0_f64), (1e-6, 1e-4), (0.9, 1e-3), (0.2, 1e3)] {
        let none = shape * (-mean / (shape + mean)).ln_1p();
        let expected = -(-none.exp_m1()).log10();
        let error = surprise(1, mean, mean + mean * mean / shape) / expected - 1.0;
        assert!(error.abs() < 1e-12, "{mean} {shape}: {error}");
    }
}

fn any_mean() -> impl Strategy<Value = f64> {
    (-9.0..6.0_f64).prop_map(|exponent| 10.0_f64.powf(exponent))
}

fn any_dispersion() -> impl Strategy<Value = f64> {
    (-4.0..3.0_f64).prop_map(|exponent| 1.0 + 10.0_f64.powf(exponent))
}

proptest! {
    #[test]
    fn more_posts_are_more_surprising(
        mean in any_mean(),
        dispersion in any_dispersion(),
        count in 0_u32..2_000_000,
        more in 1_u32..1000,
    ) {
        let at = |count| surprise(count, mean, mean * dispersion);
        prop_assert!(at(count).is_finite());
        prop_assert!(at(count + more) >= at(count));
        if f64::from(count) > mean {
            prop_assert!(at(count + more) > at(count));
        }
    }

    #[test]
    fn the_same_count_is_less_surprising_when_more_were_expected(
        mean in any_mean(),
        dispersion in any_dispersion(),
        above in 0.0..6.0_f64,
        factor in 1.0001..10.0_f64,
    ) {
        let variance = mean * dispersion;
        let count = to_count((mean + 1.0 + above * variance.sqrt()).ceil());
        let usual = surprise(count, mean, variance);
        prop_assert!(surprise(count, mean * factor, variance * factor) <= usual);
    }

    #[test]
    fn the_critical_count_is_the_smallest(
        mean in any_mean(),
        dispersion in any_dispersion(),
        wanted in 0.01..60.0_f64,
    ) {
        let variance = mean * dispersion;
        let critical = critical_count(mean, variance, wanted);
        prop_assert!(critical >= 1);
        prop_assert!(surprise(critical, mean, variance) >= wanted);
        prop_assert!(surprise(critical - 1, mean, variance) < wanted);
    }

}

#[test]
fn few_tails_find_the_critical_count() {
    let mut most = 0;
    let mut all = 0;
    let mut searches = 0;
    for mean in [1e-9, 1e-6, 1e-3, 0.1, 0.7, 3.0, 40.0, 1e3, 1e5] {
        for dispersion in [1.0, 1.5, 3.0, 10.0, 100.0, 1000.0] {
            for wanted in [1.0, 2.5, 4.0, 6.0, 9.0, 15.0] {
                let distribution = NegativeBinomial::new(mean, mean * dispersion);
                let mut bracket = Bracket::new(mean.floor(), wanted);
                let mut guess = distribution.about_critical(wanted);
                let mut tails = 0;
                while let Some(count) = bracket.inside(guess) {
                    bracket.learn(count, distribution.surprise(count));
                    guess = bracket.guess();
                    tails += 1;
                }
                most = most.max(tails);
                all += tails;
                searches += 1;
            }
        }
    }
    assert!(most <= 10, "{most} tails");
    assert!(all <= 4 * searches, "{all} tails in {searches} searches");
}

#[test]
fn absurd_arguments_stay_finite() {
    for mean in [f64::NAN, -1.0, 0.0, 1e-300, 1e-9, 1.0, 5e7, 1e300] {
        for variance in [f64::NAN, -1.0, 0.0, 1.0, 1e9, f64::INFINITY] {
            for count in [0, 1, 50_000_000, u32::MAX] {
                let value = surprise(count, mean, variance);
                assert!(value.is_finite(), "{count} {mean} {variance}: {value}");
            }
            critical_count(mean, variance, 5.0);
        }
    }
    assert_eq!(critical_count(1.0, 1.0, 0.0), 0);
    assert_eq!(critical_count(1.0, 1.0, f64::MAX), u32::MAX);
    assert_eq!(critical_count(1e-9, 1e-9, 8.0), 1);
}
