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
/// Above any count.
const MEAN_MAX: f64 = 1e10;
/// Rounds of the continued fraction; few need more than 100, the widest dispersion some thousands.
const ROUNDS_MAX: u32 = 100_000;
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
    if surprise <= 0.0 {
        return 0;
    }
    let distribution = NegativeBinomial::new(expected, variance);
    let mut bracket = Bracket::new(distribution.mean.floor(), surprise);
    let mut guess = distribution.about_critical(surprise);
    while let Some(count) = bracket.inside(guess) {
        bracket.learn(count, distribution.surprise(count));
        guess = bracket.guess();
    }
    to_count(bracket.answer())
}

/// A negative binomial distribution by mean and shape.
struct NegativeBinomial {
    mean: f64,
    /// `r`: mean^2 / (variance - mean).
    shape: f64,
}

impl NegativeBinomial {
    fn new(expected: f64, variance: f64) -> Self {
        let mean = at_least(expected, MEAN_MIN).min(MEAN_MAX);
        let variance = at_least(variance, DISPERSION_MIN * mean).min(DISPERSION_MAX * mean);
        let shape = mean / (variance - mean) * mean;
        Self { mean, shape }
    }

    fn surprise(&self, count: f64) -> f64 {
        if count <= self.mean {
            return 0.0;
        }
        (-self.log_tail(count) / LN_10).max(0.0)
    }

    /// About the critical count of a surprise.
    fn about_critical(&self, surprise: f64) -> f64 {
        let Self { mean, shape } = *self;
        let log_odds = surprise * LN_10;
        if mean < 1.0 {
            // Most windows are empty: the first post counts with its chance, each further one with
            // no more than the ratio of neighbouring terms.
            let first = -libm::log(-libm::expm1(-shape * libm::log1p(mean / shape)));
            return 1.0 + (log_odds - first) / libm::log1p(shape / mean);
        }
        // Cornish and Fisher: the normal quantile (from its tail exp(-z^2 / 2) / (z sqrt(2 pi)))
        // with the correction for skewness.
        let dispersion = 1.0 + mean / shape;
        let normal_square = (2.0 * log_odds - libm::log(1.0 + 4.0 * PI * log_odds)).max(0.0);
        mean + (mean * dispersion * normal_square).sqrt()
            + (2.0 * dispersion - 1.0) * (normal_square - 1.0) / 6.0
    }

    /// `ln P(Y >= count)` for a count above the mean.
    fn log_tail(&self, count: f64) -> f64 {
        self.log_mass(count) + libm::log(self.tail_over_mass(count))
    }

    /// `P(Y >= count)` over `P(Y = count)`: the continued fraction of the incomplete beta function
    /// of `DiDonato` and Morris (ACM TOMS algorithm 708, 1992), by the modified method of Lentz. It
    /// holds above the mean, and is written so that nothing cancels when the mean is large.
    fn tail_over_mass(&self, count: f64) -> f64 {
        let Self { mean, shape } = *self;
        let both = mean + shape;
        let failure = mean / both;
        let shift = shape * (count - mean) / both;
        let denominator = |m: f64| {
            let first = if m > 0.0 {
                m + m * (shape - m) * failure / (count + 2.0 * m - 1.0)
            } else {
                0.0
            };
            let rest = shift + 1.0 + m * (1.0 + shape / both);
            first + (count + m) * rest / (count + 2.0 * m + 1.0)
        };
        let mut upper = denominator(0.0);
        let mut lower = 0.0;
        let mut fraction = upper;
        for round in 1..ROUNDS_MAX {
            let m = f64::from(round);
            let scaled = failure / (count + 2.0 * m - 1.0);
            let numerator = (count + m - 1.0) * scaled * (count + shape + m - 1.0) * scaled;
            let numerator = numerator * m * (shape - m);
            let next = denominator(m);
            lower = 1.0 / away_from_zero(next + numerator * lower);
            upper = away_from_zero(next + numerator / upper);
            let step = lower * upper;
            fraction *= step;
            if (step - 1.0).abs() <= f64::EPSILON {
                break;
            }
        }
        count / fraction
    }

    /// `ln P(Y = count)`, by Stirling's formula with its error and the two deviances
    /// (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
    fn log_mass(&self, count: f64) -> f64 {
        let shape = self.shape;
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
        let Self { mean, shape } = *self;
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

/// The larger of the two; `least` where `value` is no number.
fn at_least(value: f64, least: f64) -> f64 {
    if value > least { value } else { least }
}

/// Lentz's method divides by what may be zero in between.
fn away_from_zero(value: f64) -> f64 {
    if value == 0.0 { 1e-300 } else { value }
}

/// Closes in on the smallest whole count that is surprising enough: false position by the Illinois
/// rule (M. Dowell, P. Jarratt, 1971), which needs no slope and cannot stall at one end.
struct Bracket {
    wanted: f64,
    below: End,
    above: Option<End>,
    moved: Side,
}

/// A count and by how much its surprise is over what is wanted (negative: under).
struct End {
    count: f64,
    over: f64,
}

#[derive(PartialEq)]
enum Side {
    Below,
    Above,
}

impl Bracket {
    const COUNT_MAX: f64 = u32::MAX as f64;

    fn new(below: f64, wanted: f64) -> Self {
        let below = End {
            count: below.min(Self::COUNT_MAX),
            over: -wanted,
        };
        Self {
            wanted,
            below,
            above: None,
            moved: Side::Above,
        }
    }

    fn answer(&self) -> f64 {
        self.above.as_ref().map_or(Self::COUNT_MAX, |end| end.count)
    }

    /// The whole count next to `guess` that lies strictly between the ends, if one does.
    fn inside(&self, guess: f64) -> Option<f64> {
        let lowest = self.below.count + 1.0;
        let highest = self.answer() - 1.0;
        (lowest <= highest).then(|| guess.ceil().max(lowest).min(highest))
    }

    fn guess(&self) -> f64 {
        let Some(above) = &self.above else {
            // The surprise grows nearly in proportion or faster; not at once by more than 8 times.
            let reached = self.below.over + self.wanted;
            return self.below.count * (1.02 * self.wanted / reached).min(8.0) + 1.0;
        };
        let share = self.below.over / (self.below.over - above.over);
        self.below.count + (above.count - self.below.count) * share
    }

    fn learn(&mut self, count: f64, surprise: f64) {
        let over = surprise - self.wanted;
        let end = End { count, over };
        if over < 0.0 {
            if let (Side::Below, Some(above)) = (&self.moved, &mut self.above) {
                above.over /= 2.0;
            }
            self.below = end;
            self.moved = Side::Below;
        } else {
            if self.moved == Side::Above {
                self.below.over /= 2.0;
            }
            self.above = Some(end);
            self.moved = Side::Above;
        }
    }
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
mod tests;
