//! A post's text as words: the one pass that relevance and topics share.
//!
//! In: title and text. Out: [`Scan`]: folded text, [`Token`]s with hashes, hashtags, links.
//! Rule: nothing is allocated once the buffers have grown; at most [`READ_MAX`] bytes of a field are read.
//! Not here: what a word means (`matcher`, `lexicon`).

use unicode_normalization::char::is_combining_mark;

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
    border: usize,
}

/// The empty hash; words are hashed byte by byte so that beginnings of words have hashes too.
pub(crate) const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;

/// Adds one byte to a word's hash (FNV-1a).
pub(crate) const fn hash_byte(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
}

/// The hash of a folded word.
pub(crate) fn hash_word(word: &str) -> u64 {
    word.bytes().fold(HASH_START, hash_byte)
}

/// The hash of a phrase from that of its beginning and its next word.
pub(crate) const fn hash_phrase(head: u64, word: u64) -> u64 {
    (head.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Scan {
    /// Forgets the post.
    pub fn clear(&mut self) {
        self.folder.clear();
        self.tokens.clear();
        self.tags.clear();
        self.links.clear();
        self.border = 0;
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
        self.folder.push(head(text, READ_MAX));
        self.folder.push("\n");
        let mut pieces = Vec::new();
        let mut at = start;
        while let Some(letter) = self.letter(at) {
            let end = self.end_of_word(at);
            if letter == '#' {
                let end = self.end_of_tag(at + 1);
                if end > at + 1 {
                    self.tag(span(at + 1, end), &mut pieces, &split_tag);
                }
                at = end.max(at + 1);
            } else if end == at {
                at += letter.len_utf8();
            } else if let Some(link) = self.link(at, end) {
                self.links.push(link);
                at = link.end as usize;
            } else {
                self.words(span(at, end), field);
                at = end;
            }
        }
    }

    fn letter(&self, at: usize) -> Option<char> {
        let byte = *self.folder.text.as_bytes().get(at)?;
        if byte.is_ascii() {
            return Some(char::from(byte));
        }
        self.folder.text.get(at..)?.chars().next()
    }

    /// The end of the run of letters of one script, or of digits, that begins at `at`.
    fn end_of_word(&self, at: usize) -> usize {
        let bytes = self.folder.text.as_bytes();
        let run = |class: fn(&u8) -> bool| {
            let rest = bytes.get(at..).unwrap_or_default();
            at + rest.iter().take_while(|byte| class(byte)).count()
        };
        match bytes.get(at) {
            Some(byte) if byte.is_ascii_digit() => run(u8::is_ascii_digit),
            Some(byte) if byte.is_ascii() && !byte.is_ascii_alphabetic() => at,
            Some(_) => self.end_of_letters(run(u8::is_ascii_alphabetic), at),
            None => at,
        }
    }

    /// Goes on from `at`, behind the ASCII letters of a word that begins at `start`.
    fn end_of_letters(&self, at: usize, start: usize) -> usize {
        let next = self.folder.text.as_bytes().get(at);
        if next.is_none_or(u8::is_ascii) {
            return at;
        }
        let mut end = at;
        let mut script = if at > start { Some(false) } else { None };
        for letter in self.after(offset(at)).chars() {
            let wide = is_wide(letter);
            let belongs = if letter.is_ascii() {
                letter.is_ascii_alphabetic()
            } else {
                is_word(letter) || is_combining_mark(letter)
            };
            if !belongs || script.is_some_and(|script| script != wide) {
                break;
            }
            script = Some(wide);
            end += letter.len_utf8();
        }
        end
    }

    fn end_of_tag(&self, at: usize) -> usize {
        let tag = self.after(offset(at)).chars();
        at + tag
            .take_while(|&letter| letter == '_' || is_word(letter) || is_combining_mark(letter))
            .map(char::len_utf8)
            .sum::<usize>()
    }

    /// A link or bare domain that begins with the word at `start..end`.
    fn link(&self, start: usize, end: usize) -> Option<Span> {
        let next = self.folder.text.as_bytes().get(end);
        if !matches!(next, Some(b':' | b'.')) {
            return None;
        }
        let rest = self.after(offset(end));
        let scheme = rest.starts_with("://");
        if !scheme {
            let dot = rest.strip_prefix('.')?;
            let host = dot.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
            let host = host.into_iter().next()?.trim_end_matches('.');
            let last = host.rsplit('.').next()?;
            if !matches!(
                last,
                "com" | "co" | "id" | "net" | "org" | "info" | "tv" | "gov" | "edu"
            ) {
                return None;
            }
        }
        let skip = if scheme { 3 } else { 0 };
        let begin = if scheme { end + skip } else { start };
        let body = self.after(offset(end + skip));
        let length = body
            .find(|letter: char| letter.is_whitespace() || "\"'<>|,;)]}…“”’".contains(letter))
            .unwrap_or(body.len());
        Some(span(begin, end + skip + length))
    }

    fn tag(&mut self, tag: Span, pieces: &mut Vec<Span>, split: &impl Fn(&str, &mut Vec<Span>)) {
        self.tags.push(tag);
        let before = self.tokens.len();
        let mut at = tag.start as usize;
        while at < tag.end as usize {
            let end = self.end_of_word(at).min(tag.end as usize);
            if end == at {
                at += self.letter(at).map_or(1, char::len_utf8);
            } else {
                self.words(span(at, end), Field::Tag);
                at = end;
            }
        }
        // One run of letters of one case may still be several words.
        if let [.., only] = *self.tokens.as_slice()
            && self.tokens.len() == before + 1
            && !only.wide
        {
            pieces.clear();
            split(self.word(only.span), pieces);
            if pieces.len() > 1 {
                self.tokens.truncate(before);
                for piece in pieces.iter() {
                    let base = only.span.start;
                    self.push(span_at(base, *piece), Field::Tag);
                }
            }
        }
    }

    /// Adds the word at `whole`, cut where case joins two words of three letters or more.
    fn words(&mut self, whole: Span, field: Field) {
        let mut start = whole.start;
        let shortest = if field == Field::Tag { 1 } else { 3 };
        while let Some(&border) = self.folder.borders.get(self.border) {
            if border >= whole.end {
                break;
            }
            self.border += 1;
            if border >= start + shortest && border + shortest <= whole.end {
                self.push(Span { start, end: border }, field);
                start = border;
            }
        }
        self.push(
            Span {
                start,
                end: whole.end,
            },
            field,
        );
    }

    /// Whether an `@` stands before the word at `start`, or before an underscore or word before it.
    fn is_handle(&self, start: u32) -> bool {
        let before = self
            .folder
            .text
            .as_bytes()
            .get(..start as usize)
            .unwrap_or_default();
        match before.last() {
            Some(b'@') => true,
            Some(b'_' | b'0'..=b'9') => {
                let mut name = before.iter().rev();
                name.find(|&&byte| byte != b'_' && !byte.is_ascii_alphanumeric()) == Some(&b'@')
            }
            _ => false,
        }
    }

    fn push(&mut self, span: Span, field: Field) {
        let word = self.word(span);
        let token = Token {
            span,
            hash: hash_word(word),
            field,
            handle: self.is_handle(span.start),
            wide: word.chars().next().is_some_and(is_wide),
        };
        self.tokens.push(token);
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

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn span(start: usize, end: usize) -> Span {
    Span {
        start: offset(start),
        end: offset(end),
    }
}

fn span_at(base: u32, piece: Span) -> Span {
    Span {
        start: base + piece.start,
        end: base + piece.end,
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric()
}

/// Hebrew and everything behind it, but not the Greek and Latin extensions of 1E00 to 1FFF.
pub(crate) fn is_wide(letter: char) -> bool {
    letter >= '\u{0530}' && !('\u{1E00}'..'\u{2C00}').contains(&letter)
}
