//! The members of a record's root, their values unread: enough to tell shapes apart and to open
//! envelopes.
//!
//! In: JSON text. Out: [`Root`].
//! Rule: one pass, no recursion, at most [`MAX_MEMBERS`] members are kept.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::shapes::Name;

/// Members of a root that are looked at. No known format has half as many.
const MAX_MEMBERS: usize = 128;

/// The members of a root and the text of their values.
pub(in crate::feed) struct Root<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Root<'a> {
    /// The root of `json`; `None` if that is no object.
    pub(in crate::feed) fn of(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The text of a member's value, `null` included.
    pub(in crate::feed) fn get(&self, name: &str) -> Option<&'a str> {
        let named = |(member, _): &&(Cow<'a, str>, &'a str)| member == name;
        self.0.iter().rfind(named).map(|(_, value)| *value)
    }

    /// Whether a member is there and not null.
    pub(in crate::feed) fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value != "null")
    }

    /// How many members there are.
    pub(in crate::feed) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'de> Deserialize<'de> for Root<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RootVisitor;
        impl<'de> Visitor<'de> for RootVisitor {
            type Value = Root<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    if members.len() < MAX_MEMBERS {
                        let value: &'de RawValue = map.next_value()?;
                        members.push((name, value.get()));
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Root(members))
            }
        }
        deserializer.deserialize_map(RootVisitor)
    }
}
