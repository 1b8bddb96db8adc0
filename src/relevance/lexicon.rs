//! The lists as one matcher: what each word of a post may mean.
//!
//! In: [`Lists`]. Out: [`Lexicon`]: matcher, hazards, gazetteer, words that hashtags are made of.
//! Rule: a mistake in a list is an error that names file, line and word.
//! Not here: what the meanings add up to (`score`).

use std::sync::Arc;

use crate::relevance::GateError;
use crate::relevance::by_hash::{Hashes, Sieve};
use crate::relevance::eight_bytes::{hash_at, hash_word};
use crate::relevance::gazetteer::{Common, Gazetteer};
use crate::relevance::lists::{Lists, entries};
use crate::relevance::matcher::{Builder, Matcher};
use crate::relevance::scan::Span;
use crate::relevance::witness::Witness;

/// The longest hashtag that is cut into words, bytes.
const TAG_MAX: usize = 40;
/// The shortest word that a hashtag is made of, bytes.
const TAG_WORD_MIN: usize = 3;

/// What a listed word may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A witness by itself.
    Witness(Witness),
    /// A witness in an Indonesian text only: elsewhere the letters mean something else.
    AtHome(Witness),
    /// A place, by its number; `common`: where its name is an ordinary one.
    Place { number: u16, common: Common },
    /// A hazard, by its number.
    Hazard(u8),
    /// A word that stands before names of places (`bupati`, `polres`).
    Cue,
    /// A preposition of place (`di`, `in`): a weaker cue.
    Preposition,
    /// A function word that Indonesian and Malay share.
    Shared,
    /// A function word of Indonesian that Malay does not share.
    Indonesian,
    /// A function word of Malay that Indonesian does not share.
    Malay,
    /// Nothing: hides the words in it.
    Nothing,
    /// A word that hashtags are made of.
    TagWord,
}

/// The loaded lists.
#[derive(Debug)]
pub(crate) struct Lexicon {
    /// Every listed word.
    pub(crate) matcher: Matcher<Meaning>,
    /// Ids of the hazards, by number.
    pub(crate) hazards: Vec<Arc<str>>,
    /// The places.
    pub(crate) gazetteer: Gazetteer,
    tag_words: Hashes,
    tag_sieve: Sieve,
}

impl Lexicon {
    /// Reads all lists.
    pub(crate) fn load(lists: &Lists<'_>) -> Result<Self, GateError> {
        let mut builder = Builder::default();
        let mut hazards: Vec<Arc<str>> = Vec::new();
        let mut tag_words = Hashes::default();
        for (file, text) in &lists.lexicon {
            for entry in entries(text) {
                let at = |detail: String| GateError::List {
                    file: format!("{file}:{}", entry.line),
                    detail: format!("{:?} in [{}]: {detail}", entry.word, entry.section),
                };
                for section in entry.section.split(" + ") {
                    let meaning = meaning(section, &mut hazards).map_err(at)?;
                    builder
                        .add(entry.word, meaning)
                        .map_err(|error| at(error.to_string()))?;
                }
                know(entry.word, &mut tag_words);
            }
        }
        let (gazetteer, names) =
            Gazetteer::load(lists).map_err(|(file, detail)| GateError::List {
                file: file.to_owned(),
                detail,
            })?;
        for name in names {
            let meaning = Meaning::Place {
                number: name.place,
                common: name.common,
            };
            builder
                .add(&name.pattern, meaning)
                .map_err(|error| GateError::List {
                    file: "gazetteer".to_owned(),
                    detail: format!("{:?}: {error}", name.pattern),
                })?;
            know(&name.pattern, &mut tag_words);
        }
        let matcher = builder.build().map_err(|error| GateError::List {
            file: "lexicon".to_owned(),
            detail: error.to_string(),
        })?;
        Ok(Self {
            matcher,
            hazards,
            gazetteer,
            tag_sieve: Sieve::of(tag_words.iter().copied()),
            tag_words,
        })
    }

    /// Cuts a hashtag of one case into the fewest listed words; leaves `pieces` empty if it cannot.
    pub(crate) fn split_tag(&self, tag: &str, pieces: &mut Vec<Span>) {
        if tag.len() > TAG_MAX || !tag.is_ascii() || self.matcher.knows(hash_word(tag)) {
            return;
        }
        // cuts[end] = (pieces so far + 1, where the last piece begins); 0: not reachable.
        let mut cuts = [(0_u8, 0_usize); TAG_MAX + 1];
        cuts[0] = (1, 0);
        for start in 0..tag.len() {
            let Some(&(count @ 1.., _)) = cuts.get(start) else {
                continue;
            };
            for end in start + TAG_WORD_MIN..=tag.len() {
                let hash = hash_at(tag.as_bytes(), start, end);
                if let Some(cut) = cuts.get_mut(end)
                    && (cut.0 == 0 || count + 1 < cut.0)
                    && self.tag_sieve.may_hold(hash)
                    && self.tag_words.contains(&hash)
                {
                    *cut = (count + 1, start);
                }
            }
        }
        let mut end = tag.len();
        while let Some(&(1.., start)) = cuts.get(end)
            && end > 0
        {
            let offset = |at| u32::try_from(at).unwrap_or(0);
            pieces.push(Span {
                start: offset(start),
                end: offset(end),
            });
            end = start;
        }
        pieces.reverse();
    }
}

/// The meaning of the section that a word stands in.
fn meaning(section: &str, hazards: &mut Vec<Arc<str>>) -> Result<Meaning, String> {
    if let Some(id) = section.strip_prefix("hazard ") {
        let known = hazards.iter().position(|hazard| &**hazard == id);
        let number = known.unwrap_or_else(|| {
            hazards.push(Arc::from(id));
            hazards.len() - 1
        });
        let number = u8::try_from(number).map_err(|_| "more than 256 hazards".to_owned())?;
        return Ok(Meaning::Hazard(number));
    }
    let witness = |name| Witness::parse(name).ok_or_else(|| "no such section".to_owned());
    if let Some(name) = section.strip_suffix(" in-indonesian") {
        return Ok(Meaning::AtHome(witness(name)?));
    }
    Ok(match section {
        "cue" => Meaning::Cue,
        "preposition" => Meaning::Preposition,
        "shared-words" => Meaning::Shared,
        "indonesian-words" => Meaning::Indonesian,
        "malay-words" => Meaning::Malay,
        "nothing" => Meaning::Nothing,
        "tag-words" => Meaning::TagWord,
        name => Meaning::Witness(witness(name)?),
    })
}

/// Notes the words of a pattern of which hashtags may be made; short ones only if listed as such.
fn know(pattern: &str, words: &mut Hashes) {
    for word in pattern.trim_matches('*').split([' ', '-']) {
        if word.len() >= TAG_WORD_MIN {
            words.insert(hash_word(&word.to_lowercase()));
        }
    }
}
