//! Text -> the form in which all words are compared: NFKC, case-folded, without invisible marks, and in one script
//! where a Latin word has look-alike letters of another one in it.
//!
//! In: text as posted. Out: the folded text, appended to a buffer, and where words joined by case
//! (`PrayForPalu`) have their borders.
//! Rule: NFC, NFD and upper case of one text fold to one text. ASCII costs one look at each byte.
//! Not here: what a word is (`scan`).

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::relevance::eight_bytes::{ascii, capitals};
use crate::relevance::look_alike::latin_of;

/// Folds texts into one buffer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folder {
    /// The folded text.
    pub(crate) text: String,
    /// Offsets in `text` where a capital letter begins a new word inside a word.
    pub(crate) borders: Vec<u32>,
}

impl Folder {
    /// Forgets the text.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.borders.clear();
    }

    /// Appends `text`, folded.
    pub(crate) fn push(&mut self, text: &str) {
        if text.is_ascii() {
            return self.push_ascii(text);
        }
        let mut rest = text;
        while !rest.is_empty() {
            let (head, tail) = rest.split_at(ascii(rest.as_bytes(), 0));
            let wide = tail.bytes().take_while(|byte| !byte.is_ascii()).count();
            let (run, after) = tail.split_at(wide);
            if let Some(letters) = latin_of(head, run, after) {
                self.push_ascii(head);
                self.text.extend(letters);
            } else if run
                .chars()
                .all(|letter| is_plain(letter) || is_invisible(letter))
            {
                self.push_ascii(head);
                self.text
                    .extend(run.chars().filter(|&letter| !is_invisible(letter)));
            } else if is_nfkc_quick(run.chars()) == IsNormalized::Yes {
                self.push_ascii(head);
                run.chars().for_each(|letter| self.push_folded(letter));
            } else {
                // A combining mark may belong to the letter before the run.
                let (head, joint) = head.split_at(head.len().saturating_sub(1));
                self.push_ascii(head);
                // The sign behind shortened texts is too common for the tables.
                let run = if run == "…" { "..." } else { run };
                let letters = joint.chars().chain(run.chars());
                if run.is_ascii() {
                    letters.for_each(|letter| self.push_folded(letter));
                } else {
                    letters.nfkc().for_each(|letter| self.push_folded(letter));
                }
            }
            rest = after;
        }
    }

    fn push_ascii(&mut self, run: &str) {
        let start = self.text.len();
        let bytes = run.as_bytes();
        capitals(bytes, |at| {
            if joins(bytes, at) {
                self.borders
                    .push(u32::try_from(start + at).unwrap_or(u32::MAX));
            }
        });
        self.text.push_str(run);
        if let Some(added) = self.text.get_mut(start..) {
            added.make_ascii_lowercase();
        }
    }

    fn push_folded(&mut self, letter: char) {
        if is_invisible(letter) {
            return;
        }
        // Scripts without case (most from Hebrew on) need no tables.
        if ('\u{0590}'..'\u{10A0}').contains(&letter) || letter >= '\u{2E80}' {
            self.text.push(letter);
            return;
        }
        // Up and down again: sharp s, final sigma and dotless i meet their capital's form.
        for folded in letter.to_uppercase().flat_map(char::to_lowercase) {
            if folded != '\u{307}' {
                self.text.push(folded);
            }
        }
    }
}

/// Whether a letter is its own folded form and joins with none before it: the common ones of
/// Latin, Greek, Cyrillic, Arabic, Japanese, Korean and Chinese, quotes, dashes, pictures.
fn is_plain(letter: char) -> bool {
    matches!(letter,
        'à'..='ö' | 'ø'..='ÿ' | 'α'..='ρ' | 'σ'..='ω' | 'а'..='џ' | 'ء'..='غ' | 'ف'..='ي'
        | '‘'..='•' | '–' | '—' | '、'..='】' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー'
        | '\u{4E00}'..='\u{9FFF}' | '가'..='힣' | '\u{1F300}'..='\u{1FAFF}')
}

/// Whether the capital at `at` begins a word inside a word: `aB`, or the `B` of `ABc`.
fn joins(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    match before {
        Some(byte) if byte.is_ascii_lowercase() => true,
        Some(byte) if byte.is_ascii_uppercase() => {
            bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase)
        }
        _ => false,
    }
}

/// Joiners, soft hyphens, direction marks, variation selectors: seen by nobody.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use unicode_normalization::char::canonical_combining_class;

    use super::*;

    fn fold(text: &str) -> String {
        let mut folder = Folder::default();
        folder.push(text);
        folder.text
    }

    #[test]
    fn forms_and_cases_meet() {
        assert_eq!(fold("Indone\u{301}sie"), fold("INDONÉSIE"));
        assert_eq!(fold("ＪＡＫＡＲＴＡ"), "jakarta");
        assert_eq!(fold("İstanbul"), "istanbul");
        assert_eq!(fold("Jаkаrtа"), "jakarta", "with Cyrillic letters");
        assert_eq!(fold("в Джакарте"), "в джакарте");
        assert_eq!(fold("Straße"), fold("STRASSE"));
        assert_eq!(fold("Ἰνδονησίας"), fold("Ἰνδονησίασ"));
        assert_eq!(fold("اندونزی\u{200c}ها"), "اندونزیها");
    }

    /// The fast way and the tables agree on every letter that takes the fast way.
    #[test]
    fn plain_letters_are_their_own_form() {
        for letter in (0x80..=u32::from(char::MAX)).filter_map(char::from_u32) {
            if !is_plain(letter) && !is_invisible(letter) {
                continue;
            }
            assert_eq!(canonical_combining_class(letter), 0, "{letter:?}");
            let quick = is_nfkc_quick(std::iter::once(letter));
            assert_eq!(quick, IsNormalized::Yes, "{letter:?}");
            let mut slow = Folder::default();
            slow.push_folded(letter);
            assert_eq!(fold(&letter.to_string()), slow.text, "{letter:?}");
        }
    }

    #[test]
    fn borders_lie_where_case_joins_words() {
        let mut folder = Folder::default();
        folder.push("PrayForPalu PSBBJakarta IBU");
        assert_eq!(folder.borders, [4, 7, 16]);
    }
}
