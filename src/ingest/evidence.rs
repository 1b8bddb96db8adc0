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
        EvidenceMode::Full => (shorten(&text), post.url.as_deref()),
        // A social post's address leads to its author; an article's does not.
        EvidenceMode::Masked => (
            mask(&shorten(&text)),
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

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => text
            .get(..end)
            .map_or_else(String::new, |start| format!("{start}…")),
        None => text.to_owned(),
    }
}

/// Replaces handles, mail addresses and long numbers, word by word.
fn mask(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(mask_word)
        .collect()
}

fn mask_word(word: &str) -> String {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_link = word.contains("://");
    let masked = match word.find('@') {
        Some(_) if !is_link && word.trim_matches('@').contains('@') => "<mail>",
        Some(at) if !is_link => {
            let before = word.get(..at).unwrap_or_default();
            return format!("{before}@…{}", trailing_space(word));
        }
        _ if digits >= 8 && !is_link => "<number>",
        _ => return word.to_owned(),
    };
    format!("{masked}{}", trailing_space(word))
}

fn trailing_space(word: &str) -> &str {
    word.get(word.trim_end().len()..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_addresses_and_numbers_are_masked() {
        let text = "tolong @ani_12, surel budi@contoh.id telepon 0812-3456-7890 sekarang";
        assert_eq!(
            mask(text),
            "tolong @… surel <mail> telepon <number> sekarang"
        );
        assert_eq!(
            mask("lihat https://contoh.id/@budi ya"),
            "lihat https://contoh.id/@budi ya"
        );
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let text = "é".repeat(400);
        assert_eq!(shorten(&text).chars().count(), MAX_CHARACTERS + 1);
    }
}
