//! A configuration as a tree of values that know where they were written.
//!
//! In: TOML text. Out: [`Table`] and the mistakes of its syntax.
//! Rule: any text gives a tree, never a panic: what cannot be read is left out and reported. The
//! reader refuses nesting beyond 80 levels, so walks over a tree may recurse.
//! Not here: which keys there are, and what they may hold (`check`).

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::config::report::Report;

/// Most mistakes of syntax that are looked at; each costs a walk over the text to find its line.
const SYNTAX_MISTAKES_MAX: usize = 1000;

/// Where a value of a tree was written. The order is the order of the layers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The built-in configuration.
    BuiltIn,
    /// The file, at this byte.
    File(usize),
    /// The environment variable of this name.
    Environment(String),
    /// The `--set` of this key.
    Setting(String),
}

/// A section: keys and what they hold.
pub(crate) type Table = BTreeMap<String, Node>;

/// A value and where it was written.
pub(crate) struct Node {
    /// The place of its key, of the value itself in a list.
    pub(crate) origin: Origin,
    /// The value.
    pub(crate) value: Value,
}

/// A value of TOML. It has no Debug, because it can hold a secret.
pub(crate) enum Value {
    /// Text.
    Text(String),
    /// A whole number; one beyond 128 bits is cut to the nearest.
    Whole(i128),
    /// A number with a fraction, possibly not finite.
    Fraction(f64),
    /// true or false.
    Switch(bool),
    /// A date or a time; no key holds one.
    Date,
    /// A list.
    List(Vec<Node>),
    /// A section or an inline table.
    Table(Table),
}

impl Value {
    /// The words for this value in a message.
    pub(crate) fn described(&self) -> String {
        match self {
            Self::Text(text) => format!("the text \"{}\"", crate::config::place::one_line(text)),
            Self::Whole(i128::MIN | i128::MAX) => "a number of far too many digits".to_owned(),
            Self::Whole(number) => format!("the whole number {number}"),
            Self::Fraction(number) => format!("the number {number:?}"),
            Self::Switch(switch) => format!("{switch}"),
            Self::Date => "a date".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a section".to_owned(),
        }
    }
}

/// Reads a whole document; `origin` makes an origin of the byte at which something stands.
pub(crate) fn parse(
    text: &str,
    origin: &dyn Fn(usize) -> Origin,
    report: &mut Report<'_>,
) -> Table {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors.into_iter().take(SYNTAX_MISTAKES_MAX) {
        let at = error.span().map_or(0, |span| span.start);
        report.add(
            &origin(at),
            "",
            format!("not TOML: {}", error.message()),
            syntax_help(&error),
        );
    }
    from_table(table.into_inner(), origin)
}

/// Reads one value of the environment or of `--set`: as TOML, else as the text that it is.
pub(crate) fn parse_value(text: &str, origin: &Origin) -> Node {
    let trimmed = text.trim();
    let value = match DeValue::parse(trimmed) {
        Ok(value) => from_value(value.into_inner(), &|_| origin.clone()),
        Err(_) => Value::Text(text.to_owned()),
    };
    Node {
        origin: origin.clone(),
        value,
    }
}

fn syntax_help(error: &toml::de::Error) -> &'static str {
    match error.message() {
        "duplicate key" => "keep one of the two",
        message if message.contains("must be quoted") => "write the text in quotes",
        message if message.contains("recurs") => "no key needs such nesting",
        _ => "",
    }
}

fn from_table(table: DeTable<'_>, origin: &dyn Fn(usize) -> Origin) -> Table {
    table
        .into_iter()
        .map(|(key, value)| {
            let node = Node {
                origin: origin(key.span().start),
                value: from_value(value.into_inner(), origin),
            };
            (key.into_inner().into_owned(), node)
        })
        .collect()
}

fn from_value(value: DeValue<'_>, origin: &dyn Fn(usize) -> Origin) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Whole(whole(number.as_str(), number.radix())),
        DeValue::Float(number) => Value::Fraction(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(switch) => Value::Switch(switch),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(list) => Value::List(
            list.into_iter()
                .map(|entry| Node {
                    origin: origin(entry.span().start),
                    value: from_value(entry.into_inner(), origin),
                })
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(from_table(table, origin)),
    }
}

fn whole(digits: &str, radix: u32) -> i128 {
    let nearest = if digits.starts_with('-') {
        i128::MIN
    } else {
        i128::MAX
    };
    i128::from_str_radix(digits, radix).unwrap_or(nearest)
}
