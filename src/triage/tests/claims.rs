//! Fact-checks beside the fold: from when on they count, and what an incident tells of them.

use super::{Said, at, fold, signal, tick, triage};
use crate::claims::ClaimRecord;
use crate::config::{Config, LevelWord};
use crate::detect::SnapshotError;
use crate::post::{FeedKind, PostIdentity};
use crate::triage::*;
use crate::window::Sample;

const CLAIM: &str = r#"{"id":"spbu","title":"SPBU Pulau Serangan Tutup Sepekan","published_at":"2025-01-05","publisher":"Cek","verdict":"Salah"}"#;
const REPEAT: &str = "katanya SPBU di pulau Serangan tutup sepekan, sebarkan";

fn record() -> ClaimRecord {
    ClaimRecord::decode(CLAIM.as_bytes(), 10_000).unwrap()
}

/// A signal with one sample post.
fn said(change: Change, second: i64, text: &str, post: u64) -> SignalRecord {
    let said = Said {
        topic: "place:ID-BA",
        episode: 1,
        change,
        second,
        posts: 20,
        first_post: 0,
    };
    let SignalRecord::Signal(mut signal) = signal(&said) else {
        panic!("a signal");
    };
    signal.samples = vec![Sample {
        identity: PostIdentity(post),
        id: "1".into(),
        kind: FeedKind::Social,
        platform: "x".into(),
        language: None,
        created_at: at(second),
        text: text.into(),
        url: None,
    }];
    SignalRecord::Signal(signal)
}

fn with_checks(change: impl FnOnce(&mut config::Claims)) -> Triage {
    let mut config = Config::built_in().unwrap().claims;
    change(&mut config);
    let mut triage = triage(10);
    triage.use_fact_checks(Some(FactChecks::new(&config)));
    triage
}

#[test]
fn an_incident_names_the_claim_that_its_posts_resemble() {
    let mut triage = with_checks(|_| ());
    triage.fact_checks().unwrap().claims_mut().apply(record());
    let told = fold(
        &mut triage,
        [
            said(Change::Opened, 0, REPEAT, 1),
            said(Change::Grew, 400, "selamat pagi Bali", 2),
            said(Change::Calmed, 800, REPEAT, 3),
        ],
    );
    let opened = &told[0];
    assert_eq!(
        (&*opened.claims[0].claim.id, opened.claims[0].posts.len()),
        ("spbu", 1)
    );
    assert!(opened.claims[0].has_returned);
    assert_eq!(opened.level, Level::Waspada);
    assert_eq!(told.last().unwrap().claims.len(), 1, "what was found stays");
}

#[test]
fn a_claim_that_is_found_later_is_news() {
    let mut triage = with_checks(|_| ());
    triage.fact_checks().unwrap().claims_mut().apply(record());
    let records = [
        said(Change::Opened, 0, "selamat pagi Bali", 1),
        said(Change::Grew, 400, REPEAT, 2),
    ];
    let told = fold(&mut triage, records);
    assert_eq!(told[1].reason, Reason::ClaimFound);
}

#[test]
fn the_level_rises_only_if_the_configuration_says_so() {
    for (level, verdicts, wanted) in [
        (LevelWord::Waspada, &[][..], Level::Waspada),
        (LevelWord::Siaga, &[], Level::Siaga),
        (LevelWord::Awas, &["Hoaks", " SALAH"], Level::Awas),
        (LevelWord::Awas, &["hoaks"], Level::Waspada),
    ] {
        let mut triage = with_checks(|_| ());
        triage.levels.claim_level = level;
        triage.levels.claim_verdicts = verdicts.iter().map(|&word| word.to_owned()).collect();
        triage.fact_checks().unwrap().claims_mut().apply(record());
        let told = fold(&mut triage, [said(Change::Opened, 0, REPEAT, 1)]);
        assert_eq!(told[0].level, wanted, "{level:?} {verdicts:?}");
    }
}

#[test]
fn a_claim_without_a_verdict_has_none_of_those_that_are_asked_for() {
    let mut triage = with_checks(|_| ());
    triage.levels.claim_level = LevelWord::Siaga;
    triage.levels.claim_verdicts = vec!["salah".to_owned()];
    let bare = br#"{"id":"spbu","title":"SPBU Pulau Serangan Tutup Sepekan"}"#;
    let bare = ClaimRecord::decode(bare, 10_000).unwrap();
    triage.fact_checks().unwrap().claims_mut().apply(bare);
    let told = fold(&mut triage, [said(Change::Opened, 0, REPEAT, 1)]);
    assert_eq!(told[0].level, Level::Waspada);
    let claim = &told[0].claims[0].claim;
    assert_eq!(
        (&claim.verdict, &claim.url),
        (&None, &None),
        "kept as it is"
    );
}

/// Months later the same claim is in the same words, and marked; within two months it is not.
#[test]
fn a_claim_that_returns_after_months_is_marked() {
    for (days, returned) in [(59, false), (61, true), (400, true)] {
        let mut triage = with_checks(|_| ());
        let published = at(0).plus_millis(-days * 86_400_000);
        let record = format!(
            r#"{{"id":"spbu","title":"SPBU Pulau Serangan Tutup Sepekan","published_at":"{published}"}}"#
        );
        let record = ClaimRecord::decode(record.as_bytes(), 10_000).unwrap();
        triage.fact_checks().unwrap().claims_mut().apply(record);
        let told = fold(&mut triage, [said(Change::Opened, 0, REPEAT, 1)]);
        assert_eq!(told[0].claims[0].has_returned, returned, "{days} days");
    }
}

/// What counts is a matter of the two logs, not of how fast the one was read.
#[test]
fn a_fact_check_counts_from_a_minute_after_its_arrival_on() {
    for read_late in [false, true] {
        let mut triage = with_checks(|_| ());
        let mut told = Vec::new();
        if !read_late {
            triage
                .fact_checks()
                .unwrap()
                .arrive(at(300), (0, 0), record());
        }
        told.extend(fold(&mut triage, [said(Change::Opened, 0, REPEAT, 1)]));
        if read_late {
            triage
                .fact_checks()
                .unwrap()
                .arrive(at(300), (0, 0), record());
        }
        told.extend(fold(
            &mut triage,
            [tick(359), said(Change::Grew, 359, REPEAT, 2)],
        ));
        assert!(told.iter().all(|revision| revision.claims.is_empty()));
        told.extend(fold(&mut triage, [said(Change::Grew, 360, REPEAT, 3)]));
        assert_eq!(
            told.last().unwrap().reason,
            Reason::ClaimFound,
            "{read_late}"
        );
    }
}

#[test]
fn what_waits_is_bounded() {
    let mut triage = with_checks(|config| config.max_claims = 1);
    let checks = triage.fact_checks().unwrap();
    for offset in 0..3 {
        checks.arrive(at(0), (0, offset), record());
    }
    assert_eq!(checks.counters().turned_away, 2);
}

/// Fact-checks are not in the snapshot: which of them count is told by the time that the state has come to.
#[test]
fn a_fold_that_was_read_back_compares_with_what_counted_before() {
    let checks = |triage: &mut Triage| {
        let mut checks = FactChecks::new(&Config::built_in().unwrap().claims);
        checks.arrive(at(0), (0, 0), record());
        triage.use_fact_checks(Some(checks));
    };
    let mut whole = triage(10);
    checks(&mut whole);
    fold(&mut whole, [tick(100)]);
    let config = Config::built_in().unwrap();
    let (mut read, ()) = Triage::restore(&config, &whole.snapshot(&()).unwrap()).unwrap();
    checks(&mut read);
    // Of another partition of counts, and earlier than the tick: the claim has begun to count before.
    let early = || [said(Change::Opened, 30, REPEAT, 1)];
    let told = fold(&mut whole, early());
    assert_eq!(told.first().map(|told| told.claims.len()), Some(1));
    assert_eq!(fold(&mut read, early()), told);
}

#[test]
fn bytes_of_another_layout_or_damaged_ones_are_no_state() {
    let config = Config::built_in().unwrap();
    let bytes = triage(10).snapshot(&()).unwrap();
    let refusal = |bytes: &[u8]| Triage::restore::<()>(&config, bytes).unwrap_err();
    let mut damaged = bytes.clone();
    if let Some(last) = damaged.last_mut() {
        *last ^= 1;
    }
    assert!(matches!(refusal(&damaged), SnapshotError::Damaged));
    assert!(matches!(refusal(&[]), SnapshotError::Damaged));
    let mut younger = bytes;
    younger.iter_mut().take(1).for_each(|version| *version += 1);
    let refused = refusal(&younger);
    assert!(
        matches!(refused, SnapshotError::Version { .. }),
        "{refused}"
    );
}
