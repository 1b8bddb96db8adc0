//! A post as evidence, under the privacy mode.
//!
//! Rule: what the mode hides is gone before anything is written to a log.

use crate::config::EvidenceMode;
use crate::post::{FeedKind, Post};
use crate::window::Sample;

/// Most characters of a sample's text.
const MAX_CHARACTERS: usize = 280;

/// The sample of `post`, or `None` where the mode keeps none.
pub(super) fn sample(post: &Post<'_>, kind: FeedKind, mode: EvidenceMode) -> Option<Sample> {
    let text = match (post.title.trim(), post.text.trim()) {
        ("", text) => text.to_owned(),
        (title, "") => title.to_owned(),
        (title, text) if text.starts_with(title) => text.to_owned(),
        (title, text) => format!("{title} — {text}"),
    };
    let (text, url) = match mode {
        EvidenceMode::None => return None,
        EvidenceMode::Full => (shorten(text), post.url.as_deref()),
        // A social post's address leads to its author; an article's does not.
        EvidenceMode::Masked => (
            mask(shorten(text)),
            post.url.as_deref().filter(|_| kind == FeedKind::News),
        ),
    };
    Some(Sample {
        identity: post.identity,
        id: post.id.as_ref().into(),
        kind,
        platform: post.platform.as_ref().into(),
        language: post.language,
        created_at: post.created_at,
        text: text.into(),
        url: url.map(Into::into),
    })
}

fn shorten(mut text: String) -> String {
    // No text has more characters than bytes.
    if text.len() > MAX_CHARACTERS
        && let Some((end, _)) = text.char_indices().nth(MAX_CHARACTERS)
    {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Fewest digits of a number that is masked.
const NUMBER_DIGITS: usize = 8;

/// Replaces handles, mail addresses and long numbers, word by word.
fn mask(text: String) -> String {
    // Most posts hold nothing to hide, and nearly each post is a sample of some topic for a while.
    if !text.contains('@') && has_fewer_digits(&text) {
        return text;
    }
    let mut masked = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        mask_word(word, &mut masked);
    }
    masked
}

/// Whether `text` has fewer digits than a number that is masked.
fn has_fewer_digits(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() < NUMBER_DIGITS
}

/// Adds `word` to `to`, masked where it must be.
fn mask_word(word: &str, to: &mut String) {
    let handle = word.find('@');
    if handle.is_none() && has_fewer_digits(word) || word.contains("://") {
        to.push_str(word);
        return;
    }
    match handle {
        Some(_) if word.trim_matches('@').contains('@') => to.push_str("<mail>"),
        Some(at) => {
            to.push_str(word.get(..at).unwrap_or_default());
            to.push_str("@…");
        }
        None => to.push_str("<number>"),
    }
    to.push_str(trailing_space(word));
}

fn trailing_space(word: &str) -> &str {
    word.get(word.trim_end().len()..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn handles_addresses_and_numbers_are_masked() {
        let text = "tolong @ani_12, surel budi@contoh.id telepon 0812-3456-7890 sekarang";
        assert_eq!(
            mask(text.to_owned()),
            "tolong @… surel <mail> telepon <number> sekarang"
        );
        assert_eq!(
            mask("lihat https://contoh.id/@budi ya".to_owned()),
            "lihat https://contoh.id/@budi ya"
        );
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let text = "é".repeat(400);
        assert_eq!(shorten(text).chars().count(), MAX_CHARACTERS + 1);
    }

    /// Word by word, in the words of the rule.
    fn masked_word(word: &str) -> String {
        let (bare, space) = (word.trim_end(), trailing_space(word));
        let digits = bare.chars().filter(char::is_ascii_digit).count();
        match bare.split_once('@') {
            _ if bare.contains("://") => word.to_owned(),
            Some(_) if word.trim_matches('@').contains('@') => format!("<mail>{space}"),
            Some((before, _)) => format!("{before}@…{space}"),
            None if digits >= 8 => format!("<number>{space}"),
            None => word.to_owned(),
        }
    }

    proptest! {
        #[test]
        fn every_word_is_masked_by_itself(words in "([a-c@:/.é]{0,4}[0-9@]{0,9}[ \n]{0,2}){0,6}") {
            let expected: String = words.split_inclusive(char::is_whitespace).map(masked_word).collect();
            prop_assert_eq!(mask(words), expected);
        }
    }
}
