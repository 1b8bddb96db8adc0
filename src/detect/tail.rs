//! How surprising a count is, and the smallest count that is surprising enough.
//!
//! In: a count, the mean and variance that were expected. Out: -log10 of the chance of so many or
//! more under the negative binomial distribution with that mean and variance.
//! Rule: no cancellation. The probability is its first term, written with deviances that are small
//! where the count is close to the mean, times a continued fraction; so the result holds to 1e-12,
//! near 1 as at 10^-500.
//! Not here: where mean and variance come from, and which surprise is enough.

use std::f64::consts::{LN_10, PI};

/// Variance over mean below which the distribution is taken as this close to Poisson.
const DISPERSION_MIN: f64 = 1.0001;
/// Variance over mean above which nothing changes any more; bounds the work.
const DISPERSION_MAX: f64 = 1e8;
/// Expectations below are taken as this one, so that a first post has a finite surprise.
const MEAN_MIN: f64 = 1e-12;
/// Below this shape the whole tail can be small even at the mean, so it is never one minus the rest.
const SHAPE_OF_SMALL_TAILS: f64 = 0.1;
/// Arguments from which on the Stirling series below is exact in double precision.
const STIRLING_MIN: f64 = 16.0;
/// Relative deviations under which the deviance is summed as a series.
const SERIES_MAX: f64 = 0.1;

/// `-log10 P(Y >= observed)` of the negative binomial `Y` with mean `expected` and variance
/// `variance`; 0 where `observed <= expected`.
///
/// `variance` is taken as at least 1.0001 times `expected` (close to Poisson) and at most 1e8 times.
/// With `r = mean^2 / (variance - mean)` and `q = 1 - mean / variance` the chance is the regularised
/// incomplete beta function `I_q(observed, r)` (DLMF 8.17; its continued fraction 8.17.22).
pub fn surprise(observed: u32, expected: f64, variance: f64) -> f64 {
    NegativeBinomial::new(expected, variance).surprise(f64::from(observed))
}

/// The smallest count whose [`surprise`] is at least `surprise`; `u32::MAX` if there is none.
pub fn critical_count(expected: f64, variance: f64, surprise: f64) -> u32 {
    let distribution = NegativeBinomial::new(expected, variance);
    if surprise <= 0.0 {
        return 0;
    }
    let mut search = Bracket::new(&distribution, surprise);
    while let Some(guess) = search.next_guess() {
        search.learn(guess, distribution.surprise(guess));
    }
    to_count(search.above)
}

/// A negative binomial distribution by mean and shape.
struct NegativeBinomial {
    mean: f64,
    /// `r`: mean^2 / (variance - mean).
    shape: f64,
}

impl NegativeBinomial {
    fn new(expected: f64, variance: f64) -> Self {
        let mean = expected.max(MEAN_MIN);
        let variance = variance.clamp(DISPERSION_MIN * mean, DISPERSION_MAX * mean);
        let shape = mean / (variance - mean) * mean;
        Self { mean, shape }
    }

    fn surprise(&self, count: f64) -> f64 {
        if count <= self.mean {
            return 0.0;
        }
        (-self.log_tail(count) / LN_10).max(0.0)
    }

    /// `ln P(Y >= count)` for a count above the mean.
    fn log_tail(&self, count: f64) -> f64 {
        let Self { shape, .. } = *self;
        let success = shape / (shape + mean);
        let failure = mean / (shape + mean);
        let log_mass = self.log_mass(count);
        // Both fractions hold everywhere; each converges fast on its own side.
        let direct = failure * (count + shape + 2.0) < count + 1.0;
        if direct || shape < SHAPE_OF_SMALL_TAILS {
            return log_mass + libm::log(beta_fraction(count, shape, failure));
        }
        let below = libm::exp(log_mass) * count / shape * beta_fraction(shape, count, success);
        libm::log1p(-below)
    }

    /// `ln P(Y = count)`, by Stirling's formula with its error and the two deviances
    /// (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
    fn log_mass(&self, count: f64) -> f64 {
        let Self { shape, .. } = *self;
        let total = count + shape;
        let front = if shape < STIRLING_MIN {
            libm::log(shape) * (1.0 + shape)
                - shape
                - libm::lgamma(shape + 1.0)
                - 0.5 * libm::log(count * total)
        } else {
            0.5 * libm::log(shape / total / count / (2.0 * PI)) - stirling_error(shape)
        };
        front + stirling_error(total) - stirling_error(count) - self.deviance(count)
    }

    /// What the count lacks in likelihood against a distribution that expects just this count.
    fn deviance(&self, count: f64) -> f64 {
        let Self { shape, .. } = *self;
        let excess = count - mean;
        let total = count + shape;
        let both = mean + shape;
        let shift = shape * excess / both;
        let of_shape = if excess / total < SERIES_MAX {
            shape * total / both * deviance_series(-excess / total)
        } else {
            shape * libm::log(both / total) + shift
        };
        let relative = shape / mean * (excess / total);
        let of_count = if relative < SERIES_MAX {
            mean * total / both * deviance_series(relative)
        } else {
            count * libm::log(count / mean * (both / total)) - shift
        };
        of_shape + of_count
    }
}

/// `(1 + u) ln(1 + u) - u` for a small `u`.
fn deviance_series(u: f64) -> f64 {
    let mut power = u * u;
    let mut sum = 0.0;
    for k in 2..20_u32 {
        sum += power / f64::from(k * (k - 1));
        power *= -u;
    }
    sum
}

/// `ln(x!)` minus Stirling's formula `(x + 1/2) ln x - x + ln(2 pi) / 2` (DLMF 5.11.1).
fn stirling_error(x: f64) -> f64 {
    if x < STIRLING_MIN {
        return libm::lgamma(x + 1.0) - (x + 0.5) * libm::log(x) + x - 0.5 * libm::log(2.0 * PI);
    }
    let square = x * x;
    let tail = 1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square;
    (1.0 / 12.0 - (1.0 / 360.0 - tail / square) / square) / x
}

/// The continued fraction of the incomplete beta function `I_x(a, b)`, by the modified method of
/// Lentz: `I_x(a, b) = x^a (1 - x)^b / (a B(a, b))` times this.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    /// Enough for every dispersion that is let in; reached by none.
    const ROUNDS_MAX: u32 = 400_000;
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut upper = 1.0;
    let mut lower = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = lower;
    for round in 1..ROUNDS_MAX {
        let m = f64::from(round);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        lower = 1.0 / away_from_zero(1.0 + even * lower);
        upper = away_from_zero(1.0 + even / upper);
        value *= lower * upper;
        lower = 1.0 / away_from_zero(1.0 + odd * lower);
        upper = away_from_zero(1.0 + odd / upper);
        let step = lower * upper;
        value *= step;
        if (step - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// Closes in on the smallest whole count that is surprising enough.
struct Bracket {
    wanted: f64,
    /// A count that is not surprising enough, and its surprise.
    below: f64,
    below_surprise: f64,
    /// A count that is (or the largest that there can be), and its surprise once it is known.
    above: f64,
    above_surprise: Option<f64>,
    first_guess: Option<f64>,
    /// The last interpolation moved only one end a little: halve instead.
    halve: bool,
}

impl Bracket {
    fn new(distribution: &NegativeBinomial, wanted: f64) -> Self {
        let below = distribution.mean.floor().min(f64::from(u32::MAX) - 1.0);
        Self {
            wanted,
            below,
            below_surprise: 0.0,
            above: f64::from(u32::MAX),
            above_surprise: None,
            first_guess: Some(cornish_fisher(distribution, wanted)),
            halve: false,
        }
    }

    /// A whole count strictly between the ends, `None` when nothing is between them.
    fn next_guess(&mut self) -> Option<f64> {
        let gap = self.above - self.below;
        if gap <= 1.0 {
            return None;
        }
        let guess = match (self.first_guess.take(), self.above_surprise) {
            (Some(guess), _) => guess,
            (None, Some(above)) if !self.halve => {
                let share = (self.wanted - self.below_surprise) / (above - self.below_surprise);
                self.below + gap * share
            }
            (None, Some(_)) => self.below + gap / 2.0,
            // No upper end yet: the surprise grows at least as fast as so far, nearly.
            (None, None) => self.below * (1.1 * self.wanted / self.below_surprise.max(0.1)) + 1.0,
        };
        Some(guess.ceil().clamp(self.below + 1.0, self.above - 1.0))
    }

    fn learn(&mut self, count: f64, surprise: f64) {
        let gap = self.above - self.below;
        if surprise >= self.wanted {
            self.above = count;
            self.above_surprise = Some(surprise);
        } else {
            self.below = count;
            self.below_surprise = surprise;
        }
        self.halve = !self.halve && (self.above - self.below) > gap / 2.0;
    }
}

/// About the count of a given surprise: the normal quantile with the correction for skewness.
fn cornish_fisher(distribution: &NegativeBinomial, surprise: f64) -> f64 {
    let NegativeBinomial { mean, shape } = *distribution;
    let dispersion = 1.0 + mean / shape;
    // Upper quantile of the normal, from its tail exp(-z^2 / 2) / (z sqrt(2 pi)).
    let log_odds = 2.0 * LN_10 * surprise;
    let normal = (log_odds - libm::log(1.0 + 2.0 * PI * log_odds))
        .max(0.0)
        .sqrt();
    let skewness_times_deviation = 2.0 * dispersion - 1.0;
    mean + (mean * dispersion).sqrt() * normal
        + skewness_times_deviation * (normal * normal - 1.0) / 6.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number between 0 and u32::MAX by construction"
)]
fn to_count(whole: f64) -> u32 {
    whole as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn agrees_with_an_independent_implementation() {
        let table = include_str!("../../tests/data/tail_reference.csv");
        let mut worst = (0.0_f64, String::new());
        let mut points = 0;
        for line in table.lines().skip(1) {
            let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            let [observed, expected, variance, reference] = cells.try_into().unwrap();
            let error = (surprise(observed as u32, expected, variance) / reference - 1.0).abs();
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
        assert_eq!(surprise(0, 0.0, 0.0), 0.0);
        assert_eq!(surprise(7, 7.0, 70.0), 0.0);
        assert_eq!(surprise(6, 7.0, 7.0), 0.0);
        assert!(surprise(8, 7.0, 7.0) > 0.0);
    }

    #[test]
    fn a_single_post_has_the_chance_of_not_none() {
        // P(Y >= 1) = 1 - (mean / variance)^r, here r = 1: 1 - 1/3.
        let expected = -(2.0_f64 / 3.0).log10();
        assert!((surprise(1, 0.9999, 0.9999 + 0.9999 * 0.9999) - 0.301).abs() < 1e-3);
        assert!((surprise(1, 0.999_999_999, 1.999_999_997) - 0.5_f64.log10().abs()).abs() < 1e-8);
        assert!(
            (NegativeBinomial {
                mean: 2.0,
                shape: 1.0
            }
            .log_tail(1.0)
                / LN_10
                + expected)
                .abs()
                < 1e-13
        );
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
            let count = (mean + 1.0 + above * variance.sqrt()).ceil() as u32;
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

        #[test]
        fn few_tails_find_the_critical_count(
            mean in any_mean(),
            dispersion in any_dispersion(),
            wanted in 1.0..20.0_f64,
        ) {
            let distribution = NegativeBinomial::new(mean, mean * dispersion);
            let mut search = Bracket::new(&distribution, wanted);
            let mut tails = 0;
            while let Some(guess) = search.next_guess() {
                search.learn(guess, distribution.surprise(guess));
                tails += 1;
            }
            prop_assert!(tails <= 16, "{tails} tails");
        }
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
}
