//! The measures of a claim become one number, and a score.
//!
//! In: measures of a claim, the number of a rival. Out: an order of claims; a score from 0 to 1.
//! Rule: sums of measures times weights. The weights were learnt on real repeats of fact-checked claims (a
//! multinomial logit with a small penalty: the chance that the right claim comes first), and judged on
//! halves that the learning had not seen (docs/hoaxes.md, decision 0025).
//! Not here: how a measure is taken (`measure`).

use crate::claims::measure::Measures;

/// A claim stands out from the one at this place behind it: a text that is as near to many claims is
/// near to none.
pub(super) const RIVAL: usize = 5;
/// The sum of a rival where there are fewer claims: what chance has.
const NO_RIVAL: f32 = 8.0;
/// How much standing out counts.
const STANDING_OUT: f32 = 0.4;
/// How much more a missing word counts than in the order of claims.
const MISSING: f32 = 2.0;
/// Where a text resembles a claim, among so many claims.
const LINE: f32 = 16.6;
const LINE_CLAIMS: f32 = 7_200.0;
/// Among fewer claims a rival is weaker, so that standing out says less: the line is higher by this times the
/// logarithm of how many times fewer they are.
const FEWER_CLAIMS: f32 = 0.45;
/// Not higher than for so many claims: where there are few, a weak line is better than none.
const FEWEST_CLAIMS: f32 = 1_000.0;

/// The weighted sum that orders the claims.
pub(super) fn sum(of: &Measures) -> f32 {
    1.25 * of.title
        + 1.3 * of.title_parts
        + 1.05 * of.body
        + 1.8 * of.head
        + 1.75 * of.head_parts
        + 2.35 * of.shared
        + 0.9 * of.both
        + 0.15 * of.pairs
        + 1.15 * of.numbers
        - 0.4 * of.missing
        + 3.4 * of.held
        + 3.35 * of.citable
}

/// How sure it is that the text repeats the claim, 0 to 1; 0.5 at the line, which depends on the number of `claims`.
#[expect(clippy::cast_precision_loss, reason = "counts of claims are small")]
pub(super) fn score(sum: f32, of: &Measures, rival: Option<f32>, claims: usize) -> f64 {
    let standing_out = (sum - rival.unwrap_or(NO_RIVAL)).max(0.0);
    let sure = sum + STANDING_OUT * standing_out - MISSING * of.missing;
    let fewer = LINE_CLAIMS / (claims as f32).clamp(FEWEST_CLAIMS, LINE_CLAIMS);
    let line = LINE + FEWER_CLAIMS * libm::logf(fewer);
    1.0 / (1.0 + libm::exp(f64::from(line - sure)))
}
