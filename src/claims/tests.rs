//! The room's laws, on made-up claims.

use proptest::prelude::*;

use super::*;
use crate::post::EventTime;

const LIMITS: Limits = Limits {
    claims: 1_000,
    threshold: THRESHOLD,
};

fn claims(records: &[&str]) -> Claims {
    let mut claims = Claims::new(LIMITS);
    for record in records {
        claims.apply(decode(record).unwrap());
    }
    claims
}

fn decode(record: &str) -> Result<ClaimRecord, Refused> {
    ClaimRecord::decode(record.as_bytes(), 2_000)
}

const WELL: &str = r#"{"id":"well","title":"Sumur Warga Wanayasa Keluarkan Minyak Goreng","claim":"sumur di Wanayasa keluar minyak goreng, warga antre bawa jeriken","verdict":"salah","published_at":"2026-01-05","url":"https://contoh.id/well","publisher":"Cek Contoh"}"#;
const FISH: &str = r#"{"id":"fish","title":"Ikan Paus Terdampar di Alun-Alun Purwakarta"}"#;
const PRIZE: &str = r#"{"id":"prize","title":"Undian Berhadiah Nasabah Bank Cendrawasih","published_at":"2026-02-01"}"#;

/// The id of the claim that `text` resembles.
fn found(claims: &mut Claims, text: &str) -> Option<String> {
    let best = claims.nearest(text, 1).into_iter().next()?;
    best.is_match.then(|| best.claim.id.to_string())
}

#[test]
fn a_repeat_in_other_words_is_found_and_an_ordinary_post_is_not() {
    let mut claims = claims(&[WELL, FISH, PRIZE]);
    let repeat =
        "HEBOH!! sumurnya orang WANAYASA ngeluarin minyak goreng, pada antre pakai jeriken";
    assert_eq!(found(&mut claims, repeat).as_deref(), Some("well"));
    for post in [
        "Selamat pagi semua",
        "",
        "Harga minyak goreng naik lagi",
        "@well https://contoh.id/well",
    ] {
        assert_eq!(found(&mut claims, post), None, "{post}");
    }
}

#[test]
fn a_match_says_what_it_rests_on() {
    let best = &claims(&[WELL, FISH]).nearest("minyak goreng di Wanayasa", 1)[0];
    assert_eq!(
        *best.why.shared,
        ["wanayasa", "minyak", "goreng"].map(Into::into)
    );
    assert_eq!(*best.why.missing, ["sumur", "keluarkan"].map(Into::into));
}

#[test]
fn a_fraud_of_another_name_is_another_fraud() {
    let mut claims = claims(&[WELL, PRIZE]);
    let ours = "Undian berhadiah khusus nasabah Bank Cendrawasih, buruan daftar";
    assert_eq!(found(&mut claims, ours).as_deref(), Some("prize"));
    let other = ours.replace("Cendrawasih", "Rajawali");
    assert_eq!(found(&mut claims, &other), None);
    assert!(claims.nearest(&other, 1)[0].is_fraud);
}

#[test]
fn near_copies_are_one_match_that_names_the_others() {
    let copy = FISH
        .replace("fish", "fish-2")
        .replace("Ikan Paus", "ikan paus besar");
    let matches =
        claims(&[FISH, &copy, WELL]).nearest("ikan paus terdampar di alun-alun Purwakarta", 3);
    assert_eq!(&*matches[0].claim.id, "fish");
    assert_eq!(*matches[0].copies, ["fish-2".into()]);
    assert!(
        matches
            .iter()
            .skip(1)
            .all(|other| &*other.claim.id != "fish-2")
    );
}

#[test]
fn an_edit_and_a_withdrawal_act_and_older_versions_do_not() {
    let mut claims = claims(&[WELL]);
    let text = "sumur warga Wanayasa keluarkan minyak goreng";
    claims.apply(decode(&WELL.replace("salah", "benar")).unwrap());
    let best = claims.nearest(text, 1);
    assert_eq!(best[0].claim.verdict.as_deref(), Some("benar"));
    let gone = r#"{"id":"well","withdrawn":true,"modified_at":"2026-03-01T00:00:00Z"}"#;
    claims.apply(decode(gone).unwrap());
    assert_eq!(found(&mut claims, text), None);
    claims.apply(decode(WELL).unwrap());
    assert!(claims.is_empty(), "an older version came back");
    let Counters {
        added,
        edited,
        withdrawn,
        outdated,
        turned_away,
    } = claims.counters();
    assert_eq!(
        [added, edited, withdrawn, outdated, turned_away],
        [1, 1, 1, 1, 0]
    );
}

#[test]
fn what_finds_no_room_is_counted() {
    let limits = Limits {
        claims: 1,
        ..LIMITS
    };
    let mut claims = Claims::new(limits);
    for record in [WELL, FISH, WELL] {
        claims.apply(decode(record).unwrap());
    }
    assert_eq!((claims.len(), claims.counters().turned_away), (1, 1));
    assert_eq!(claims.counters().edited, 1);
}

#[test]
fn a_record_without_link_or_verdict_is_kept() {
    let ClaimRecord::Checked { claim, modified_at } = decode(FISH).unwrap() else {
        panic!("a claim");
    };
    assert_eq!(
        (claim.url, claim.verdict, claim.published_at),
        (None, None, None)
    );
    assert_eq!((modified_at, &*claim.text), (EventTime::MIN, &*claim.title));
}

#[test]
fn a_claim_review_is_read() {
    let record = r#"{"@context":"https://schema.org","@type":"ClaimReview","url":"https://contoh.id/1",
        "datePublished":"2026-02-03","claimReviewed":"Air laut jadi tawar","author":{"@type":"Organization","name":"Cek"},
        "reviewRating":{"@type":"Rating","alternateName":"Salah"}}"#;
    let ClaimRecord::Checked { claim, .. } = decode(record).unwrap() else {
        panic!("a claim");
    };
    let told = (
        &*claim.id,
        &*claim.title,
        claim.verdict.as_deref(),
        claim.publisher.as_deref(),
    );
    assert_eq!(
        told,
        (
            "https://contoh.id/1",
            "Air laut jadi tawar",
            Some("Salah"),
            Some("Cek")
        )
    );
    let published = claim.published_at.unwrap().to_string();
    assert_eq!(published, "2026-02-03T00:00:00.000Z");
}

#[test]
fn what_is_no_fact_check_is_refused_by_name() {
    let long = format!(r#"{{"id":"a","claim":"{}"}}"#, "x".repeat(2_000));
    for (record, reason) in [
        ("nonsense", ClaimRefusal::NotJson),
        ("[]", ClaimRefusal::NotJson),
        (r#"{"claim":"x"}"#, ClaimRefusal::NoId),
        (r#"{"id":"a","claim":" "}"#, ClaimRefusal::NoClaim),
        (
            r#"{"id":"a","claim":"x","published_at":"kemarin"}"#,
            ClaimRefusal::BadTime,
        ),
        (r#"{"claimReviewed":"x"}"#, ClaimRefusal::NoId),
        (&long, ClaimRefusal::TooLong),
    ] {
        assert_eq!(decode(record).unwrap_err().reason, reason, "{record}");
    }
}

#[test]
fn a_link_that_is_no_web_address_is_left_out() {
    for link in [
        "javascript:alert(1)",
        "ftp://contoh.id",
        "https://contoh.id/a b",
        "contoh.id",
    ] {
        let record = format!(r#"{{"id":"a","claim":"x","url":"{link}"}}"#);
        let ClaimRecord::Checked { claim, .. } = decode(&record).unwrap() else {
            panic!("a claim");
        };
        assert_eq!(claim.url, None, "{link}");
    }
}

proptest! {
    /// The answer is a function of the set, not of how it came about.
    #[test]
    fn the_order_of_claims_changes_nothing(order in Just(vec![0_usize, 1, 2]).prop_shuffle(), text in "(sumur|ikan|paus|undian|minyak|bank|Wanayasa| ){0,12}") {
        let records = [WELL, FISH, PRIZE];
        let shuffled: Vec<&str> = order.iter().map(|&at| records[at]).collect();
        prop_assert_eq!(claims(&records).nearest(&text, 3), claims(&shuffled).nearest(&text, 3));
    }

    #[test]
    fn no_bytes_make_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,80}") {
        let mut claims = claims(&[WELL, FISH, PRIZE]);
        if let Ok(record) = ClaimRecord::decode(&bytes, 150) {
            claims.apply(record);
        }
        for found in claims.nearest(&text, 3) {
            prop_assert!((0.0..=1.0).contains(&found.score));
        }
    }
}
