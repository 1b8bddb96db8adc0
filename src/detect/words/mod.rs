//! Which words stand out among the sample posts of an episode, and which one side alone uses.
//!
//! In: the sample posts of the last hour, by pane and kind; those before the begin show what is usual.
//! Out: [`Term`]s, [`Side`]s.
//! Rule: a function of the set of samples. Samples are those posts of a pane with the smallest hashes, so they
//! are a fair draw that merges in any order; a cap on words would keep words by chance instead
//! (docs/decisions/0027). A word of a single post is never told.
//! Not here: who speaks (`voices`), what a word is (`claims`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::heard::time_of;
use super::topics::Topic;
use super::track::Track;
use super::voices::Speaker;
use crate::claims::Reader;
use crate::post::{EventTime, FeedKind};
use crate::window::{Pane, Sample};

/// Samples of one kind that are read: the newest.
const MOST_SAMPLES: usize = 64;
/// Words that stand out.
const MOST_TERMS: usize = 12;
/// Words by which the posts are split.
const MOST_LEADING: usize = 5;
/// Words that one side alone uses.
const MOST_OF_SIDE: usize = 8;
/// Fewest sample posts that hold a word that is told, and fewest of a side that is compared.
const LEAST_POSTS: u32 = 2;
/// Before anything is known a word is in so many of so many usual posts.
const USUAL: (f64, f64) = (1.0, 20.0);
/// Longest word, bytes: longer ones are addresses, or whole clauses of a script without blanks.
const LONGEST: usize = 40;
/// Most digits of a number: more are telephone numbers and the like.
const MOST_DIGITS: usize = 6;
/// What platforms write, not people.
const OF_PLATFORMS: [&str; 5] = ["rt", "via", "http", "https", "amp"];
/// What stands in a masked text for a handle's mail address and a long number.
const MASKS: [&str; 2] = ["<mail>", "<number>"];

/// A word in sample posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// As it is mostly written, folded.
    pub term: String,
    /// Sample posts that hold it, in whatever form.
    pub posts: u32,
}

/// The words of one side that are in no sample post of any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Who.
    pub who: Speaker,
    /// Its sample posts.
    pub posts: u32,
    /// The words, those in most posts first.
    pub terms: Vec<Term>,
}

/// What is told of the words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub terms: Vec<Term>,
    /// Sample posts by the most telling of their words; an empty word: none of these.
    pub leading: Vec<(String, u32)>,
    pub divergence: Vec<Side>,
}

/// One word.
#[derive(Debug, Default)]
struct Count {
    by: BTreeMap<Speaker, u32>,
    usual: u32,
    written: BTreeMap<Box<str>, u32>,
}

/// All words of the samples.
#[derive(Debug, Default)]
struct Counts {
    posts: BTreeMap<Speaker, u32>,
    usual: u32,
    words: BTreeMap<u32, Count>,
    /// The words of each post of the episode.
    of_posts: Vec<Vec<u32>>,
}

impl Words {
    /// The words of the samples of `topic` up to `last`; the episode begins at `since`.
    pub(super) fn of(reader: &Reader, topic: &Topic, since: EventTime, last: Pane) -> Self {
        let mut counts = Counts::default();
        for kind in FeedKind::ALL {
            let mut samples: Vec<(EventTime, &Sample)> = Vec::new();
            for (pane, tally) in topic.track(kind).into_iter().flat_map(Track::dated) {
                let at = time_of(pane, tally);
                let of_pane = tally.samples.iter().map(|sample| (at, sample));
                samples.extend(of_pane.filter(|_| pane <= last));
            }
            for (at, sample) in samples.into_iter().rev().take(MOST_SAMPLES) {
                counts.add(reader, sample, at >= since);
            }
        }
        let telling = counts.standing_out();
        let leading = counts.leading(&telling);
        Self {
            terms: telling.into_iter().map(|(_, term)| term).collect(),
            leading,
            divergence: counts.divergence(),
        }
    }
}

impl Counts {
    fn add(&mut self, reader: &Reader, sample: &Sample, is_of_episode: bool) {
        let who = Speaker::of(sample.kind, sample.language);
        if is_of_episode {
            *self.posts.entry(who).or_default() += 1;
        } else {
            self.usual += 1;
        }
        let mut seen = Vec::new();
        for (form, word) in reader.forms(&unmasked(&sample.text)) {
            if seen.contains(&form) || !is_told(&word) {
                continue;
            }
            seen.push(form);
            let count = self.words.entry(form).or_default();
            if is_of_episode {
                *count.by.entry(who).or_default() += 1;
                *count.written.entry(word).or_default() += 1;
            } else {
                count.usual += 1;
            }
        }
        if is_of_episode {
            self.of_posts.push(seen);
        }
    }

    /// Words that are in more posts than in those before: by `n ln(share / usual share)`, each with its number.
    fn standing_out(&self) -> Vec<(u32, Term)> {
        let all: u32 = self.posts.values().sum();
        let mut terms: Vec<(f64, u32, Term)> = Vec::new();
        for (&form, count) in &self.words {
            let posts: u32 = count.by.values().sum();
            if posts < LEAST_POSTS {
                continue;
            }
            let share = f64::from(posts) / f64::from(all);
            let usual = (f64::from(count.usual) + USUAL.0) / (f64::from(self.usual) + USUAL.1);
            let weight = f64::from(posts) * libm::log(share / usual);
            if weight > 0.0 {
                terms.push((weight, form, count.term(posts)));
            }
        }
        terms.sort_by(|one, two| {
            let by_weight = two.0.total_cmp(&one.0);
            by_weight.then_with(|| one.2.term.cmp(&two.2.term))
        });
        let terms = terms.into_iter().map(|(_, form, term)| (form, term));
        terms.take(MOST_TERMS).collect()
    }

    /// Each post of the episode by the first of the words `telling` that it holds, so that no post counts twice.
    fn leading(&self, telling: &[(u32, Term)]) -> Vec<(String, u32)> {
        let mut left: Vec<&Vec<u32>> = self.of_posts.iter().collect();
        let mut leading = Vec::new();
        for (form, term) in telling.iter().take(MOST_LEADING) {
            let before = left.len();
            left.retain(|words| !words.contains(form));
            leading.push((term.term.clone(), before - left.len()));
        }
        if !leading.is_empty() {
            leading.push((String::new(), left.len()));
        }
        let counted = leading.into_iter().filter(|&(_, posts)| posts > 0);
        counted
            .map(|(word, posts)| (word, u32::try_from(posts).unwrap_or(u32::MAX)))
            .collect()
    }

    /// Of one side alone nothing can be said.
    fn divergence(&self) -> Vec<Side> {
        let sides = self.posts.iter().filter(|side| *side.1 >= LEAST_POSTS);
        if sides.clone().count() < 2 {
            return Vec::new();
        }
        let side = |(&who, &posts): (&Speaker, &u32)| Side {
            who,
            posts,
            terms: self.only(who),
        };
        sides.map(side).collect()
    }

    fn only(&self, who: Speaker) -> Vec<Term> {
        let mut terms: Vec<Term> = Vec::new();
        for count in self.words.values() {
            let mut sides = count.by.iter();
            if let (Some((&side, &posts)), None) = (sides.next(), sides.next())
                && side == who
                && posts >= LEAST_POSTS
            {
                terms.push(count.term(posts));
            }
        }
        terms.sort_by(|one, two| {
            let by_posts = two.posts.cmp(&one.posts);
            by_posts.then_with(|| one.term.cmp(&two.term))
        });
        terms.truncate(MOST_OF_SIDE);
        terms
    }
}

impl Count {
    /// In the form in which it is mostly written; of equals the first in the order of letters.
    fn term(&self, posts: u32) -> Term {
        let written = self.written.iter().rev();
        let most = written.max_by_key(|&(_, &count)| count);
        Term {
            term: most.map(|(word, _)| word.to_string()).unwrap_or_default(),
            posts,
        }
    }
}

fn unmasked(text: &str) -> String {
    let mut text = text.to_owned();
    for mask in MASKS {
        text = text.replace(mask, " ");
    }
    text
}

fn is_told(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.len() <= LONGEST && digits <= MOST_DIGITS && !OF_PLATFORMS.contains(&word)
}

#[cfg(test)]
mod tests;
