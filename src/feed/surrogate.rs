//! Lone surrogates: half of a character, left by sources that cut text in the middle of an emoji.
//!
//! In: JSON text. Out: the same with each half as `\ufffd`, the replacement character.
//! Rule: nothing else changes, not even the length.
//! Not here: any other mistake in the JSON.

/// A `\u` and its four hexadecimal digits.
const ESCAPE_LENGTH: usize = 6;

/// `json` with the lone surrogates among its escapes replaced; `None` if it has none.
pub(super) fn mend(json: &str) -> Option<String> {
    let mut mended: Option<String> = None;
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        at = match unit_at(json, escape) {
            None => escape + 2,
            Some(unit) if !is_surrogate(unit) => escape + ESCAPE_LENGTH,
            Some(unit) if is_pair(unit, unit_at(json, escape + ESCAPE_LENGTH)) => {
                escape + 2 * ESCAPE_LENGTH
            }
            Some(_) => {
                mended
                    .get_or_insert_with(|| json.to_owned())
                    .replace_range(escape..escape + ESCAPE_LENGTH, "\\ufffd");
                escape + ESCAPE_LENGTH
            }
        };
    }
    mended
}

/// The UTF-16 unit of the `\uXXXX` that begins at byte `at`.
fn unit_at(json: &str, at: usize) -> Option<u16> {
    let escape = json.get(at..at.checked_add(ESCAPE_LENGTH)?)?;
    let digits = escape.strip_prefix("\\u")?;
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all_digits.then(|| u16::from_str_radix(digits, 16).ok())?
}

fn is_surrogate(unit: u16) -> bool {
    (0xd800..=0xdfff).contains(&unit)
}

fn is_pair(first: u16, second: Option<u16>) -> bool {
    first < 0xdc00 && second.is_some_and(|unit| (0xdc00..=0xdfff).contains(&unit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let mended = mend(json);
        assert_eq!(mended.as_deref().unwrap_or(json), expected);
        assert_eq!(mended.is_some(), json != expected);
    }

    #[test]
    fn only_lone_halves_are_replaced() {
        check(r#""air \ud83d""#, r#""air \ufffd""#);
        check(r#""\udca7 air""#, r#""\ufffd air""#);
        check(r#""\ud83d\ud83d\udca7""#, r#""\ufffd\ud83d\udca7""#);
        check(r#""\uD83D\uDCA7 utuh""#, r#""\uD83D\uDCA7 utuh""#);
        check(r#""\\ud83d bukan escape""#, r#""\\ud83d bukan escape""#);
        check(r#""\u00e9 \n \" \\""#, r#""\u00e9 \n \" \\""#);
        check(r#""\ud8"#, r#""\ud8"#);
        check("\\", "\\");
    }

    proptest! {
        #[test]
        fn any_units_read_as_a_lossy_reader_reads_them(units in proptest::collection::vec(
            proptest::prop_oneof![any::<u16>(), 0xd700_u16..0xe100], 0..12)
        ) {
            let escaped = units.iter().fold(String::new(), |json, unit| {
                format!("{json}\\u{unit:04x}")
            });
            let json = format!("\"{escaped}\"");
            let mended = mend(&json).unwrap_or(json);
            let read: String = serde_json::from_str(&mended).unwrap();
            prop_assert_eq!(read, String::from_utf16_lossy(&units));
        }
    }
}
