//! What people write is taken or refused by name.

use proptest::prelude::*;

use super::*;

fn action() -> impl Strategy<Value = Action> {
    let deed = prop::sample::select(Deed::ALL.to_vec());
    let until = prop::option::of(-62_000_000_000_000_i64..253_000_000_000_000);
    (
        "[a-z0-9-]{1,64}",
        "[!-~]{1,40}",
        deed,
        "[a-zA-Zé]{1,20}",
        "[a-z\n]{0,30}",
        until,
    )
        .prop_map(|(id, incident, deed, who, note, until)| Action {
            id,
            incident,
            deed,
            who,
            note: note.trim().to_owned(),
            until: until.map(EventTime::from_millis),
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read(action in action()) {
        let record = action.encode().unwrap();
        prop_assert_eq!(Action::decode(&record).unwrap(), action);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Action::decode(&bytes).is_err());
    }
}

fn reason(record: &str) -> ActionRefusal {
    Action::decode(record.as_bytes()).unwrap_err().reason
}

#[test]
fn members_that_are_not_known_are_passed_over() {
    let record = r#"{"schema":"kentongan.action/v1","id":"1","incident":"i","do":"note","who":"Ani","type":"x"}"#;
    assert_eq!(Action::decode(record.as_bytes()).unwrap().deed, Deed::Note);
}

#[test]
fn each_mistake_has_its_name() {
    let with = |more: &str| {
        format!(r#"{{"schema":"kentongan.action/v1","id":"1","incident":"i","who":"Ani"{more}}}"#)
    };
    for (record, expected) in [
        ("[]".to_owned(), ActionRefusal::NotJson),
        (" ".repeat(RECORD_MAX + 1), ActionRefusal::NotJson),
        (r#"{"schema":"x"}"#.to_owned(), ActionRefusal::OtherSchema),
        (with(""), ActionRefusal::BadMember),
        (with(r#","do":"dance""#), ActionRefusal::NoSuchDeed),
        (
            with(r#","do":"note","until":"soon""#),
            ActionRefusal::BadTime,
        ),
        (with(r#","do":"note","until":3"#), ActionRefusal::BadTime),
        (with(r#","do":"note","note":3"#), ActionRefusal::BadMember),
        (with(r#","do":"note","who":"""#), ActionRefusal::BadMember),
        (
            with(r#","do":"note","who":"a\u0000b""#),
            ActionRefusal::BadMember,
        ),
        (
            with(&format!(
                r#","do":"note","note":"{}""#,
                "a".repeat(NOTE_MAX + 1)
            )),
            ActionRefusal::BadMember,
        ),
    ] {
        assert_eq!(reason(&record), expected, "{record}");
    }
}
