//! Reads the keys of one section, each with its type and range.
//!
//! In: a [`Table`]. Out: values, mistakes in the [`Report`].
//! Rule: reading never stops. A wrong value is reported and a stand-in goes on in its place, so that
//! every mistake is found at once; no stand-in gets out, since a report with mistakes gives no `Config`.
//! Not here: which keys there are (`check`).

use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::config::layer::dotted;
use crate::config::place::one_line;
use crate::config::report::Report;
use crate::config::suggest::nearest;
use crate::config::tree::{Node, Origin, Table, Value};

/// What is wrong with a text, and what to write instead.
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) problem: String,
    /// What to write instead.
    pub(crate) instead: String,
}

impl Fault {
    /// A fault in words.
    pub(crate) fn new(problem: impl Into<String>, instead: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            instead: instead.into(),
        }
    }
}

/// A section that is being read. [`Section::finish`] reports the keys that nobody asked for.
pub(crate) struct Section<'tree, 'report, 'text> {
    path: String,
    origin: Origin,
    table: &'tree Table,
    known: Vec<&'static str>,
    report: &'report mut Report<'text>,
}

impl<'tree, 'report, 'text> Section<'tree, 'report, 'text> {
    /// The section `table` at the dotted key `path`, which starts at `origin`.
    pub(crate) fn new(
        path: String,
        origin: Origin,
        table: &'tree Table,
        report: &'report mut Report<'text>,
    ) -> Self {
        Self {
            path,
            origin,
            table,
            known: Vec::new(),
            report,
        }
    }

    /// Whole number in `range`.
    pub(crate) fn whole<T>(&mut self, key: &'static str, range: RangeInclusive<T>) -> T
    where
        T: Copy + PartialOrd + Display + TryFrom<i128>,
    {
        let instead = format!(
            "write a whole number from {} to {}",
            range.start(),
            range.end()
        );
        let read = |value: &Value| {
            let Value::Whole(number) = value else {
                return None;
            };
            T::try_from(*number)
                .ok()
                .filter(|number| range.contains(number))
        };
        self.read(key, &instead, read).unwrap_or(*range.start())
    }

    /// Number in `range`, with or without a fraction.
    pub(crate) fn fraction(&mut self, key: &'static str, range: RangeInclusive<f64>) -> f64 {
        let instead = format!("write a number from {} to {}", range.start(), range.end());
        let read = |value: &Value| {
            let number = match value {
                Value::Fraction(number) => Some(*number),
                // Every range lies far below 2^31.
                Value::Whole(number) => i32::try_from(*number).ok().map(f64::from),
                Value::Text(_)
                | Value::Switch(_)
                | Value::Date
                | Value::List(_)
                | Value::Table(_) => None,
            };
            number.filter(|number| range.contains(number))
        };
        self.read(key, &instead, read).unwrap_or(*range.start())
    }

    /// `true` or `false`.
    pub(crate) fn switch(&mut self, key: &'static str) -> bool {
        let read = |value: &Value| {
            let Value::Switch(switch) = value else {
                return None;
            };
            Some(*switch)
        };
        self.read(key, "write true or false", read)
            .unwrap_or_default()
    }

    /// One of the words of `choices`; `absent` where the key may be left out and is.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[T],
        word: fn(T) -> &'static str,
        absent: Option<T>,
    ) -> Option<T> {
        if let (Some(absent), false) = (absent, self.table.contains_key(key)) {
            self.known.push(key);
            return Some(absent);
        }
        let words: Vec<_> = choices
            .iter()
            .map(|&choice| format!("\"{}\"", word(choice)))
            .collect();
        let instead = format!("write {}", words.join(" or "));
        let read = |value: &Value| {
            let Value::Text(text) = value else {
                return None;
            };
            choices.iter().copied().find(|&choice| word(choice) == text)
        };
        self.read(key, &instead, read)
    }

    /// Text that `parse` accepts; `None` after a mistake.
    pub(crate) fn text<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let node = self.get(key, &format!("write {key} = \"...\""))?;
        let Value::Text(text) = &node.value else {
            let problem = format!("must be text, found {}", node.value.described());
            self.blame(key, node, problem, "write it in quotes");
            return None;
        };
        match parse(text) {
            Ok(parsed) => Some(parsed),
            Err(fault) => {
                self.blame(key, node, fault.problem, fault.instead);
                None
            }
        }
    }

    /// Whether the key, which may be left out, is there.
    pub(crate) fn has(&mut self, key: &'static str) -> bool {
        self.known.push(key);
        self.table.contains_key(key)
    }

    /// Text that `parse` accepts, where the key may be left out.
    pub(crate) fn text_if_any<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        self.has(key).then(|| self.text(key, parse)).flatten()
    }

    /// `true` or `false`, where the key may be left out and then is false.
    pub(crate) fn switch_if_any(&mut self, key: &'static str) -> bool {
        self.has(key) && self.switch(key)
    }

    /// A text that may be absent and that no message repeats.
    pub(crate) fn secret<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        self.known.push(key);
        let node = self.table.get(key)?;
        let Value::Text(text) = &node.value else {
            self.blame(key, node, "must be text", "write it in quotes");
            return None;
        };
        parse(text)
            .map_err(|fault| self.blame(key, node, fault.problem, fault.instead))
            .ok()
    }

    /// A list of texts that `parse` accepts. No message repeats one.
    pub(crate) fn texts<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Vec<T> {
        let instead = format!("write {key} = [\"...\"]");
        let Some(node) = self.get(key, &instead) else {
            return Vec::new();
        };
        let Value::List(entries) = &node.value else {
            self.blame(key, node, "must be a list of texts", instead);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let parsed = if let Value::Text(text) = &entry.value {
                parse(text)
            } else {
                Err(Fault::new("must be text", "write it in quotes"))
            };
            match parsed {
                Ok(text) => texts.push(text),
                Err(fault) => {
                    let key = format!("{key}[{number}]");
                    self.blame(&key, entry, fault.problem, fault.instead);
                }
            }
        }
        texts
    }

    /// The section `key` in this one.
    pub(crate) fn section(&mut self, key: &'static str) -> Section<'tree, '_, 'text> {
        static NOTHING: Table = Table::new();
        let (origin, table) = match self.get(key, "write the section") {
            Some(Node {
                origin,
                value: Value::Table(table),
            }) => (origin.clone(), table),
            // A layer cannot put anything else in a section's place (`merge`).
            _ => (self.origin.clone(), &NOTHING),
        };
        Section::new(dotted(&self.path, key), origin, table, self.report)
    }

    /// The section `key` in this one, where it may be left out.
    pub(crate) fn section_if_any(
        &mut self,
        key: &'static str,
    ) -> Option<Section<'tree, '_, 'text>> {
        self.known.push(key);
        let node = self.table.get(key)?;
        let Value::Table(table) = &node.value else {
            let problem = format!("must be a section, found {}", node.value.described());
            self.blame(key, node, problem, format!("write [{}.{key}]", self.path));
            return None;
        };
        let path = dotted(&self.path, key);
        Some(Section::new(path, node.origin.clone(), table, self.report))
    }

    /// Each section of the list `key`.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(Section<'tree, '_, 'text>) -> T,
    ) -> Vec<T> {
        let instead = format!("write [[{key}]] and its keys below");
        let Some(node) = self.get(key, &instead) else {
            return Vec::new();
        };
        let Value::List(entries) = &node.value else {
            let problem = format!("must be a list, found {}", node.value.described());
            self.blame(key, node, problem, instead);
            return Vec::new();
        };
        let path = dotted(&self.path, key);
        let mut sections = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let path = format!("{path}[{number}]");
            if let Value::Table(table) = &entry.value {
                let section = Section::new(path, entry.origin.clone(), table, self.report);
                sections.push(read(section));
            } else {
                let problem = format!("must be a section, found {}", entry.value.described());
                self.report
                    .add(&entry.origin, &path, problem, instead.as_str());
            }
        }
        sections
    }

    /// Whether `key` of this section has a mistake already.
    pub(crate) fn blames(&self, key: &str) -> bool {
        self.report.blames(&dotted(&self.path, key))
    }

    /// Adds a mistake about the value of `key`.
    pub(crate) fn blame_key(&mut self, key: &'static str, fault: Fault) {
        let origin = self
            .table
            .get(key)
            .map_or(&self.origin, |node| &node.origin);
        self.report.add(
            origin,
            &dotted(&self.path, key),
            fault.problem,
            fault.instead,
        );
    }

    /// Reports every key that was not asked for.
    pub(crate) fn finish(self) {
        for (key, node) in self.table {
            if self.known.contains(&key.as_str()) {
                continue;
            }
            let path = dotted(&self.path, key);
            let instead = if self.report.is_full() {
                String::new()
            } else if let Some(meant) = nearest(&self.path, key, &self.known) {
                format!("did you mean {meant}?")
            } else {
                format!("the keys here are {}", self.known.join(", "))
            };
            self.report.add(&node.origin, &path, "no such key", instead);
        }
    }

    fn get(&mut self, key: &'static str, instead: &str) -> Option<&'tree Node> {
        self.known.push(key);
        let node = self.table.get(key);
        if node.is_none() {
            let path = dotted(&self.path, key);
            self.report.add(&self.origin, &path, "missing", instead);
        }
        node
    }

    fn read<T>(
        &mut self,
        key: &'static str,
        instead: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let node = self.get(key, instead)?;
        let value = read(&node.value);
        if value.is_none() {
            self.blame(
                key,
                node,
                format!("found {}", node.value.described()),
                instead,
            );
        }
        value
    }

    fn blame(
        &mut self,
        key: &str,
        node: &Node,
        problem: impl Into<String>,
        instead: impl Into<String>,
    ) {
        self.report
            .add(&node.origin, &dotted(&self.path, key), problem, instead);
    }
}

/// A text in quotes on one line, for a message.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text))
}
