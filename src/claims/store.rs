//! The claims that are held: edits, withdrawals, limits; and the claims nearest to a text.
//!
//! In: records, texts. Out: [`Match`]es.
//! Rule: of one id the newest version holds, of equal ones the later record; a withdrawal is a version. The
//! index is made anew from the whole set when it is first asked after a change.
//! Not here: what a record says (`record`), how near a claim is (`measure`, `weigh`).

use std::collections::BTreeMap;

use crate::claims::index::{Asked, Index, Numbered, TitleWord};
use crate::claims::measure::Measures;
use crate::claims::record::{Claim, ClaimRecord};
use crate::claims::text::{Reader, Terms};
use crate::claims::weigh;
use crate::post::EventTime;

/// Different words of a claim that are kept: it is stated before them.
const BODY_WORDS: usize = 64;
/// Words of a title that are kept.
const TITLE_WORDS: usize = 40;
/// Fraud words in a title that make it a fraud.
const FRAUD_WORDS: usize = 2;
/// Words that are named as the reason.
const WHY_WORDS: usize = 8;

/// How much is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Most claims, withdrawn ones among them.
    pub claims: usize,
    /// From this score on a text resembles a claim.
    pub threshold: f64,
}

/// What became of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// New claims.
    pub added: u64,
    /// Claims that a newer version replaced.
    pub edited: u64,
    /// Withdrawals that took effect.
    pub withdrawn: u64,
    /// Versions older than the one that is held.
    pub outdated: u64,
    /// New claims for which there was no room.
    pub turned_away: u64,
}

/// One claim that a text resembles.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The claim, without its long text.
    pub claim: Claim,
    /// 0 to 1; the threshold is [`crate::claims::THRESHOLD`] unless configured.
    pub score: f64,
    /// Whether the text resembles it: the score passes the threshold, and of a fraud the name is there too.
    pub is_match: bool,
    /// Whether it is about a fraud (vacancy, lottery, gift): these look alike.
    pub is_fraud: bool,
    /// Other claims that say nearly the same, in the order of their nearness.
    pub copies: Vec<Box<str>>,
    /// What the score rests on.
    pub why: Why,
}

/// What a score rests on: words as they stand in the asked text and in the title.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Why {
    /// Words that both hold, most telling first.
    pub shared: Vec<Box<str>>,
    /// Words of the title that the text lacks, most telling first.
    pub missing: Vec<Box<str>>,
}

/// The set of claims.
#[derive(Debug)]
pub struct Claims {
    limits: Limits,
    reader: Reader,
    held: BTreeMap<Box<str>, Held>,
    current: usize,
    counters: Counters,
    index: Option<Ordered>,
    sums: Vec<f32>,
}

/// The index, and which claim stands where in it.
#[derive(Debug)]
struct Ordered {
    words: Index,
    ids: Vec<Box<str>>,
}

/// One id.
#[derive(Debug)]
struct Held {
    modified_at: EventTime,
    /// `None`: withdrawn.
    claim: Option<Box<(Claim, Numbered)>>,
}

impl Claims {
    /// No claims yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            reader: Reader::built_in(),
            held: BTreeMap::new(),
            current: 0,
            counters: Counters::default(),
            index: None,
            sums: Vec::new(),
        }
    }

    /// Takes one record in.
    pub fn apply(&mut self, record: ClaimRecord) {
        let (id, modified_at, claim) = match record {
            ClaimRecord::Checked { claim, modified_at } => {
                (claim.id.clone(), modified_at, Some(claim))
            }
            ClaimRecord::Withdrawn { id, modified_at } => (id, modified_at, None),
        };
        let known = self.held.get(&id);
        if known.is_some_and(|held| held.modified_at > modified_at) {
            self.counters.outdated += 1;
            return;
        }
        let counter = match (known.is_some(), &claim) {
            (false, _) if self.held.len() >= self.limits.claims => {
                self.counters.turned_away += 1;
                return;
            }
            (_, None) => &mut self.counters.withdrawn,
            (true, Some(_)) => &mut self.counters.edited,
            (false, Some(_)) => &mut self.counters.added,
        };
        *counter += 1;
        let claim = claim.map(|claim| {
            let numbered = self.number(&claim);
            let text = Box::default();
            Box::new((Claim { text, ..*claim }, numbered))
        });
        self.current += usize::from(claim.is_some());
        let before = self.held.insert(id, Held { modified_at, claim });
        self.current -= usize::from(before.is_some_and(|before| before.claim.is_some()));
        self.index = None;
    }

    /// Claims that are held and not withdrawn.
    pub fn len(&self) -> usize {
        self.current
    }

    /// Whether nothing can be matched.
    pub fn is_empty(&self) -> bool {
        self.current == 0
    }

    /// What became of the records so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The at most `most` claims nearest to `text`, near-copies joined.
    pub fn nearest(&mut self, text: &str, most: usize) -> Vec<Match> {
        let index = self.index.take().unwrap_or_else(|| self.ordered());
        let terms = self.reader.read(text);
        let asked = Asked::new(&terms, &index.words);
        let candidates = index.words.nearest(&asked, &mut self.sums);
        let mut ranked: Vec<Ranked<'_>> = candidates
            .into_iter()
            .filter_map(|at| self.rank(at, &asked, &index))
            .collect();
        // Stable: of equals the one that was nearer at first look.
        ranked.sort_by(|one, two| two.sum.total_cmp(&one.sum));
        let rival = ranked.get(weigh::RIVAL).map(|rival| rival.sum);
        let matches = self.tell(&joined(ranked, most), rival, &terms, &index.words);
        self.index = Some(index);
        matches
    }

    fn current(&self) -> impl Iterator<Item = (&Claim, &Numbered)> {
        let held = self.held.values();
        held.filter_map(|held| held.claim.as_deref().map(|(claim, words)| (claim, words)))
    }

    fn ordered(&self) -> Ordered {
        let numbered: Vec<&Numbered> = self.current().map(|(_, words)| words).collect();
        Ordered {
            words: Index::of(&numbered),
            ids: self.current().map(|(claim, _)| claim.id.clone()).collect(),
        }
    }

    fn rank(&self, at: u32, asked: &Asked, index: &Ordered) -> Option<Ranked<'_>> {
        let id = index.ids.get(at as usize)?;
        let (claim, words) = self.held.get(id)?.claim.as_deref()?;
        let lengths = *index.words.lengths.get(at as usize)?;
        let measures = Measures::take(words, lengths, asked, &index.words);
        Some(Ranked {
            claim,
            words,
            sum: weigh::sum(&measures),
            measures,
            copies: Vec::new(),
        })
    }

    fn tell(
        &self,
        ranked: &[Ranked<'_>],
        rival: Option<f32>,
        terms: &Terms,
        index: &Index,
    ) -> Vec<Match> {
        let tell = |ranked: &Ranked<'_>| {
            let score = weigh::score(ranked.sum, &ranked.measures, rival, self.current);
            let is_another = ranked.measures.is_other_fraud;
            Match {
                claim: ranked.claim.clone(),
                score,
                is_match: score >= self.limits.threshold && !is_another,
                is_fraud: ranked.words.is_fraud,
                copies: ranked.copies.clone(),
                why: why(&self.reader.read(&ranked.claim.title), terms, index),
            }
        };
        ranked.iter().map(tell).collect()
    }

    /// The words of a claim as numbers.
    fn number(&self, claim: &Claim) -> Numbered {
        let title = self.reader.read(&claim.title);
        let mut words: Vec<TitleWord> = Vec::new();
        let mut parts = Vec::new();
        for term in &title.words {
            let is_known = words.iter().any(|word| word.number == term.number);
            if is_known || words.len() >= TITLE_WORDS {
                continue;
            }
            let own = title.parts_of(term);
            parts.extend_from_slice(own);
            words.push(TitleWord {
                number: term.number,
                parts: u8::try_from(own.len()).unwrap_or(u8::MAX),
                is_digits: term.is_number,
                is_fraud: term.is_fraud,
            });
        }
        let mut body: Vec<u32> = words.iter().map(|word| word.number).collect();
        for term in self.reader.read(&claim.text).words {
            if body.len() < BODY_WORDS && !body.contains(&term.number) {
                body.push(term.number);
            }
        }
        let frauds = words.iter().filter(|word| word.is_fraud).count();
        Numbered {
            has_text: body.len() > words.len(),
            is_citable: claim.published_at.is_some() || claim.url.is_some(),
            is_fraud: frauds >= FRAUD_WORDS,
            title: words.into(),
            parts: parts.into(),
            body: body.into(),
        }
    }
}

/// A claim beside its weighted sum.
struct Ranked<'a> {
    claim: &'a Claim,
    words: &'a Numbered,
    measures: Measures,
    sum: f32,
    copies: Vec<Box<str>>,
}

/// The first `most` claims, each with those behind it that say nearly the same.
fn joined(ranked: Vec<Ranked<'_>>, most: usize) -> Vec<Ranked<'_>> {
    let mut first: Vec<Ranked<'_>> = Vec::new();
    for claim in ranked {
        let has_room = first.len() < most;
        let mut known = first.iter_mut();
        match known.find(|known| known.words.is_copy_of(claim.words)) {
            Some(known) => known.copies.push(claim.claim.id.clone()),
            None if has_room => first.push(claim),
            None => {}
        }
    }
    first
}

fn why(title: &Terms, asked: &Terms, index: &Index) -> Why {
    let mut words: Vec<(f32, u32, Box<str>)> = Vec::new();
    for term in &title.words {
        if words.iter().all(|(_, number, _)| *number != term.number) {
            words.push((index.word(term.number), term.number, term.word.clone()));
        }
    }
    words.sort_by(|one, two| two.0.total_cmp(&one.0));
    let is_shared = |number: u32| asked.words.iter().any(|term| term.number == number);
    let (shared, missing): (Vec<_>, Vec<_>) = words
        .into_iter()
        .partition(|(_, number, _)| is_shared(*number));
    let named = |words: Vec<(f32, u32, Box<str>)>| {
        let words = words.into_iter().map(|(_, _, word)| word);
        words.take(WHY_WORDS).collect()
    };
    Why {
        shared: named(shared),
        missing: named(missing),
    }
}
