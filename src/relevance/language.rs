//! Indonesian, Malay or neither: told by the small words that the two share or do not share.
//!
//! In: how many of each kind a text has. Out: [`Language`].
//! Rule: the platform's guess is one witness among others, and never enough against the words.
//! Not here: the words (`config/lexicon/language.txt`), what the language adds (`score`).

use std::cmp::Ordering;

/// Which of the two languages a text is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// It has more words that Malay does not have.
    Indonesian,
    /// It has more words that Indonesian does not have.
    Malay,
    /// It has words of both only.
    Either,
    /// Most texts: another language, or too short to tell.
    Other,
}

/// Counts of function words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tongue {
    pub(crate) shared: u32,
    pub(crate) indonesian: u32,
    pub(crate) malay: u32,
}

impl Tongue {
    /// The language that the words show. `said` is the platform's guess, a weak one.
    pub(crate) fn language(self, said: Option<&str>, tokens: usize) -> Language {
        let enough = self.suffices(said, tokens);
        match (said, self.indonesian.cmp(&self.malay)) {
            (Some("ms"), Ordering::Less | Ordering::Equal) => Language::Malay,
            (_, Ordering::Less) if enough => Language::Malay,
            (Some("id"), _) => Language::Indonesian,
            (_, Ordering::Greater) if enough => Language::Indonesian,
            _ if enough => Language::Either,
            _ => Language::Other,
        }
    }

    /// Whether so many of a text's words show that it is Indonesian or Malay: a few of them are
    /// words of other languages too. More are asked for where the platform says another language.
    fn suffices(self, said: Option<&str>, tokens: usize) -> bool {
        let words = self.shared + self.indonesian + self.malay;
        let share = match said {
            None | Some("id" | "ms") => 12,
            Some(_) => 6,
        };
        words >= 2 && (words * share) as usize >= tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_words_tell_the_two_apart() {
        let language = |shared, indonesian, malay, said, tokens| {
            let tongue = Tongue {
                shared,
                indonesian,
                malay,
            };
            tongue.language(said, tokens)
        };
        assert_eq!(language(3, 2, 0, None, 12), Language::Indonesian);
        assert_eq!(language(3, 0, 2, None, 12), Language::Malay);
        assert_eq!(language(3, 0, 0, None, 12), Language::Either);
        assert_eq!(language(2, 0, 0, Some("it"), 30), Language::Other);
        assert_eq!(language(0, 1, 0, None, 5), Language::Other);
        assert_eq!(language(2, 0, 2, Some("id"), 12), Language::Malay);
        assert_eq!(language(0, 0, 0, Some("id"), 4), Language::Indonesian);
        assert_eq!(language(2, 2, 2, Some("ms"), 12), Language::Malay);
    }
}
