//! Finds listed words in a scan: words, phrases, beginnings of words, and runs inside words.
//!
//! In: patterns with a meaning each; later the tokens of a post. Out: the meanings found, in order.
//! Rule: the longest phrase from the left wins and uses up its words, so that `papua new guinea`
//! hides `papua`.
//! Not here: which meanings there are; the matcher serves the lexicon and the watch topics alike.

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};

use crate::relevance::by_hash::{ByHash, Sieve};
use crate::relevance::eight_bytes::{hash_at, hash_phrase};
use crate::relevance::scan::{Field, Scan, Span, Token, is_wide};

/// Most bytes of a stem: their lengths are bits.
const STEM_MAX: usize = 63;

/// What a word, or a phrase that begins with it, may mean.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// Place in the list of meanings, 0 for none.
    meanings: u32,
    /// Words of the longest phrase that begins here.
    longest: u8,
}

/// Patterns and their meanings.
pub struct Matcher<M> {
    words: ByHash<Entry>,
    /// Words and phrases, beginnings of stems.
    sieve: Sieve,
    stems: ByHash<u32>,
    /// First four bytes of a stem -> lengths (a bit each) of the stems that begin so.
    stem_lengths: ByHash<u64>,
    runs: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    meanings: Vec<Vec<M>>,
}

impl<M> std::fmt::Debug for Matcher<M> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let patterns = self.words.len() + self.stems.len();
        write!(formatter, "Matcher {{ words and stems: {patterns} }}")
    }
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing but blanks and signs.
    #[error("no letters")]
    Empty,
    /// `*` behind fewer than four bytes, or more than 63.
    #[error("a beginning of a word (`word*`) needs 4 to 63 bytes")]
    Stem,
    /// `*` on a phrase.
    #[error("a phrase cannot have `*`")]
    PhraseStem,
    /// `*word*` in a script where words have borders.
    #[error("`*word*` is for scripts from Hebrew on; give whole words here")]
    Run,
    /// More than eight words.
    #[error("a phrase has at most 8 words")]
    Long,
    /// The automaton refused the list.
    #[error("too many patterns")]
    Full,
}

/// Collects patterns.
#[derive(Debug)]
pub struct Builder<M> {
    words: ByHash<Entry>,
    stems: ByHash<u32>,
    stem_lengths: ByHash<u64>,
    runs: std::collections::BTreeMap<String, u32>,
    meanings: Vec<Vec<M>>,
    scan: Scan,
}

impl<M: Copy + PartialEq> Default for Builder<M> {
    fn default() -> Self {
        Self {
            words: ByHash::default(),
            stems: ByHash::default(),
            stem_lengths: ByHash::default(),
            runs: std::collections::BTreeMap::new(),
            meanings: vec![Vec::new()],
            scan: Scan::default(),
        }
    }
}

impl<M: Copy + PartialEq> Builder<M> {
    /// Adds `pattern`: `word`, `a phrase`, `begin*`, `*run*`.
    pub fn add(&mut self, pattern: &str, meaning: M) -> Result<(), PatternError> {
        let pattern = pattern.trim();
        let inner = pattern.trim_matches('*');
        let mut scan = std::mem::take(&mut self.scan);
        scan.clear();
        scan.read(inner, Field::Text, |_, _| {});
        let result = match (pattern.starts_with('*'), pattern.ends_with('*')) {
            (true, true) => self.add_run(&scan, meaning),
            (false, true) => self.add_stem(&scan, meaning),
            _ => self.add_words(&scan, meaning),
        };
        self.scan = scan;
        result
    }

    fn add_run(&mut self, scan: &Scan, meaning: M) -> Result<(), PatternError> {
        let [token] = scan.tokens.as_slice() else {
            return Err(PatternError::PhraseStem);
        };
        if !token.wide {
            return Err(PatternError::Run);
        }
        let slot = self.runs.entry(scan.word(token.span).to_owned());
        let id = slot.or_insert(0);
        put(&mut self.meanings, id, meaning);
        Ok(())
    }

    fn add_stem(&mut self, scan: &Scan, meaning: M) -> Result<(), PatternError> {
        let [token] = scan.tokens.as_slice() else {
            return Err(PatternError::PhraseStem);
        };
        let length = scan.word(token.span).len();
        if token.first == 0 || length > STEM_MAX {
            return Err(PatternError::Stem);
        }
        *self.stem_lengths.entry(token.first).or_insert(0) |= 1 << length;
        put(
            &mut self.meanings,
            self.stems.entry(token.hash).or_insert(0),
            meaning,
        );
        Ok(())
    }

    fn add_words(&mut self, scan: &Scan, meaning: M) -> Result<(), PatternError> {
        let (first, rest) = scan.tokens.split_first().ok_or(PatternError::Empty)?;
        if rest.is_empty() && first.wide && needs_no_blanks(scan.word(first.span)) {
            return self.add_run(scan, meaning);
        }
        let count = u8::try_from(scan.tokens.len())
            .ok()
            .filter(|&count| count <= 8);
        let count = count.ok_or(PatternError::Long)?;
        let head = self.words.entry(first.hash).or_default();
        head.longest = head.longest.max(count);
        let whole = rest
            .iter()
            .fold(first.hash, |hash, token| hash_phrase(hash, token.hash));
        let entry = self.words.entry(whole).or_default();
        put(&mut self.meanings, &mut entry.meanings, meaning);
        Ok(())
    }

    /// The matcher of all patterns so far.
    pub fn build(self) -> Result<Matcher<M>, PatternError> {
        let runs = if self.runs.is_empty() {
            None
        } else {
            let built = CharwiseDoubleArrayAhoCorasickBuilder::new()
                .match_kind(MatchKind::LeftmostLongest)
                .build_with_values(self.runs);
            Some(built.map_err(|_| PatternError::Full)?)
        };
        let listed = self.words.keys().chain(self.stem_lengths.keys());
        Ok(Matcher {
            sieve: Sieve::of(listed.copied()),
            words: self.words,
            stems: self.stems,
            stem_lengths: self.stem_lengths,
            runs,
            meanings: self.meanings,
        })
    }
}

fn put<M: PartialEq>(meanings: &mut Vec<Vec<M>>, id: &mut u32, meaning: M) {
    if *id == 0 {
        *id = u32::try_from(meanings.len()).unwrap_or(0);
        meanings.push(Vec::new());
    }
    if let Some(list) = meanings.get_mut(*id as usize)
        && !list.contains(&meaning)
    {
        list.push(meaning);
    }
}

impl<M: Copy> Matcher<M> {
    /// Calls `found` with the first token's number, where it stands, and each list of meanings.
    pub fn find(&self, scan: &Scan, mut found: impl FnMut(usize, Span, &[M])) {
        let mut at = 0;
        while let Some(token) = scan.tokens.get(at) {
            if !self.may_mean(token) {
                at += 1;
                continue;
            }
            if let Some((count, meanings)) = self.phrase(scan, at, token.hash) {
                let last = scan.tokens.get(at + count - 1).unwrap_or(token);
                found(
                    at,
                    Span {
                        start: token.span.start,
                        end: last.span.end,
                    },
                    meanings,
                );
                at += count;
                continue;
            }
            if let Some(meanings) = self.inside(scan, token) {
                found(at, token.span, meanings);
            } else if token.wide {
                self.runs_in(scan, token, |span, meanings| found(at, span, meanings));
            }
            at += 1;
        }
    }

    /// Whether the token may be listed in any way: most are not, and cost no more than this.
    #[inline]
    fn may_mean(&self, token: &Token) -> bool {
        token.wide
            || self.sieve.may_hold(token.hash)
            || self.sieve.may_hold(token.first)
            || self.sieve.may_hold(token.bare)
    }

    /// Whether `word` (folded) is listed by itself or begins a phrase.
    pub(crate) fn knows(&self, hash: u64) -> bool {
        self.words.contains_key(&hash)
    }

    /// The longest phrase that begins with token `at`.
    fn phrase(&self, scan: &Scan, at: usize, first: u64) -> Option<(usize, &[M])> {
        if !self.sieve.may_hold(first) {
            return None;
        }
        let entry = self.words.get(&first)?;
        let mut best = (entry.meanings != 0).then_some((1, entry.meanings));
        let mut hash = first;
        for (count, token) in (2..=usize::from(entry.longest)).zip(scan.tokens.get(at + 1..)?) {
            hash = hash_phrase(hash, token.hash);
            if self.sieve.may_hold(hash)
                && let Some(entry) = self.words.get(&hash)
                && entry.meanings != 0
            {
                best = Some((count, entry.meanings));
            }
        }
        best.and_then(|(count, id)| Some((count, self.meanings(id)?)))
    }

    /// A word by its beginning, or without an Indonesian suffix.
    fn inside(&self, scan: &Scan, token: &Token) -> Option<&[M]> {
        if self.sieve.may_hold(token.first)
            && let Some(&lengths) = self.stem_lengths.get(&token.first)
            && let Some(id) = self.stem(scan.word(token.span), lengths)
        {
            return self.meanings(id);
        }
        if !self.sieve.may_hold(token.bare) {
            return None;
        }
        self.meanings(self.words.get(&token.bare)?.meanings)
    }

    /// The longest stem that `word` begins with, of those with one of `lengths` (a bit each).
    fn stem(&self, word: &str, lengths: u64) -> Option<u32> {
        let mut left = lengths & (u64::MAX >> STEM_MAX.saturating_sub(word.len()));
        while left != 0 {
            let length = left.ilog2();
            let stem = hash_at(word.as_bytes(), 0, length as usize);
            if let Some(&id) = self.stems.get(&stem) {
                return Some(id);
            }
            left &= !(1 << length);
        }
        None
    }

    fn runs_in(&self, scan: &Scan, token: &Token, mut found: impl FnMut(Span, &[M])) {
        let Some(runs) = &self.runs else { return };
        let word = scan.word(token.span);
        for hit in runs.leftmost_find_iter(word) {
            let (before, after) = (word.get(..hit.start()), word.get(hit.end()..));
            if !stands_alone(before, word.get(hit.start()..hit.end()), after) {
                continue;
            }
            let place = |at: usize| token.span.start + u32::try_from(at).unwrap_or(0);
            let span = Span {
                start: place(hit.start()),
                end: place(hit.end()),
            };
            if let Some(meanings) = self.meanings(hit.value()) {
                found(span, meanings);
            }
        }
    }

    fn meanings(&self, id: u32) -> Option<&[M]> {
        self.meanings
            .get(id as usize)
            .filter(|list| !list.is_empty())
            .map(Vec::as_slice)
    }
}

/// Katakana spells foreign words: a name must not be a part of a longer one.
fn stands_alone(before: Option<&str>, name: Option<&str>, after: Option<&str>) -> bool {
    let katakana = |letter: char| ('\u{30A1}'..='\u{30FF}').contains(&letter) && letter != '・';
    if !name.is_some_and(|name| name.chars().all(katakana)) {
        return true;
    }
    !before
        .and_then(|text| text.chars().next_back())
        .is_some_and(katakana)
        && !after
            .and_then(|text| text.chars().next())
            .is_some_and(katakana)
}

/// Thai, Lao, Burmese, Khmer, Tibetan, Chinese and Japanese are written without blanks.
fn needs_no_blanks(word: &str) -> bool {
    word.chars().next().is_some_and(|letter| {
        is_wide(letter)
            && matches!(letter, '\u{0E00}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
                | '\u{2E80}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..)
    })
}
