//! Numbers as records hold them and as people read them.

use super::Tongue;

/// No ratio and no surprise is larger: JSON has no infinity, and nobody can tell more apart.
pub(super) const LARGEST: f64 = 1_000_000.0;

/// A number that JSON can hold: at least 0, at most [`LARGEST`], four decimals; not a number is 0.
pub(super) fn tidy(value: f64) -> f64 {
    if value.is_nan() {
        return 0.0;
    }
    (value.clamp(0.0, LARGEST) * 10_000.0).round() / 10_000.0
}

/// A count with its thousands marked: `1.234` in Indonesian, `1,234` in English.
pub(super) fn count(value: u32, tongue: Tongue) -> String {
    group(&value.to_string(), tongue)
}

/// A real number with at most one decimal, none from 100 on: `3,1`, `1.234`; `< 0,1`.
pub(super) fn real(value: f64, tongue: Tongue) -> String {
    if value > 0.0 && value < 0.05 {
        return format!("< 0{}1", decimal_mark(tongue));
    }
    let text = if value >= 99.95 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    };
    match text.split_once('.') {
        None => group(&text, tongue),
        Some((whole, "0")) => group(whole, tongue),
        Some((whole, rest)) => format!("{}{}{rest}", group(whole, tongue), decimal_mark(tongue)),
    }
}

fn decimal_mark(tongue: Tongue) -> char {
    match tongue {
        Tongue::Indonesian => ',',
        Tongue::English => '.',
    }
}

fn group(digits: &str, tongue: Tongue) -> String {
    let mark = match tongue {
        Tongue::Indonesian => '.',
        Tongue::English => ',',
    };
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_writes_them() {
        let both = |value| {
            (
                real(value, Tongue::Indonesian),
                real(value, Tongue::English),
            )
        };
        let pair = |id: &str, en: &str| (id.to_owned(), en.to_owned());
        assert_eq!(both(3.12), pair("3,1", "3.1"));
        assert_eq!(both(3.0), pair("3", "3"));
        assert_eq!(both(0.01), pair("< 0,1", "< 0.1"));
        assert_eq!(both(0.0), pair("0", "0"));
        assert_eq!(both(99.97), pair("100", "100"));
        assert_eq!(both(1_234.5), pair("1.234", "1,234"));
        assert_eq!(count(1_234_567, Tongue::Indonesian), "1.234.567");
        assert_eq!(count(412, Tongue::English), "412");
    }

    #[test]
    fn records_hold_only_numbers_that_json_has() {
        assert!((tidy(f64::INFINITY) - LARGEST).abs() < f64::EPSILON);
        assert!(tidy(f64::NAN).abs() < f64::EPSILON);
        assert!(tidy(-1.0).abs() < f64::EPSILON);
        assert!((tidy(2.345_678) - 2.345_7).abs() < 1e-12);
    }
}
