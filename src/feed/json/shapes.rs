//! The types that members have: text, ids, numbers, lists, objects.
//!
//! Rule: text is borrowed from the record wherever it stands there without escapes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::member::{Expected, Member, Members, Shape};

/// A string; borrowed where it stands in the record without escapes.
#[derive(Debug, PartialEq)]
pub(in crate::feed) struct Text<'a>(pub(in crate::feed) Cow<'a, str>);

impl Expected for Text<'_> {
    const EXPECTED: &'static str = "a string";
}

impl<'de> Shape<'de> for Text<'de> {
    fn from_borrowed(text: &'de str) -> Option<Self> {
        Some(Self(Cow::Borrowed(text)))
    }
    fn from_unescaped(text: &str) -> Option<Self> {
        Some(Self(Cow::Owned(text.to_owned())))
    }
}

/// An id: a string or an integer, as text. Never read as a float: ids pass 2^53.
#[derive(Debug, PartialEq)]
pub(in crate::feed) struct Id<'a>(pub(in crate::feed) Cow<'a, str>);

impl Expected for Id<'_> {
    const EXPECTED: &'static str = "a string or an integer of at most 64 bits";
}

impl<'de> Shape<'de> for Id<'de> {
    fn from_borrowed(text: &'de str) -> Option<Self> {
        Some(Self(Cow::Borrowed(text)))
    }
    fn from_unescaped(text: &str) -> Option<Self> {
        Some(Self(Cow::Owned(text.to_owned())))
    }
    fn from_integer(number: i128) -> Option<Self> {
        Some(Self(Cow::Owned(number.to_string())))
    }
}

/// A number.
#[derive(Debug, PartialEq)]
pub(in crate::feed) struct Number(pub(in crate::feed) f64);

impl Expected for Number {
    const EXPECTED: &'static str = "a number";
}

impl Shape<'_> for Number {
    #[expect(
        clippy::cast_precision_loss,
        reason = "only coordinates are read as numbers"
    )]
    fn from_integer(number: i128) -> Option<Self> {
        Some(Self(number as f64))
    }
    fn from_fraction(number: f64) -> Option<Self> {
        Some(Self(number))
    }
}

/// An array's elements of one shape; others are passed over.
#[derive(Debug)]
pub(in crate::feed) struct List<T>(pub(in crate::feed) Vec<T>);

impl<T> Expected for List<T> {
    const EXPECTED: &'static str = "an array";
}

impl<'de, T: Shape<'de>> Shape<'de> for List<T> {
    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Option<Self>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element::<Member<T>>()? {
            elements.extend(element.ok());
        }
        Ok(Some(Self(elements)))
    }
}

/// Declares an object: each member's field, its type, its name in the JSON.
macro_rules! members {
    ($(#[$doc:meta])* $object:ident<$life:lifetime> {
        $($field:ident: $shape:ty = $name:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(in crate::feed) struct $object<$life> {
            $(pub(in crate::feed) $field: $crate::feed::json::Member<$shape>,)+
        }

        impl<$life> $crate::feed::json::Members<$life> for $object<$life> {
            fn read<A: serde::de::MapAccess<$life>>(
                &mut self,
                name: &str,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                match name {
                    $($name => self.$field = map.next_value()?,)+
                    _ => return Ok(false),
                }
                Ok(true)
            }
        }
    };
}
pub(in crate::feed) use members;

/// An object with the members of `T`.
#[derive(Debug, Default)]
pub(in crate::feed) struct Object<T>(pub(in crate::feed) T);

impl<T> Expected for Object<T> {
    const EXPECTED: &'static str = "an object";
}

impl<'de, T: Members<'de>> Shape<'de> for Object<T> {
    fn from_object<A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let mut members = T::default();
        while let Some(Name(name)) = map.next_key()? {
            if !members.read(&name, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Some(Self(members)))
    }
}

/// A member's name.
pub(in crate::feed) struct Name<'a>(pub(in crate::feed) Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a member's name")
            }
            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}
