//! GDELT's names of languages: English names, or codes of three letters in GKG.
//!
//! Source of the names: the list of the languages that GDELT translates.

use crate::post::Language;

/// English name, three letters (ISO 639-2 or -3), the code that posts have.
const LANGUAGES: [(&str, &str, &str); 66] = [
    ("Afrikaans", "afr", "af"),
    ("Albanian", "sqi", "sq"),
    ("Arabic", "ara", "ar"),
    ("Armenian", "hye", "hy"),
    ("Azerbaijani", "aze", "az"),
    ("Bengali", "ben", "bn"),
    ("Bosnian", "bos", "bs"),
    ("Bulgarian", "bul", "bg"),
    ("Catalan", "cat", "ca"),
    ("Chinese", "zho", "zh"),
    ("Croatian", "hrv", "hr"),
    ("Czech", "ces", "cs"),
    ("Danish", "dan", "da"),
    ("Dutch", "nld", "nl"),
    ("English", "eng", "en"),
    ("Estonian", "est", "et"),
    ("Finnish", "fin", "fi"),
    ("French", "fra", "fr"),
    ("Galician", "glg", "gl"),
    ("Georgian", "kat", "ka"),
    ("German", "deu", "de"),
    ("Greek", "ell", "el"),
    ("Gujarati", "guj", "gu"),
    ("Hebrew", "heb", "he"),
    ("Hindi", "hin", "hi"),
    ("Hungarian", "hun", "hu"),
    ("Icelandic", "isl", "is"),
    ("Indonesian", "ind", "id"),
    ("Italian", "ita", "it"),
    ("Japanese", "jpn", "ja"),
    ("Kannada", "kan", "kn"),
    ("Kazakh", "kaz", "kk"),
    ("Khmer", "khm", "km"),
    ("Korean", "kor", "ko"),
    ("Lao", "lao", "lo"),
    ("Latvian", "lav", "lv"),
    ("Lithuanian", "lit", "lt"),
    ("Macedonian", "mkd", "mk"),
    ("Malay", "msa", "ms"),
    ("Malayalam", "mal", "ml"),
    ("Marathi", "mar", "mr"),
    ("Mongolian", "mon", "mn"),
    ("Burmese", "mya", "my"),
    ("Nepali", "nep", "ne"),
    ("Norwegian", "nor", "no"),
    ("NorwegianNynorsk", "nno", "nn"),
    ("Pashto", "pus", "ps"),
    ("Persian", "fas", "fa"),
    ("Polish", "pol", "pl"),
    ("Portuguese", "por", "pt"),
    ("Punjabi", "pan", "pa"),
    ("Romanian", "ron", "ro"),
    ("Russian", "rus", "ru"),
    ("Serbian", "srp", "sr"),
    ("Sinhalese", "sin", "si"),
    ("Slovak", "slk", "sk"),
    ("Slovenian", "slv", "sl"),
    ("Somali", "som", "so"),
    ("Spanish", "spa", "es"),
    ("Swahili", "swa", "sw"),
    ("Swedish", "swe", "sv"),
    ("Tamil", "tam", "ta"),
    ("Thai", "tha", "th"),
    ("Turkish", "tur", "tr"),
    ("Urdu", "urd", "ur"),
    ("Vietnamese", "vie", "vi"),
];

/// The language of an English name, or of a code of three letters.
pub(super) fn of(word: &str) -> Option<Language> {
    let known = LANGUAGES
        .iter()
        .find(|(name, code, _)| name.eq_ignore_ascii_case(word) || code.eq_ignore_ascii_case(word));
    match known {
        Some((_, _, tag)) => Language::parse(tag),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_are_known() {
        for word in ["Indonesian", "indonesian", "ind"] {
            assert_eq!(
                of(word).map(|tag| tag.as_str().to_owned()).as_deref(),
                Some("id")
            );
        }
        assert_eq!(of("Klingon"), None);
    }
}
