//! `[levels]`: when an incident is serious.
//!
//! Rule: level IV asks for no less than level III in anything.
//! Not here: what the numbers are compared with (`triage`).

use serde::{Deserialize, Serialize};

use super::channel::LevelWord;
use super::section::{Fault, Section};

/// What the two upper levels ask of the last hour of a topic: posts AND accounts; every other line
/// is a sign that lowers both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// The least level of an incident whose posts resemble a fact-checked claim; waspada raises none.
    pub claim_level: LevelWord,
    /// Only claims with one of these verdicts raise it, in the fact-checker's word; none: any claim.
    pub claim_verdicts: Vec<String>,
    /// A hazard needs this share of the posts and accounts.
    pub hazard_share: f64,
    /// Each further sign lowers both to this share.
    pub sign_share: f64,
    /// Level III: posts.
    pub siaga_posts: u32,
    /// Different accounts, or texts where no author is given.
    pub siaga_accounts: u32,
    /// Surprise of the deciding window from which on it is a sign.
    pub siaga_surprise: f64,
    /// Feeds from which on it is a sign.
    pub siaga_feeds: u32,
    /// Places from which on it is a sign.
    pub siaga_places: u32,
    /// Languages from which on it is a sign.
    pub siaga_languages: u32,
    /// Posts of the last ten minutes over those of the ten before, from which on it is a sign.
    pub siaga_growth: f64,
    /// Level IV: the same.
    pub awas_posts: u32,
    /// See `siaga_accounts`.
    pub awas_accounts: u32,
    /// See `siaga_surprise`.
    pub awas_surprise: f64,
    /// See `siaga_feeds`.
    pub awas_feeds: u32,
    /// See `siaga_places`.
    pub awas_places: u32,
    /// See `siaga_languages`.
    pub awas_languages: u32,
    /// See `siaga_growth`.
    pub awas_growth: f64,
}

/// Reads the section.
pub(crate) fn levels(mut section: Section<'_, '_, '_>) -> Levels {
    const POSTS: u32 = 10_000_000;
    let usual = Some(LevelWord::Waspada);
    let levels = Levels {
        claim_level: section
            .choice("claim_level", &LevelWord::ALL, LevelWord::as_str, usual)
            .unwrap_or(LevelWord::Waspada),
        claim_verdicts: section.texts("claim_verdicts", plain),
        hazard_share: section.fraction("hazard_share", 0.01..=1.0),
        sign_share: section.fraction("sign_share", 0.1..=1.0),
        siaga_posts: section.whole("siaga_posts", 1..=POSTS),
        siaga_accounts: section.whole("siaga_accounts", 1..=POSTS),
        siaga_surprise: section.fraction("siaga_surprise", 0.0..=10_000.0),
        siaga_feeds: section.whole("siaga_feeds", 1..=64),
        siaga_places: section.whole("siaga_places", 1..=1_000),
        siaga_languages: section.whole("siaga_languages", 1..=1_000),
        siaga_growth: section.fraction("siaga_growth", 1.0..=1_000.0),
        awas_posts: section.whole("awas_posts", 1..=POSTS),
        awas_accounts: section.whole("awas_accounts", 1..=POSTS),
        awas_surprise: section.fraction("awas_surprise", 0.0..=10_000.0),
        awas_feeds: section.whole("awas_feeds", 1..=64),
        awas_places: section.whole("awas_places", 1..=1_000),
        awas_languages: section.whole("awas_languages", 1..=1_000),
        awas_growth: section.fraction("awas_growth", 1.0..=1_000.0),
    };
    let whole = |number: u32| f64::from(number);
    let pairs = [
        (
            "awas_posts",
            whole(levels.awas_posts),
            whole(levels.siaga_posts),
        ),
        (
            "awas_accounts",
            whole(levels.awas_accounts),
            whole(levels.siaga_accounts),
        ),
        ("awas_surprise", levels.awas_surprise, levels.siaga_surprise),
        (
            "awas_feeds",
            whole(levels.awas_feeds),
            whole(levels.siaga_feeds),
        ),
        (
            "awas_places",
            whole(levels.awas_places),
            whole(levels.siaga_places),
        ),
        (
            "awas_languages",
            whole(levels.awas_languages),
            whole(levels.siaga_languages),
        ),
        ("awas_growth", levels.awas_growth, levels.siaga_growth),
    ];
    for (key, awas, siaga) in pairs {
        if awas < siaga && !section.blames(key) {
            let problem = format!("{awas} is less than level III asks for, {siaga}");
            section.blame_key(key, Fault::new(problem, "write at least as much"));
        }
    }
    section.finish();
    levels
}

/// Whether two words are the same but for case and outer blanks.
pub fn is_same_word(one: &str, two: &str) -> bool {
    one.trim().to_lowercase() == two.trim().to_lowercase()
}

fn plain(text: &str) -> Result<String, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::new(
            "an empty verdict",
            "write the fact-checker's word",
        ));
    }
    Ok(text.to_owned())
}
