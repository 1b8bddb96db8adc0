//! Folded text -> words, hashtags, links.
//!
//! In: the folded text of one field. Out: tokens with their hashes, tags, links, appended to a scan.
//! Rule: each byte of ASCII is looked at once, eight at a time; other scripts letter by letter.
//! Not here: how text is folded (`normal`), what a word means (`matcher`).

use unicode_normalization::char::is_combining_mark;

use crate::relevance::eight_bytes::{digits, hashes, letters};
use crate::relevance::scan::{Field, Span, Token, is_wide};

/// Where the pieces go, and what is left of the borders in the text.
pub(super) struct Cutter<'a> {
    pub(super) text: &'a str,
    pub(super) borders: &'a [u32],
    pub(super) tokens: &'a mut Vec<Token>,
    pub(super) tags: &'a mut Vec<Span>,
    pub(super) links: &'a mut Vec<Span>,
    pub(super) pieces: &'a mut Vec<Span>,
}

/// What a byte begins.
#[derive(Clone, Copy)]
enum Kind {
    Sign,
    Hash,
    Digit,
    Letter,
    /// A letter, sign or mark behind ASCII.
    Other,
}

impl Cutter<'_> {
    /// Cuts the text from byte `at` on. `split_tag` cuts a hashtag of one case into words.
    pub(super) fn cut(
        &mut self,
        mut at: usize,
        field: Field,
        split_tag: impl Fn(&str, &mut Vec<Span>),
    ) {
        while let Some(&byte) = self.text.as_bytes().get(at) {
            let end = match kind(byte) {
                Kind::Sign => {
                    at += 1;
                    continue;
                }
                Kind::Hash => {
                    let end = self.end_of_tag(at + 1);
                    if end > at + 1 {
                        self.tag(at + 1, end, &split_tag);
                    }
                    at = end;
                    continue;
                }
                Kind::Letter => self.end_of_letters(at + letters(self.text.as_bytes(), at), at),
                Kind::Digit | Kind::Other => self.end_of_word(at),
            };
            if end == at {
                at += self.length_at(at);
            } else if let Some(link) = self.link(at, end) {
                self.links.push(link);
                at = link.end as usize;
            } else {
                self.words(at, end, field);
                at = end;
            }
        }
    }

    fn after(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or("")
    }

    fn length_at(&self, at: usize) -> usize {
        self.after(at).chars().next().map_or(1, char::len_utf8)
    }

    /// The end of the run of letters of one script, or of digits, that begins at `at`.
    fn end_of_word(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        match bytes.get(at).copied().map_or(Kind::Sign, kind) {
            Kind::Digit => at + digits(bytes, at),
            Kind::Letter | Kind::Other => self.end_of_letters(at + letters(bytes, at), at),
            Kind::Sign | Kind::Hash => at,
        }
    }

    /// Goes on from `at`, behind the ASCII letters of a word that begins at `start`.
    #[inline]
    fn end_of_letters(&self, at: usize, start: usize) -> usize {
        let next = self.text.as_bytes().get(at);
        if next.is_none_or(u8::is_ascii) {
            return at;
        }
        self.end_of_wide_letters(at, start)
    }

    fn end_of_wide_letters(&self, at: usize, start: usize) -> usize {
        let mut end = at;
        let mut script = if at > start { Some(false) } else { None };
        for letter in self.after(at).chars() {
            let wide = is_wide(letter);
            let belongs = if letter.is_ascii() {
                letter.is_ascii_alphabetic()
            } else {
                is_of_word(letter)
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
        let tag = self.after(at).chars();
        at + tag
            .take_while(|&letter| letter == '_' || is_of_word(letter))
            .map(char::len_utf8)
            .sum::<usize>()
    }

    /// A link or bare domain that begins with the word at `start..end`.
    #[inline]
    fn link(&self, start: usize, end: usize) -> Option<Span> {
        let (begin, body) = match self.text.as_bytes().get(end..)? {
            [b':', b'/', b'/', ..] => (end + 3, end + 3),
            [b'.', rest @ ..] if begins_domain(rest) => (start, end),
            _ => return None,
        };
        Some(span(begin, body + link_length(self.after(body))))
    }

    fn tag(&mut self, start: usize, end: usize, split: &impl Fn(&str, &mut Vec<Span>)) {
        self.tags.push(span(start, end));
        let before = self.tokens.len();
        let mut at = start;
        while at < end {
            let end = self.end_of_word(at).min(end);
            if end == at {
                at += self.length_at(at);
            } else {
                self.words(at, end, Field::Tag);
                at = end;
            }
        }
        // One run of letters of one case may still be several words.
        if let [.., only] = *self.tokens.as_slice()
            && self.tokens.len() == before + 1
            && !only.wide
        {
            self.pieces.clear();
            let (start, end) = (only.span.start as usize, only.span.end as usize);
            split(self.text.get(start..end).unwrap_or(""), self.pieces);
            if self.pieces.len() > 1 {
                self.tokens.truncate(before);
                for piece in 0..self.pieces.len() {
                    if let Some(piece) = self.pieces.get(piece) {
                        let (from, to) = (piece.start as usize, piece.end as usize);
                        self.push(start + from, start + to, Field::Tag);
                    }
                }
            }
        }
    }

    /// Adds the word at `start..end`, cut where case joins two words of three letters or more.
    fn words(&mut self, mut start: usize, end: usize, field: Field) {
        let shortest = if field == Field::Tag { 1 } else { 3 };
        while let Some((&border, rest)) = self.borders.split_first() {
            let border = border as usize;
            if border >= end {
                break;
            }
            self.borders = rest;
            if border >= start + shortest && border + shortest <= end {
                self.push(start, border, field);
                start = border;
            }
        }
        self.push(start, end, field);
    }

    fn push(&mut self, start: usize, end: usize, field: Field) {
        let bytes = self.text.as_bytes();
        let is_ascii = bytes.get(start).is_some_and(u8::is_ascii);
        let (hash, first, bare) = hashes(bytes, start, end);
        self.tokens.push(Token {
            span: span(start, end),
            hash,
            first,
            bare,
            field,
            handle: is_handle(bytes.get(..start).unwrap_or_default()),
            wide: !is_ascii && self.after(start).chars().next().is_some_and(is_wide),
        });
    }
}

fn kind(byte: u8) -> Kind {
    match byte {
        b'a'..=b'z' => Kind::Letter,
        b'0'..=b'9' => Kind::Digit,
        b'#' => Kind::Hash,
        0x80.. => Kind::Other,
        _ => Kind::Sign,
    }
}

fn span(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span {
        start: offset(start),
        end: offset(end),
    }
}

/// Whether an `@` stands at the end of `before`, or before underscores, digits and letters there.
fn is_handle(before: &[u8]) -> bool {
    match before.last() {
        Some(b'@') => true,
        Some(b'_' | b'0'..=b'9') => {
            let mut name = before.iter().rev();
            name.find(|&&byte| byte != b'_' && !byte.is_ascii_alphanumeric()) == Some(&b'@')
        }
        _ => false,
    }
}

/// Whether what stands behind the dot of a word ends as the names of hosts do.
fn begins_domain(rest: &[u8]) -> bool {
    let is_of_host = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'.';
    let length = rest.iter().take_while(is_of_host).count();
    let mut host = rest.get(..length).unwrap_or_default();
    while let Some(shorter) = host.strip_suffix(b".") {
        host = shorter;
    }
    let last = host.rsplit(|&byte| byte == b'.').next();
    matches!(
        last,
        Some(b"com" | b"co" | b"id" | b"net" | b"org" | b"info" | b"tv" | b"gov" | b"edu")
    )
}

/// How many bytes of `rest` belong to a link that stands before them.
fn link_length(rest: &str) -> usize {
    let is_end = |&byte: &u8| !byte.is_ascii() || ends_link(char::from(byte));
    let plain = rest.bytes().take_while(|byte| !is_end(byte)).count();
    let tail = rest.get(plain..).unwrap_or("");
    plain + tail.find(ends_link).unwrap_or(tail.len())
}

fn is_of_word(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric();
    }
    is_common_letter(letter) || letter.is_alphanumeric() || is_combining_mark(letter)
}

/// Letters that need no look into the tables of Unicode: the most common ones of most scripts.
fn is_common_letter(letter: char) -> bool {
    matches!(letter,
        'à'..='ö' | 'ø'..='ÿ' | 'α'..='ω' | 'а'..='џ' | 'א'..='ת' | 'ء'..='ي' | 'अ'..='ह' | 'ก'..='ะ'
        | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{4E00}'..='\u{9FFF}' | '가'..='힣')
}

fn ends_link(letter: char) -> bool {
    let is_sign = matches!(
        letter,
        '"' | '\'' | '<' | '>' | '|' | ',' | ';' | ')' | ']' | '}' | '…' | '“' | '”' | '’'
    );
    is_sign || letter.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_letters_are_letters() {
        let letters = (0..=u32::from(char::MAX)).filter_map(char::from_u32);
        for letter in letters.filter(|&letter| is_common_letter(letter)) {
            assert!(
                letter.is_alphanumeric() || is_combining_mark(letter),
                "{letter:?}"
            );
        }
    }
}
