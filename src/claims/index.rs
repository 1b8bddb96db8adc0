//! Which claims are near a text at all: those that share telling words, or parts of words, with it.
//!
//! In: the words of each claim, numbered. Out: for each word the claims that hold it and how telling it
//! is; for a text the nearest claims, nearest first.
//! Rule: a word tells the more the fewer claims hold it: 1 - ln(holders + 1) / ln(claims + 1), the inverse document
//! frequency over its largest value. The same claims in the same order give the same index and sums.
//! Not here: how near exactly (`measure`), what a word is (`text`).

use hashbrown::{HashMap, HashSet};

use crate::claims::text::Terms;

/// Claims that are measured exactly.
pub(super) const CANDIDATES: usize = 60;
/// What a word that no claim holds tells; the weights of `weigh` were learnt with it.
const MOST_TELLING: f32 = 8.88;
/// Fewer claims are weighed as if so many others did not hold the word.
const FEWEST_CLAIMS: usize = 2_000;
/// How much of the first look each sum is.
const TITLE_WORDS: f32 = 1.0;
const TITLE_PARTS: f32 = 1.0;
const BODY_WORDS: f32 = 0.8;

/// The words of one claim, numbered.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbered {
    /// Different words of the title, in order.
    pub(super) title: Box<[TitleWord]>,
    /// Parts of the title's words, in order.
    pub(super) parts: Box<[u32]>,
    /// Different words of title and text, in order, the title's first.
    pub(super) body: Box<[u32]>,
    /// Whether the text says more than the title.
    pub(super) has_text: bool,
    /// Whether it can be cited: it has a date or a link.
    pub(super) is_citable: bool,
    /// Whether it is about a fraud: two of its title's words are of that list.
    pub(super) is_fraud: bool,
}

impl Numbered {
    /// Whether both titles say nearly the same: three of four of their words are in both.
    pub(super) fn is_copy_of(&self, other: &Self) -> bool {
        let is_shared = |word: &&TitleWord| other.title.iter().any(|own| own.number == word.number);
        let shared = self.title.iter().filter(is_shared).count();
        let either = self.title.len() + other.title.len() - shared;
        shared > 0 && shared * 4 >= either * 3
    }
}

/// A word of a title.
#[derive(Debug, Clone, Copy)]
pub(super) struct TitleWord {
    pub(super) number: u32,
    /// How many of the parts are its.
    pub(super) parts: u8,
    pub(super) is_digits: bool,
    pub(super) is_fraud: bool,
}

/// Who holds each word: one list behind the other.
#[derive(Debug, Default)]
struct Holders {
    /// Words in the order in which they were first seen.
    slots: HashMap<u32, u32>,
    /// Where the list of each slot ends; it begins where the one before ends.
    ends: Vec<u32>,
    claims: Vec<u32>,
}

impl Holders {
    /// From the words of each claim, in the order of the claims.
    fn of<W: Iterator<Item = u32>>(claims: impl Iterator<Item = W> + Clone) -> Self {
        let mut slots = HashMap::new();
        let mut ends: Vec<u32> = Vec::new();
        for word in claims.clone().flatten() {
            let next = u32::try_from(slots.len()).unwrap_or(u32::MAX);
            let slot = *slots.entry(word).or_insert(next) as usize;
            if slot == ends.len() {
                ends.push(0);
            }
            if let Some(count) = ends.get_mut(slot) {
                *count += 1;
            }
        }
        let mut begin = 0;
        for end in &mut ends {
            begin += std::mem::replace(end, begin);
        }
        let mut holders = vec![0; begin as usize];
        for (claim, words) in (0_u32..).zip(claims) {
            for word in words {
                let slot = slots.get(&word).map_or(usize::MAX, |&slot| slot as usize);
                if let Some(end) = ends.get_mut(slot) {
                    if let Some(place) = holders.get_mut(*end as usize) {
                        *place = claim;
                    }
                    *end += 1;
                }
            }
        }
        Self {
            slots,
            ends,
            claims: holders,
        }
    }

    fn get(&self, word: u32) -> &[u32] {
        let Some(&slot) = self.slots.get(&word) else {
            return &[];
        };
        let slot = slot as usize;
        let end = self.ends.get(slot).map_or(0, |&end| end as usize);
        let before = slot.checked_sub(1).and_then(|before| self.ends.get(before));
        let begin = before.map_or(0, |&begin| begin as usize);
        self.claims.get(begin..end).unwrap_or_default()
    }
}

/// How long each claim's vectors are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lengths {
    pub(super) title: f32,
    pub(super) parts: f32,
    pub(super) body: f32,
}

/// The index of a set of claims.
#[derive(Debug, Default)]
pub(super) struct Index {
    titles: Holders,
    parts: Holders,
    bodies: Holders,
    pub(super) lengths: Vec<Lengths>,
    claims: usize,
}

impl Index {
    /// The index of `claims`.
    pub(super) fn of(claims: &[&Numbered]) -> Self {
        let titles = claims
            .iter()
            .map(|claim| claim.title.iter().map(|word| word.number));
        let parts = claims.iter().map(|claim| claim.parts.iter().copied());
        let bodies = claims.iter().map(|claim| claim.body.iter().copied());
        let mut index = Self {
            titles: Holders::of(titles),
            parts: Holders::of(parts),
            bodies: Holders::of(bodies),
            lengths: Vec::new(),
            claims: claims.len(),
        };
        index.lengths = claims.iter().map(|claim| index.lengths_of(claim)).collect();
        index
    }

    fn lengths_of(&self, claim: &Numbered) -> Lengths {
        let length = |sum: f32| libm::sqrtf(sum).max(f32::MIN_POSITIVE);
        let square = |weight: f32| weight * weight;
        let title = claim
            .title
            .iter()
            .map(|word| square(self.word(word.number)));
        let parts = claim.parts.iter().map(|&part| square(self.part(part)));
        let body = claim.body.iter().map(|&word| square(self.word(word)));
        Lengths {
            title: length(title.sum()),
            parts: length(parts.sum()),
            body: length(body.sum()),
        }
    }

    /// How telling a word is.
    pub(super) fn word(&self, word: u32) -> f32 {
        self.telling(self.bodies.get(word).len())
    }

    /// How telling a part of a word is.
    pub(super) fn part(&self, part: u32) -> f32 {
        self.telling(self.parts.get(part).len())
    }

    /// How telling something is that `holders` claims hold; most of all what none holds.
    #[expect(clippy::cast_precision_loss, reason = "counts of claims are small")]
    fn telling(&self, holders: usize) -> f32 {
        let of = libm::logf(self.claims.max(FEWEST_CLAIMS) as f32 + 1.0);
        MOST_TELLING * (1.0 - libm::logf(holders as f32 + 1.0) / of)
    }

    /// The claims nearest to a text at first look, nearest first; of equals the first held.
    pub(super) fn nearest(&self, asked: &Asked, sums: &mut Vec<f32>) -> Vec<u32> {
        sums.clear();
        sums.resize(self.claims, 0.0);
        let mut add = |holders: &Holders, of: &Vector, share: f32, length: fn(&Lengths) -> f32| {
            for &(number, weight) in &of.known {
                for &claim in holders.get(number) {
                    let at = claim as usize;
                    if let Some((sum, lengths)) = sums.get_mut(at).zip(self.lengths.get(at)) {
                        *sum += share * weight / length(lengths);
                    }
                }
            }
        };
        add(&self.titles, &asked.words, TITLE_WORDS, |all| all.title);
        add(&self.parts, &asked.parts, TITLE_PARTS, |all| all.parts);
        add(&self.bodies, &asked.words, BODY_WORDS, |all| all.body);
        let mut found: Vec<(u32, f32)> = (0..).zip(sums.iter().copied()).collect();
        found.retain(|&(_, sum)| sum > 0.0);
        let order = |one: &(u32, f32), two: &(u32, f32)| {
            two.1.total_cmp(&one.1).then_with(|| one.0.cmp(&two.0))
        };
        if found.len() > CANDIDATES {
            found.select_nth_unstable_by(CANDIDATES, order);
            found.truncate(CANDIDATES);
        }
        found.sort_unstable_by(order);
        found.into_iter().map(|(claim, _)| claim).collect()
    }
}

/// The words or parts of a text with their weights: (1 + ln count) x telling², over the text's length, so
/// that a sum over those that a claim holds, over the claim's length, is the cosine of the two.
#[derive(Debug, Default)]
pub(super) struct Vector {
    /// In the order of the text.
    known: Vec<(u32, f32)>,
    weights: HashMap<u32, f32>,
}

impl Vector {
    pub(super) fn get(&self, number: u32) -> Option<f32> {
        self.weights.get(&number).copied()
    }

    fn of(numbers: &[u32], telling: impl Fn(u32) -> f32) -> Self {
        let mut counts: HashMap<u32, f32> = HashMap::with_capacity(numbers.len());
        let mut known = Vec::with_capacity(numbers.len());
        for &number in numbers {
            let count = counts.entry(number).or_insert(0.0);
            if *count == 0.0 {
                known.push((number, 0.0));
            }
            *count += 1.0;
        }
        let mut squares = 0.0;
        for (number, weight) in &mut known {
            let telling = telling(*number);
            let often = 1.0 + libm::logf(counts.get(number).copied().unwrap_or(1.0));
            squares += often * telling * often * telling;
            *weight = often * telling * telling;
        }
        let length = libm::sqrtf(squares).max(f32::MIN_POSITIVE);
        for (_, weight) in &mut known {
            *weight /= length;
        }
        Self {
            weights: known.iter().copied().collect(),
            known,
        }
    }
}

/// Words at the begin of a text that are looked at once more by themselves.
const HEAD_WORDS: usize = 25;

/// A text that is asked about.
#[derive(Debug)]
pub(super) struct Asked {
    /// All its words.
    pub(super) words: Vector,
    /// All their parts.
    pub(super) parts: Vector,
    /// Its first words: long posts say what they are about first.
    pub(super) head: Vector,
    /// Parts of these.
    pub(super) head_parts: Vector,
    /// Neighbours.
    pub(super) pairs: HashSet<(u32, u32)>,
    /// How telling all its different words are together.
    pub(super) mass: f32,
}

impl Asked {
    /// A text among the claims of `index`.
    pub(super) fn new(terms: &Terms, index: &Index) -> Self {
        let numbers: Vec<u32> = terms.words.iter().map(|term| term.number).collect();
        let head = terms.words.get(..HEAD_WORDS).unwrap_or(&terms.words);
        let head_parts = head.last().map_or(0, |last| last.parts.end);
        let head_parts = terms.parts.get(..head_parts).unwrap_or_default();
        let word = |number| index.word(number);
        let part = |number| index.part(number);
        let words = Vector::of(&numbers, word);
        let pairs = numbers.iter().copied().zip(numbers.iter().copied().skip(1));
        Self {
            parts: Vector::of(&terms.parts, part),
            head: Vector::of(numbers.get(..head.len()).unwrap_or_default(), word),
            head_parts: Vector::of(head_parts, part),
            pairs: pairs.collect(),
            mass: words.known.iter().map(|&(number, _)| word(number)).sum(),
            words,
        }
    }
}
