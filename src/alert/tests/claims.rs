//! Fact-checked claims in an alert.

use super::{ONSET, rendering, revision};
use crate::alert::Alert;
use crate::claims::Claim;
use crate::config::EvidenceMode;
use crate::detect::{Speaker, Voice};
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
