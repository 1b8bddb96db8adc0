//! How near a claim is to a text: a handful of measures, each plain enough to be said aloud.
//!
//! In: a claim's words, a text's words, how telling each is. Out: [`Measures`].
//! Rule: sums in the order of the claim's words, so that equal inputs give equal numbers.
//! Not here: how the measures become one number (`weigh`).

use crate::claims::index::{Asked, Index, Lengths, Numbered, TitleWord, Vector};

/// A title's word that the text does not hold counts as half held from this share of its parts on.
const SIMILAR: f32 = 0.6;
/// How much a similar word counts, times the share of its parts.
const SIMILAR_COUNTS: f32 = 0.8;

/// How near a claim is to a text.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Measures {
    /// Cosine of the text and the title, by words.
    pub(super) title: f32,
    /// The same by parts of words.
    pub(super) title_parts: f32,
    /// Cosine of the text and the claim's whole text; of the title where there is no more.
    pub(super) body: f32,
    /// As `title`, for the first words of the text.
    pub(super) head: f32,
    /// As `title_parts`, for the first words of the text.
    pub(super) head_parts: f32,
    /// ln(1 + how telling the shared words of the title are).
    pub(super) shared: f32,
    /// The same, over the geometric mean of both sides.
    pub(super) both: f32,
    /// Share of the title's neighbours that are neighbours in the text.
    pub(super) pairs: f32,
    /// Share of the title's numbers that the text holds.
    pub(super) numbers: f32,
    /// The most telling word of the title that the text lacks, in tens.
    pub(super) missing: f32,
    /// Share of title and text, by how telling the words are, that the asked text holds.
    pub(super) held: f32,
    /// 1 if it can be cited.
    pub(super) citable: f32,
    /// It is about a fraud, and the asked text lacks its most telling other word: frauds look alike, so
    /// that it is another one.
    pub(super) is_other_fraud: bool,
}

impl Measures {
    /// Takes the measures of `claim`.
    pub(super) fn take(claim: &Numbered, lengths: Lengths, asked: &Asked, index: &Index) -> Self {
        let cosine = |of: &Vector, words: &[u32], length: f32| {
            let shared = words.iter().filter_map(|&word| of.get(word));
            shared.sum::<f32>() / length
        };
        let title: Vec<u32> = claim.title.iter().map(|word| word.number).collect();
        let held = shared(claim, asked, index);
        let by_title = cosine(&asked.words, &title, lengths.title);
        Self {
            title: by_title,
            title_parts: cosine(&asked.parts, &claim.parts, lengths.parts),
            body: if claim.has_text {
                cosine(&asked.words, &claim.body, lengths.body)
            } else {
                by_title
            },
            head: cosine(&asked.head, &title, lengths.title),
            head_parts: cosine(&asked.head_parts, &claim.parts, lengths.parts),
            shared: libm::logf(1.0 + held.mass),
            both: held.mass / libm::sqrtf(held.of * asked.mass).max(1.0),
            pairs: pairs(&claim.title, asked),
            numbers: numbers(&claim.title, asked),
            missing: held.missing / 10.0,
            held: share_of_body(claim, asked, index),
            citable: f32::from(u8::from(claim.is_citable)),
            is_other_fraud: claim.is_fraud && held.lacks_name,
        }
    }
}

/// The title's words in the text.
struct Shared {
    mass: f32,
    of: f32,
    missing: f32,
    lacks_name: bool,
}

fn shared(claim: &Numbered, asked: &Asked, index: &Index) -> Shared {
    let mut shared = Shared {
        mass: 0.0,
        of: 0.0,
        missing: 0.0,
        lacks_name: false,
    };
    let mut rarest = 0.0;
    let mut parts = claim.parts.iter();
    for word in &claim.title {
        let telling = index.word(word.number);
        let own = parts.by_ref().take(usize::from(word.parts));
        let found = own.filter(|&&part| asked.parts.get(part).is_some()).count();
        #[expect(clippy::cast_precision_loss, reason = "parts of one word")]
        let share = found as f32 / f32::from(word.parts.max(1));
        let is_held = asked.words.get(word.number).is_some();
        let is_similar = !is_held && share >= SIMILAR && word.parts >= 4;
        shared.of += telling;
        if is_held {
            shared.mass += telling;
        } else if is_similar {
            shared.mass += telling * share * SIMILAR_COUNTS;
        } else {
            shared.missing = telling.max(shared.missing);
        }
        if !word.is_fraud && !word.is_digits && telling >= rarest {
            let is_missing = !is_held && !is_similar;
            shared.lacks_name = is_missing || (shared.lacks_name && telling <= rarest);
            rarest = telling;
        }
    }
    shared
}

#[expect(clippy::cast_precision_loss, reason = "words of one title")]
fn pairs(title: &[TitleWord], asked: &Asked) -> f32 {
    let pairs = || title.iter().zip(title.iter().skip(1));
    let held = pairs().filter(|(one, two)| asked.pairs.contains(&(one.number, two.number)));
    held.count() as f32 / pairs().count().max(1) as f32
}

#[expect(clippy::cast_precision_loss, reason = "words of one title")]
fn numbers(title: &[TitleWord], asked: &Asked) -> f32 {
    let numbers = || title.iter().filter(|word| word.is_digits);
    let held = numbers().filter(|word| asked.words.get(word.number).is_some());
    held.count() as f32 / numbers().count().max(1) as f32
}

fn share_of_body(claim: &Numbered, asked: &Asked, index: &Index) -> f32 {
    let (mut held, mut of) = (0.0, 0.0);
    for &word in &claim.body {
        let telling = index.word(word);
        of += telling;
        if asked.words.get(word).is_some() {
            held += telling;
        }
    }
    held / of.max(1.0)
}
