//! A post's text as words: the one pass that relevance and topics share.
//!
//! In: title and text. Out: [`Scan`]: folded text, [`Token`]s with hashes, hashtags, links.
//! Rule: nothing is allocated once the buffers have grown; at most [`READ_MAX`] bytes of a field are read.
//! Not here: where words end (`cut`), what a word means (`matcher`, `lexicon`).

use crate::relevance::cut::Cutter;
use crate::relevance::normal::Folder;

/// Bytes of a title or text that are read; a crisis is named before them.
pub(super) const READ_MAX: usize = 65_536;

/// A piece of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte behind the last.
    pub end: u32,
}

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The headline.
    Title,
    /// The body.
    Text,
    /// Where the post says that it is from.
    Location,
    /// Inside a hashtag.
    Tag,
}

/// A word, or a run of a script that writes no blanks.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// Where it stands in the folded text.
    pub span: Span,
    /// Hash of its bytes.
    pub hash: u64,
    /// Hash of its first four bytes, by which words that begin with a stem are known; 0: shorter.
    pub(super) first: u64,
    /// Hash of the word before `-nya` (its), `-ku` (my), `-mu` (your), `-lah`, `-kah`, `-pun`; 0: without.
    pub(super) bare: u64,
    /// Which field it is in.
    pub field: Field,
    /// Whether it is (a part of) a handle: `@name`.
    pub handle: bool,
    /// Whether its script may hold several words in a run (Hebrew and all scripts behind it).
    pub wide: bool,
}

/// The words of one post; reused from post to post.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    folder: Folder,
    /// The words in order; those of hashtags in their place.
    pub tokens: Vec<Token>,
    /// Hashtags, without `#`.
    pub tags: Vec<Span>,
    /// Links and bare domains, without the scheme.
    pub links: Vec<Span>,
    pieces: Vec<Span>,
}

impl Scan {
    /// Forgets the post.
    pub fn clear(&mut self) {
        self.folder.clear();
        self.tokens.clear();
        self.tags.clear();
        self.links.clear();
    }

    /// The folded text at `span`.
    pub fn word(&self, span: Span) -> &str {
        self.folder
            .text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// What follows byte `end` of the folded text.
    pub(crate) fn after(&self, end: u32) -> &str {
        self.folder.text.get(end as usize..).unwrap_or("")
    }

    /// Appends a field and its tokens. `split_tag` cuts a hashtag of one case into words.
    pub fn read(&mut self, text: &str, field: Field, split_tag: impl Fn(&str, &mut Vec<Span>)) {
        let start = self.folder.text.len();
        let borders = self.folder.borders.len();
        self.folder.push(head(text, READ_MAX));
        self.folder.text.push('\n');
        if text.is_empty() {
            return;
        }
        let mut cutter = Cutter {
            text: &self.folder.text,
            borders: self.folder.borders.get(borders..).unwrap_or_default(),
            tokens: &mut self.tokens,
            tags: &mut self.tags,
            links: &mut self.links,
            pieces: &mut self.pieces,
        };
        cutter.cut(start, field, split_tag);
    }
}

/// At most `max` bytes of `text`, whole characters.
fn head(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// Hebrew and everything behind it, but not the Greek and Latin extensions of 1E00 to 1FFF.
pub(crate) fn is_wide(letter: char) -> bool {
    letter >= '\u{0530}' && !('\u{1E00}'..'\u{2C00}').contains(&letter)
}
