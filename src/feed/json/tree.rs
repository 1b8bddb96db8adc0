//! A record as a tree, for the formats whose shape varies too much for a fixed table of members.
//!
//! In: JSON text. Out: [`Tree`], which borrows every text that stands there without escapes.
//! Rule: a path that leads nowhere leads to null; at most [`MAX_VALUES`] values are kept.
//! Not here: the fast formats, which read their members without a tree (`shapes`).

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::member::Expected;
use super::shapes::{Id, Number, Text};
use super::{Name, wrong_type};
use crate::feed::Refused;

/// Values in one record, the members' values included: far more than any post has, and a bound on
/// what a tree may take of memory.
pub(super) const MAX_VALUES: u32 = 100_000;

/// One value and all below it.
#[derive(Debug, PartialEq)]
pub(in crate::feed) enum Tree<'a> {
    /// null.
    Null,
    /// true or false.
    Switch(bool),
    /// A number without fraction that fits 64 bits, with or without sign.
    Whole(i128),
    /// Any other number.
    Fraction(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Tree<'a>>),
    /// An object, its members in the order of the record.
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

impl<'a> Tree<'a> {
    /// What `path` (`user.id`, `articles.0.title`) leads to. On an array a name means its first
    /// element, because many formats let one value or an array of them stand.
    pub(in crate::feed) fn at(&self, path: &str) -> &Self {
        path.split('.').fold(self, Self::step)
    }

    fn step(&self, name: &str) -> &Self {
        match self {
            // A member that comes twice counts with its last value.
            Self::Object(members) => members
                .iter()
                .rfind(|(member, _)| member == name)
                .map_or(&Self::Null, |(_, value)| value),
            Self::List(elements) => match name.parse::<usize>() {
                Ok(number) => elements.get(number).unwrap_or(&Self::Null),
                Err(_) => elements
                    .first()
                    .map_or(&Self::Null, |first| first.step(name)),
            },
            Self::Null | Self::Switch(_) | Self::Whole(_) | Self::Fraction(_) | Self::Text(_) => {
                &Self::Null
            }
        }
    }

    /// Whether `path` leads to anything.
    pub(in crate::feed) fn has(&self, path: &str) -> bool {
        *self.at(path) != Self::Null
    }

    /// An array's elements; any other value but null is an array of one.
    pub(in crate::feed) fn elements(&self) -> &[Self] {
        match self {
            Self::Null => &[],
            Self::List(elements) => elements,
            Self::Switch(_)
            | Self::Whole(_)
            | Self::Fraction(_)
            | Self::Text(_)
            | Self::Object(_) => std::slice::from_ref(self),
        }
    }

    /// The members of an object; none of any other value.
    pub(in crate::feed) fn members(&self) -> &[(Cow<'a, str>, Self)] {
        match self {
            Self::Object(members) => members,
            Self::Null
            | Self::Switch(_)
            | Self::Whole(_)
            | Self::Fraction(_)
            | Self::Text(_)
            | Self::List(_) => &[],
        }
    }

    /// This value, if it is a text with letters.
    pub(in crate::feed) fn as_text(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text.clone()),
            Self::List(elements) => elements.first().and_then(Self::as_text),
            Self::Null
            | Self::Switch(_)
            | Self::Whole(_)
            | Self::Fraction(_)
            | Self::Text(_)
            | Self::Object(_) => None,
        }
    }

    /// The text at `path`; blank is absent, another type is refused.
    pub(in crate::feed) fn text(&self, path: &str) -> Result<Option<Cow<'a, str>>, Refused> {
        let value = self.at(path);
        match value.elements().first() {
            None | Some(Self::Null | Self::Text(_)) => Ok(value.as_text()),
            Some(other) => Err(wrong_type(path, other.described(), Text::EXPECTED)),
        }
    }

    /// The text or integer at `path`, as text; blank is absent, another type is refused.
    pub(in crate::feed) fn id(&self, path: &str) -> Result<Option<Cow<'a, str>>, Refused> {
        self.at(path).own_id(path)
    }

    /// This value as an id; a refusal calls it `name`.
    pub(in crate::feed) fn own_id(&self, name: &str) -> Result<Option<Cow<'a, str>>, Refused> {
        match self {
            Self::Whole(number) => Ok(Some(Cow::Owned(number.to_string()))),
            Self::Null | Self::Text(_) => Ok(self.as_text()),
            Self::Switch(_) | Self::Fraction(_) | Self::List(_) | Self::Object(_) => {
                Err(wrong_type(name, self.described(), Id::EXPECTED))
            }
        }
    }

    /// The number at `path`, also where it is written as text.
    pub(in crate::feed) fn number(&self, path: &str) -> Result<Option<f64>, Refused> {
        self.at(path).own_number(path)
    }

    /// This value as a number; a refusal calls it `name`.
    pub(in crate::feed) fn own_number(&self, name: &str) -> Result<Option<f64>, Refused> {
        match self {
            Self::Null => Ok(None),
            Self::Fraction(number) => Ok(Some(*number)),
            #[expect(
                clippy::cast_precision_loss,
                reason = "only degrees are read as numbers"
            )]
            Self::Whole(number) => Ok(Some(*number as f64)),
            Self::Text(text) => Ok(text.trim().parse().ok()),
            Self::Switch(_) | Self::List(_) | Self::Object(_) => {
                Err(wrong_type(name, self.described(), Number::EXPECTED))
            }
        }
    }

    /// What a refusal calls this value.
    pub(in crate::feed) fn described(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Switch(_) => "true or false",
            Self::Whole(_) | Self::Fraction(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads one value; `left` counts down the values that a record may still have.
#[derive(Clone, Copy)]
pub(super) struct Grow<'c> {
    pub(super) left: &'c Cell<u32>,
}

impl<'de> DeserializeSeed<'de> for Grow<'_> {
    type Value = Tree<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree<'de>, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left
            .set(left.ok_or_else(|| D::Error::custom("too many values"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Grow<'_> {
    type Value = Tree<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Tree::Null)
    }
    fn visit_bool<E: Error>(self, switch: bool) -> Result<Self::Value, E> {
        Ok(Tree::Switch(switch))
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Tree::Whole(number.into()))
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Tree::Whole(number.into()))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Tree::Fraction(number))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element_seed(self)? {
            elements.push(element);
        }
        Ok(Tree::List(elements))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value_seed(self)?));
        }
        Ok(Tree::Object(members))
    }
}
