//! Where the members that matter to a re-timed post stand in its line.
//!
//! In: a line of JSON. Out: byte ranges of the values of `id`, `created_at`, `kind`, `author`, `platform`.
//! Rule: one pass without copying; only the outermost object is looked into, the rest of the line
//! stays as it is. It finds values, it does not check the JSON.

use std::ops::Range;

/// Byte ranges of values, quotes included.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Behind the opening brace: where a new member can go.
    pub(super) inside: usize,
    pub(super) id: Option<Range<usize>>,
    pub(super) created_at: Option<Range<usize>>,
    pub(super) kind: Option<Range<usize>>,
    pub(super) author: Option<Range<usize>>,
    pub(super) platform: Option<Range<usize>>,
}

/// Finds the members; `None` if the line is not one object.
pub(super) fn find(line: &str) -> Option<Found> {
    let mut cursor = Cursor {
        bytes: line.as_bytes(),
        at: 0,
    };
    cursor.skip_blanks();
    cursor.expect(b'{')?;
    let mut found = Found {
        inside: cursor.at,
        ..Found::default()
    };
    cursor.skip_blanks();
    while cursor.peek()? == b'"' {
        let name = cursor.value()?;
        cursor.skip_blanks();
        cursor.expect(b':')?;
        cursor.skip_blanks();
        let value = cursor.value()?;
        match line.get(name)? {
            r#""id""# => found.id = Some(value),
            r#""created_at""# => found.created_at = Some(value),
            r#""kind""# => found.kind = Some(value),
            r#""author""# => found.author = Some(value),
            r#""platform""# => found.platform = Some(value),
            _ => {}
        }
        cursor.skip_blanks();
        if cursor.peek()? == b',' {
            cursor.at += 1;
            cursor.skip_blanks();
        }
    }
    cursor.expect(b'}')?;
    cursor.skip_blanks();
    cursor.peek().is_none().then_some(found)
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Passes over one value and says where it stands.
    fn value(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        match self.peek()? {
            b'"' => self.string()?,
            b'{' | b'[' => self.nested()?,
            _ => {
                while !matches!(self.peek(), None | Some(b',' | b'}' | b']'))
                    && !self.peek()?.is_ascii_whitespace()
                {
                    self.at += 1;
                }
            }
        }
        (self.at > start).then_some(start..self.at)
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            let rest = self.bytes.get(self.at..)?;
            let stop = memchr::memchr2(b'"', b'\\', rest)?;
            self.at += stop;
            if self.peek()? == b'"' {
                self.at += 1;
                return Some(());
            }
            self.at += 2;
        }
    }

    fn nested(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.checked_sub(1)?,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }
}
