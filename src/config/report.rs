//! Gathers mistakes while a configuration is read.
//!
//! In: origins and words. Out: [`Mistakes`], sorted, or nothing to complain about.
//! Rule: at most [`MISTAKES_MAX`] are kept; a line that is not TOML has that one mistake only,
//! because what follows from it would be noise.
//! Not here: what is a mistake (`check`).

use std::collections::BTreeSet;

use crate::config::place::{Mistake, Mistakes, Place};
use crate::config::tree::Origin;

/// Most mistakes that are kept; the rest are counted.
pub(crate) const MISTAKES_MAX: usize = 100;

/// The mistakes found so far.
pub(crate) struct Report<'a> {
    file_name: &'a str,
    file_text: &'a str,
    broken_lines: BTreeSet<usize>,
    list: Vec<Mistake>,
    more: usize,
}

impl<'a> Report<'a> {
    /// No mistakes yet; `file_name` and `file_text` turn bytes into lines.
    pub(crate) fn new(file_name: &'a str, file_text: &'a str) -> Self {
        Self {
            file_name,
            file_text,
            broken_lines: BTreeSet::new(),
            list: Vec::new(),
            more: 0,
        }
    }

    /// Adds a mistake at `key` (empty: the syntax is to blame).
    pub(crate) fn add(
        &mut self,
        origin: &Origin,
        key: &str,
        problem: impl Into<String>,
        instead: impl Into<String>,
    ) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let place = self.place(origin);
        if let Place::Line { line, .. } = &place {
            let is_known = self.broken_lines.contains(line);
            if is_known || key.is_empty() && !self.broken_lines.insert(*line) {
                return;
            }
        }
        self.list.push(Mistake {
            place,
            key: key.to_owned(),
            problem: problem.into(),
            instead: instead.into(),
        });
    }

    /// Whether further mistakes are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= MISTAKES_MAX
    }

    /// Whether `key` has a mistake, so that what it holds is only a stand-in.
    pub(crate) fn blames(&self, key: &str) -> bool {
        self.more > 0 || self.list.iter().any(|mistake| mistake.key == key)
    }

    /// The mistakes in the order of layers and lines; `Ok` when there are none.
    pub(crate) fn finish(mut self) -> Result<(), Mistakes> {
        if self.list.is_empty() {
            return Ok(());
        }
        self.list.sort_by(|one, other| one.place.cmp(&other.place));
        Err(Mistakes {
            list: self.list,
            more: self.more,
        })
    }

    fn place(&self, origin: &Origin) -> Place {
        match origin {
            Origin::BuiltIn => Place::BuiltIn,
            Origin::File(byte) => self.line(*byte),
            Origin::Environment(name) => Place::Environment { name: name.clone() },
            Origin::Setting(key) => Place::Setting { key: key.clone() },
        }
    }

    fn line(&self, byte: usize) -> Place {
        let before = self.file_text.get(..byte).unwrap_or(self.file_text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_so_far = before.get(start..).unwrap_or_default();
        Place::Line {
            name: self.file_name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: line_so_far.trim_start_matches('\u{feff}').chars().count() + 1,
        }
    }
}
