//! Where a value was written, and what is wrong with it.
//!
//! In: places and words. Out: [`Mistake`] and [`Mistakes`], made for people.
//! Rule: one mistake is one line, whatever bytes the configuration holds; a secret is never shown.
//! Not here: finding mistakes (`check`), gathering them (`report`).

use std::fmt;

/// Longest piece of the configuration that a message repeats, characters.
const SHOWN_CHARACTERS: usize = 60;

/// Where a value was written. The order is the order of the layers: a later one overrides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// `config/default.toml`; a mistake there is a mistake of the program.
    BuiltIn,
    /// A file as a whole.
    File {
        /// The path, as it was given.
        name: String,
    },
    /// A line of a file.
    Line {
        /// The path, as it was given.
        name: String,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
    },
    /// An environment variable.
    Environment {
        /// Its name.
        name: String,
    },
    /// A `--set` of the command line.
    Setting {
        /// What stands before its `=`.
        key: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => formatter.write_str("built-in configuration"),
            Self::File { name } => formatter.write_str(&escaped(name)),
            Self::Line { name, line, column } => {
                write!(formatter, "{}:{line}:{column}", escaped(name))
            }
            Self::Environment { name } => write!(formatter, "environment {}", one_line(name)),
            Self::Setting { key } => write!(formatter, "--set {}", one_line(key)),
        }
    }
}

/// One mistake in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where the value was written.
    pub place: Place,
    /// The dotted key, empty where no key is to blame.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to write instead, empty where the problem says it.
    pub instead: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.place)?;
        let is_its_own_key = matches!(&self.place, Place::Setting { key } if *key == self.key);
        if !self.key.is_empty() && !is_its_own_key {
            write!(formatter, "{}: ", one_line(&self.key))?;
        }
        formatter.write_str(&self.problem)?;
        if !self.instead.is_empty() {
            write!(formatter, "; {}", self.instead)?;
        }
        Ok(())
    }
}

/// Every mistake of a configuration, in the order of layers and lines. Shown one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes {
    /// The mistakes, at least one.
    pub list: Vec<Mistake>,
    /// How many more there are beyond the longest list that is kept.
    pub more: usize,
}

impl Mistakes {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.list.len().saturating_add(self.more)
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self {
            list: vec![mistake],
            more: 0,
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, mistake) in self.list.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{mistake}")?;
        }
        if self.more > 0 {
            write!(formatter, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// `text` on one line, cut when long.
pub(crate) fn one_line(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => escaped(text.get(..end).unwrap_or_default()) + "...",
        None => escaped(text),
    }
}

/// `text` with every character escaped that could end a line or steer a terminal.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_one_line_whatever_it_repeats() {
        let mistake = Mistake {
            place: Place::Environment {
                name: "A\nB".into(),
            },
            key: format!("a\u{2028}{}", "b".repeat(1000)),
            problem: "no such key".into(),
            instead: String::new(),
        };
        let shown = mistake.to_string();
        assert_eq!(shown.lines().count(), 1);
        assert!(shown.len() < 200, "{shown}");
    }

    #[test]
    fn a_path_is_shown_whole() {
        let name = "a".repeat(200);
        assert_eq!(Place::File { name: name.clone() }.to_string(), name);
    }
}
