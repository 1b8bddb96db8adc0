//! One record's JSON, read without copying and without trusting its shape.
//!
//! In: bytes. Out: an object of [`Member`]s, or a refusal that shows nothing of the record.
//! Rule: only syntax and depth are refused here. A member of another type is kept as such, so that
//! the format can name it; members that no format asks for are skipped without recursion.
//! Not here: which members a format has.

mod member;
mod root;
mod shapes;
mod tree;

use std::cell::Cell;

use serde::de::DeserializeSeed;
use serde_json::error::Category;

pub(super) use member::{Member, Members};
pub(super) use root::Root;
pub(super) use shapes::{Id, List, Name, Number, Object, Text, members};
pub(super) use tree::Tree;

use super::{Refusal, Refused};

/// Objects and arrays within one another, the record itself included. No feed has more than a dozen.
pub(super) const MAX_DEPTH: usize = 64;

/// What a source may put before the JSON: a schema registry's marker with an id of so many bytes.
const FRAMES: [(u8, usize); 2] = [(0, 4), (1, 16)];

/// The text of a record: without the frame of a schema registry and without a byte order mark.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, Refused> {
    let bytes = without_frame(bytes)?;
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| Refused {
        reason: Refusal::NotUtf8,
        detail: "the record must be JSON in UTF-8".to_owned(),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_too_deep(text.as_bytes()) {
        return Err(Refused {
            reason: Refusal::TooDeep,
            detail: format!("more than {MAX_DEPTH} objects and arrays within one another"),
        });
    }
    Ok(text)
}

/// Reads the object that the whole of `text` is.
pub(super) fn object<'de, T: Members<'de>>(text: &'de str) -> Result<T, Refused> {
    let record: Member<Object<T>> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    match record {
        Member::Present(Object(object)) => Ok(object),
        Member::Absent => Err(wrong_type("the record", "null", "an object")),
        Member::Other(found) => Err(wrong_type("the record", found, "an object")),
    }
}

/// Reads the whole of `text`, which must be an object, as a tree.
pub(super) fn tree(text: &str) -> Result<Tree<'_>, Refused> {
    let left = Cell::new(tree::MAX_VALUES);
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = tree::Grow { left: &left };
    let tree = seed.deserialize(&mut reader);
    let tree = tree.and_then(|tree| reader.end().map(|()| tree));
    let tree = tree.map_err(|error| not_json(&error))?;
    if !matches!(tree, Tree::Object(_)) {
        return Err(wrong_type("the record", tree.described(), "an object"));
    }
    Ok(tree)
}

/// A refusal that names the member, never its value.
pub(super) fn wrong_type(member: &str, found: &str, expected: &str) -> Refused {
    Refused {
        reason: Refusal::WrongType,
        detail: format!("{member} is {found}, expected {expected}"),
    }
}

/// Strips a schema registry's frame. No JSON begins with its marker, so behind it stands either
/// JSON or a binary format.
fn without_frame(bytes: &[u8]) -> Result<&[u8], Refused> {
    for (marker, id_length) in FRAMES {
        let Some(framed) = bytes.strip_prefix(&[marker]) else {
            continue;
        };
        return match framed.get(id_length..) {
            Some(behind) if behind.trim_ascii_start().starts_with(b"{") => Ok(behind),
            Some(_) | None => Err(Refused {
                reason: Refusal::BinarySchema,
                detail: "framed by a schema registry, but not JSON (Avro, Protobuf): \
                         let the connector write JSON"
                    .to_owned(),
            }),
        };
    }
    Ok(bytes)
}

/// Whether brackets nest deeper than [`MAX_DEPTH`]. Nearly all records have too few for that, which
/// a count that ignores strings already tells.
fn is_too_deep(json: &[u8]) -> bool {
    memchr::memchr2_iter(b'{', b'[', json)
        .nth(MAX_DEPTH)
        .is_some()
        && depth(json) > MAX_DEPTH
}

/// The deepest nesting of brackets outside of strings.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A syntax error in words that show nothing of the record.
fn not_json(error: &serde_json::Error) -> Refused {
    let (reason, what) = match error.classify() {
        Category::Eof => (Refusal::NotJson, "the JSON ends too early"),
        Category::Syntax | Category::Io => (Refusal::NotJson, "not JSON"),
        // Every type is read; only the number of values has a limit.
        Category::Data => (Refusal::TooLarge, "more than 100,000 values"),
    };
    Refused {
        reason,
        detail: format!("{what} at line {}, column {}", error.line(), error.column()),
    }
}
