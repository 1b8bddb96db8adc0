//! A member of an object, with or without the type that the format says.
//!
//! In: any JSON value. Out: [`Member`].
//! Rule: reading a member never fails but for syntax.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::wrong_type;
use crate::feed::Refused;

/// One member of an object. JSON null is absent.
#[derive(Debug, Default)]
pub(in crate::feed) enum Member<T> {
    /// Not there, or null.
    #[default]
    Absent,
    /// There, with the type that the format says.
    Present(T),
    /// There, with another type; what it is, in words.
    Other(&'static str),
}

impl<T: Expected> Member<T> {
    /// The value; a member of another type is refused under its `name`.
    pub(in crate::feed) fn named(self, name: &str) -> Result<Option<T>, Refused> {
        match self {
            Self::Absent => Ok(None),
            Self::Present(value) => Ok(Some(value)),
            Self::Other(found) => Err(wrong_type(name, found, T::EXPECTED)),
        }
    }

    /// The value; an absent member is refused as well.
    pub(in crate::feed) fn required(self, name: &str) -> Result<T, Refused> {
        self.named(name)?
            .ok_or_else(|| wrong_type(name, "absent", T::EXPECTED))
    }
}

impl<T> Member<T> {
    /// The value, where another type may be passed over as if absent.
    pub(in crate::feed) fn ok(self) -> Option<T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent | Self::Other(_) => None,
        }
    }
}

/// What a refusal says that it expected.
pub(in crate::feed) trait Expected {
    /// With its article: "a string".
    const EXPECTED: &'static str;
}

/// A type that a member's value may have. Each method answers `None` for "not this type".
pub(in crate::feed) trait Shape<'de>: Sized + Expected {
    /// From a string that stands in the record as it is.
    fn from_borrowed(_: &'de str) -> Option<Self> {
        None
    }
    /// From a string with escapes.
    fn from_unescaped(_: &str) -> Option<Self> {
        None
    }
    /// From a number without fraction that fits 64 bits, with or without sign.
    fn from_integer(_: i128) -> Option<Self> {
        None
    }
    /// From any other number.
    fn from_fraction(_: f64) -> Option<Self> {
        None
    }
    /// From an object, which must be read to its end.
    fn from_object<A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        IgnoredAny.visit_map(map).map(|_| None)
    }
    /// From an array, which must be read to its end.
    fn from_array<A: SeqAccess<'de>>(array: A) -> Result<Option<Self>, A::Error> {
        IgnoredAny.visit_seq(array).map(|_| None)
    }
}

/// The members that a format knows of one of its objects.
pub(in crate::feed) trait Members<'de>: Default {
    /// Reads the value of member `name` from `map`, or leaves it: `false` passes over it.
    /// A member that comes twice is read twice: the last one wins.
    fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error>;
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor(PhantomData))
    }
}

struct MemberVisitor<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Visitor<'de> for MemberVisitor<T> {
    type Value = Member<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::EXPECTED)
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Member::Absent)
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Member::Other("true or false"))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(present(T::from_borrowed(text), "a string"))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(present(T::from_unescaped(text), "a string"))
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(present(T::from_integer(number.into()), "a number"))
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(present(T::from_integer(number.into()), "a number"))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(present(T::from_fraction(number), "another number"))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(present(T::from_object(map)?, "an object"))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Self::Value, A::Error> {
        Ok(present(T::from_array(array)?, "an array"))
    }
}

fn present<T>(value: Option<T>, found: &'static str) -> Member<T> {
    value.map_or(Member::Other(found), Member::Present)
}
