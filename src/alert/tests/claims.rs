//! Fact-checked claims in an alert.

use super::{ONSET, rendering, revision};
use crate::alert::{Alert, Share};
use crate::claims::Claim;
use crate::config::EvidenceMode;
use crate::detect::{Side, Speaker, Term, Voice};
use crate::post::{EventTime, FeedKind, Language, PostIdentity};
use crate::triage::Resembled;

/// A claim that was checked months before.
pub(super) fn resembled() -> Resembled {
    Resembled {
        claim: Claim {
            id: "cek-17".into(),
            text: "".into(),
            title: "Gempa Lombok Disusul Tsunami Malam Ini".into(),
            verdict: Some("salah".into()),
            published_at: Some(EventTime::from_millis(ONSET - 200 * 86_400_000)),
            url: Some("https://cek.example/17".into()),
            publisher: Some("Cek Contoh".into()),
        },
        score: 0.912_34,
        is_fraud: false,
        has_returned: true,
        posts: [PostIdentity(1)].into(),
    }
}

/// A voice that begins so many seconds after the onset.
pub(super) fn voice(kind: FeedKind, language: &str, second: i64) -> Voice {
    let first_at = EventTime::from_millis(ONSET).plus_millis(second * 1_000);
    Voice {
        kind,
        language: Language::parse(language),
        posts: 40,
        first_at,
        claimed_at: first_at,
        half_at: first_at.plus_millis(70_000),
    }
}

/// The public, then the foreign press, which claims to have been earlier.
pub(super) fn voices() -> Vec<Voice> {
    let press = voice(FeedKind::News, "en", 95);
    vec![
        voice(FeedKind::Social, "id", 0),
        Voice {
            claimed_at: EventTime::from_millis(ONSET).plus_millis(-80_000),
            ..press
        },
    ]
}

fn words(words: &[(&str, u32)]) -> Vec<Term> {
    let words = words.iter();
    let term = |&(term, posts): &(&str, u32)| Term {
        term: term.to_owned(),
        posts,
    };
    words.map(term).collect()
}

/// Words that stand out.
pub(super) fn terms() -> Vec<Term> {
    words(&[("gempa", 9), ("lampu", 4)])
}

/// Sample posts by their most telling word.
pub(super) fn leading_terms() -> Vec<(String, u32)> {
    [("gempa", 9), ("lampu", 1), ("", 4)]
        .map(|(word, posts)| (word.to_owned(), posts))
        .into()
}

/// Words of one side.
pub(super) fn divergence() -> Vec<Side> {
    let side = |who, posts, terms| Side {
        who,
        posts,
        terms: words(terms),
    };
    vec![
        side(Speaker::Public, 12, &[("lampu", 4), ("tsunami", 2)]),
        side(Speaker::ForeignPress, 3, &[("magnitude", 3)]),
    ]
}

#[test]
fn a_false_time_moves_the_claimed_lead_alone() {
    let mut revision = revision();
    let lead = |revision: &_| Alert::render(revision, &rendering(EvidenceMode::Masked)).lead;
    let told = lead(&revision).unwrap();
    assert_eq!((told.kind, told.seconds), (FeedKind::Social, 340));
    let claimed = told.claimed;
    assert_eq!((claimed.kind, claimed.seconds), (FeedKind::News, 80));
    for voice in &mut revision.signal.voices {
        voice.claimed_at = voice.first_at;
    }
    let told = lead(&revision).unwrap();
    let claimed = (told.claimed.kind, told.claimed.seconds);
    assert_eq!(claimed, (told.kind, told.seconds), "nobody claims anything");
}

#[test]
fn the_press_is_told_apart_by_language() {
    let mut revision = revision();
    revision.signal.voices = [("id", 3), ("ja", 60), ("", 61)]
        .map(|(language, second)| voice(FeedKind::News, language, second))
        .into();
    let voices = Alert::render(&revision, &rendering(EvidenceMode::Masked)).voices;
    let told: Vec<_> = voices
        .iter()
        .map(|voice| (voice.who, voice.after_s))
        .collect();
    let wanted = [
        (Speaker::IndonesianPress, 0),
        (Speaker::ForeignPress, 57),
        (Speaker::Press, 58),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_claim_is_told_without_accusing_anybody() {
    let mut revision = revision();
    let mut bare = resembled();
    bare.has_returned = false;
    let claim = &mut bare.claim;
    (
        claim.verdict,
        claim.published_at,
        claim.url,
        claim.publisher,
    ) = (None, None, None, None);
    revision.claims.push(bare);
    let claims = Alert::render(&revision, &rendering(EvidenceMode::Masked)).claims;
    let lines: Vec<&str> = claims.iter().map(|claim| &*claim.line.en).collect();
    assert_eq!(
        lines,
        [
            "Resembles a claim checked by Cek Contoh on 2025-08-15; the checker's verdict: salah; it has come back (wave 2)",
            "Resembles a claim checked by a fact-checker, date not stated; no verdict stated",
        ]
    );
    assert_eq!(
        claims[0].line.id.split(';').next(),
        Some("Mirip klaim yang diperiksa Cek Contoh pada 2025-08-15")
    );
}

#[test]
fn what_would_have_stopped_it_leaves_too_few() {
    let alert = Alert::render(&revision(), &rendering(EvidenceMode::Masked));
    assert!(!alert.needs.is_empty());
    for need in &alert.needs {
        let of = |share: &&Share| share.by == need.by && share.value == need.value;
        let share = alert.why.iter().find(of).unwrap().surprise / alert.surprise;
        let left = f64::from(alert.observed) * (1.0 - share);
        assert!((f64::from(need.left) - left).abs() < 0.51 && need.left < alert.critical);
    }
}
