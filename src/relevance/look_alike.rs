//! Letters of Cyrillic and Greek that look like Latin ones, where somebody wrote them inside a Latin word.
//!
//! In: a run of letters beyond ASCII and what stands on both sides of it. Out: the Latin letters that it looks like.
//! Rule: only where the run touches a Latin letter and each of its letters looks like one: no language writes such
//! words, so a word of Russian or Greek stays what it is. A word that is wholly of another script stays so too.
//! The pairs: Unicode's list of confusable characters (UTS 39), the letters that a reader takes for Latin.

/// The Latin letters that `run` looks like, if it stands inside a Latin word.
pub(super) fn latin_of<'a>(
    before: &str,
    run: &'a str,
    after: &str,
) -> Option<impl Iterator<Item = char> + 'a> {
    let is_letter = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic());
    let touches = is_letter(before.bytes().last()) || is_letter(after.bytes().next());
    let looks = touches && run.chars().all(|letter| latin(letter).is_some());
    looks.then(|| run.chars().filter_map(latin))
}

/// The small Latin letter that a letter looks like.
const fn latin(letter: char) -> Option<char> {
    Some(match letter {
        'А' | 'а' | 'Α' | 'α' => 'a',
        'В' | 'в' | 'Β' => 'b',
        'С' | 'с' | 'Ϲ' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'Е' | 'е' | 'Ε' => 'e',
        'Һ' | 'һ' | 'Н' | 'н' | 'Η' => 'h',
        'І' | 'і' | 'Ι' | 'ι' => 'i',
        'Ј' | 'ј' => 'j',
        'К' | 'к' | 'Κ' | 'κ' => 'k',
        'Ӏ' | 'ӏ' => 'l',
        'М' | 'м' | 'Μ' => 'm',
        'Ν' => 'n',
        'О' | 'о' | 'Ο' | 'ο' => 'o',
        'Р' | 'р' | 'Ρ' | 'ρ' => 'p',
        'Ԛ' | 'ԛ' => 'q',
        'Ѕ' | 'ѕ' => 's',
        'Т' | 'т' | 'Τ' | 'τ' => 't',
        'υ' => 'u',
        'ν' | 'Ѵ' | 'ѵ' => 'v',
        'Ԝ' | 'ԝ' => 'w',
        'Х' | 'х' | 'Χ' | 'χ' => 'x',
        'У' | 'у' | 'Υ' => 'y',
        'Ζ' => 'z',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(before: &str, run: &str, after: &str) -> Option<String> {
        latin_of(before, run, after).map(Iterator::collect)
    }

    #[test]
    fn only_inside_a_latin_word() {
        assert_eq!(seen("j", "е", "mbatan"), Some("e".to_owned()));
        assert_eq!(seen("", "Ј", "akarta"), Some("j".to_owned()));
        assert_eq!(seen("banj", "іr", ""), None, "the caller cuts at ASCII");
        assert_eq!(seen("IT ", "сор", ""), None, "a word by itself");
        assert_eq!(seen("5G-", "сеть", ""), None);
        assert_eq!(seen("S", "бер", "bank"), None, "one letter looks like none");
    }
}
