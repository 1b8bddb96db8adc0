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

/// A number without decimals, its thousands marked.
pub(super) fn whole(value: f64, tongue: Tongue) -> String {
    group(&format!("{value:.0}"), tongue)
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
        assert_eq!(whole(3.12, Tongue::Indonesian), "3");
        assert_eq!(whole(1_234.5, Tongue::English), "1,234");
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
