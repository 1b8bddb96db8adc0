//! Fact-checked claims in an alert, in words that accuse nobody.
//!
//! In: what triage found. Out: [`AlertClaim`]s.
//! Rule: the line says that posts resemble a claim and who checked it; never that a post is false, or
//! whose it is. What the fact-checker did not state is said to be missing.
//! Not here: what resembles what (`claims`), the words (`config/words.toml`).

use super::number::tidy;
use super::words::{Words, fill};
use super::{AlertClaim, Title, Tongue, UtcTime};
use crate::triage::{Resembled, Revision};

/// The claims of `revision`.
pub(super) fn claims(revision: &Revision, words: &Words) -> Vec<AlertClaim> {
    let claims = revision.claims.iter();
    claims.map(|one| show(one, words)).collect()
}

fn show(one: &Resembled, words: &Words) -> AlertClaim {
    let claim = &one.claim;
    let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    AlertClaim {
        id: claim.id.to_string(),
        title: claim.title.to_string(),
        verdict: owned(&claim.verdict),
        published_at: claim.published_at.map(UtcTime::new),
        url: owned(&claim.url),
        publisher: owned(&claim.publisher),
        score: tidy(one.score),
        matched_posts: u32::try_from(one.posts.len()).unwrap_or(u32::MAX),
        wave: if one.has_returned { 2 } else { 1 },
        fraud: one.is_fraud,
        line: Title {
            id: line(one, words, Tongue::Indonesian),
            en: line(one, words, Tongue::English),
        },
    }
}

fn line(one: &Resembled, words: &Words, tongue: Tongue) -> String {
    let words = &words.claim;
    let claim = &one.claim;
    let day: Option<String> = claim
        .published_at
        .map(|at| at.to_string().chars().take(10).collect());
    let pattern = if day.is_some() {
        &words.resembles
    } else {
        &words.resembles_undated
    };
    let somebody = words.somebody.in_tongue(tongue);
    let mut line = fill(
        pattern.in_tongue(tongue),
        &[
            ("publisher", claim.publisher.as_deref().unwrap_or(somebody)),
            ("date", day.as_deref().unwrap_or("")),
        ],
    );
    let verdict = match claim.verdict.as_deref() {
        Some(verdict) => fill(words.verdict.in_tongue(tongue), &[("verdict", verdict)]),
        None => words.no_verdict.in_tongue(tongue).to_owned(),
    };
    line.push_str(&verdict);
    if one.has_returned {
        line.push_str(words.returned.in_tongue(tongue));
    }
    line
}
