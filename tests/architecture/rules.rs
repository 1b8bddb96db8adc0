//! The rules of the house, applied to one file.
//!
//! In: a file's path and text, the plan. Out: one line for each broken rule, `file:line: what, and what to do`.
//! Not here: the plan itself (`../architecture.rs`).

use crate::source::{self, Path};

/// Most lines of a file.
const FILE_LINES: usize = 400;
/// Most lines of tests at the end of a file; longer ones stand in `tests.rs` beside it.
const INLINE_TEST_LINES: usize = 80;
/// What every room may use: derives that describe data, and errors.
const COMMON_CRATES: &str = "schemars serde thiserror";
/// What a pure room must not use: time, files, the network and the rest of the world come in as arguments.
const IMPURE: &[&[&str]] = &[
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "io", "stdin"],
    &["std", "io", "stdout"],
    &["std", "io", "stderr"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["jiff", "Timestamp", "now"],
    &["jiff", "Zoned", "now"],
    &["Timestamp", "now"],
    &["Zoned", "now"],
];
/// The only place with `unsafe`.
const UNSAFE_PLACE: &str = "src/log/kafka";

/// One row of the plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// A room, or a folder inside one that has rights of its own.
    pub(crate) place: &'static str,
    /// Rooms that it may import; `*` for all above.
    pub(crate) rooms: &'static str,
    /// Outside crates that it may use.
    pub(crate) crates: &'static str,
    is_pure: bool,
}

impl Row {
    /// The room that the place is in.
    pub(crate) fn room(&self) -> &'static str {
        self.place.split('/').next().unwrap_or(self.place)
    }
}

/// A room that computes: what comes out depends on what goes in, and on nothing else.
pub(crate) const fn pure(place: &'static str, rooms: &'static str, crates: &'static str) -> Row {
    Row {
        place,
        rooms,
        crates,
        is_pure: true,
    }
}

/// A room that touches the world.
pub(crate) const fn edge(place: &'static str, rooms: &'static str, crates: &'static str) -> Row {
    Row {
        place,
        rooms,
        crates,
        is_pure: false,
    }
}

/// Each rule that the file breaks.
pub(crate) fn broken_rules(file: &str, text: &str, plan: &[Row], crates: &[String]) -> Vec<String> {
    let code = source::code_only(text);
    let mut broken = form(file, text, &code);
    let place = file
        .strip_prefix("src/")
        .map(|place| place.strip_suffix(".rs").unwrap_or(place));
    if let Some(place) = place {
        broken.extend(inline_tests(file, &code));
        match plan
            .iter()
            .filter(|row| lies_in(place, row.place))
            .max_by_key(|row| row.place.len())
        {
            Some(row) => broken.extend(imports(file, &code, row, plan, crates)),
            None => broken.push(format!("{file}:1: stands in no room of the plan")),
        }
    }
    broken
}

fn lies_in(place: &str, room: &str) -> bool {
    place
        .strip_prefix(room)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Rules for every file: header, length, imports that hide where they lead, `unsafe`.
fn form(file: &str, text: &str, code: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if !text.starts_with("//!") {
        broken.push(format!(
            "{file}:1: begins without a `//!` header: say what comes in and goes out"
        ));
    }
    let lines = text.lines().count();
    if lines > FILE_LINES {
        broken.push(format!(
            "{file}:{lines}: {lines} lines, at most {FILE_LINES}: split the file"
        ));
    }
    // In `tests` and `benches`, `crate` is the test itself.
    let is_source = file.starts_with("src/");
    for path in source::paths(code) {
        let line = path.line;
        if is_source && path.group.is_some() && path.segments.as_slice() == ["crate"] {
            broken.push(format!(
                "{file}:{line}: `crate::{{..}}` hides imports: one line for each room"
            ));
        }
        if path.starts_with(&["super", "super"]) {
            broken.push(format!(
                "{file}:{line}: `super::super::` hides imports: write `crate::room::`"
            ));
        }
    }
    for (index, line) in code.lines().enumerate() {
        if line.contains("unsafe ") && !file.starts_with(UNSAFE_PLACE) {
            broken.push(format!(
                "{file}:{}: `unsafe` outside of {UNSAFE_PLACE}",
                index + 1
            ));
        }
    }
    broken
}

fn inline_tests(file: &str, code: &str) -> Option<String> {
    let (before, tests) = source::split_tests(code);
    let lines = tests.lines().count();
    let first = before.lines().count() + 1;
    (lines > INLINE_TEST_LINES).then(|| {
        format!("{file}:{first}: {lines} lines of tests, at most {INLINE_TEST_LINES}: move them to `tests.rs`")
    })
}

fn imports(file: &str, code: &str, row: &Row, plan: &[Row], crates: &[String]) -> Vec<String> {
    let is_test_file = file.ends_with("/tests.rs") || file.contains("/tests/");
    let (product, tests) = if is_test_file {
        ("", code)
    } else {
        source::split_tests(code)
    };
    let product_paths = source::paths(product);
    let lines_before = product.matches('\n').count();
    let is_room_root =
        file == format!("src/{}.rs", row.place) || file == format!("src/{}/mod.rs", row.place);

    let mut broken = Vec::new();
    for path in &product_paths {
        let room = imported_room(path, plan, is_room_root);
        broken.extend(
            room.and_then(|room| wrong_room(room, row, plan))
                .map(|what| (path.line, what)),
        );
        broken.extend(wrong_crate(path, row, crates).map(|what| (path.line, what)));
        if row.is_pure {
            broken.extend(impure(path).map(|what| (path.line, what)));
        }
    }
    for path in source::paths(tests) {
        let room = imported_room(&path, plan, false);
        let what = room.and_then(|room| wrong_room(room, row, plan));
        broken.extend(what.map(|what| (lines_before + path.line, what)));
    }
    broken
        .into_iter()
        .map(|(line, what)| format!("{file}:{line}: {what}"))
        .collect()
}

/// The room that a path leads to: `crate::room::..`, and `super::room::..` where `super` is the crate itself.
fn imported_room<'a>(path: &'a Path, plan: &[Row], is_room_root: bool) -> Option<&'a str> {
    let second = path.segment(1);
    match path.segment(0) {
        "crate" | "kentongan" if path.segments.len() > 1 => Some(second),
        "super" if is_room_root && plan.iter().any(|row| row.place == second) => Some(second),
        _ => None,
    }
}

fn wrong_room(imported: &str, row: &Row, plan: &[Row]) -> Option<String> {
    let room = row.room();
    let may = if row.rooms == "*" {
        plan.iter()
            .map(Row::room)
            .take_while(|above| *above != room)
            .any(|above| above == imported)
    } else {
        row.rooms
            .split_whitespace()
            .any(|allowed| allowed == imported)
    };
    (imported != room && !may).then(|| format!("{} must not import {imported}", row.place))
}

fn wrong_crate(path: &Path, row: &Row, crates: &[String]) -> Option<String> {
    let name = path.segment(0);
    let may = |list: &str| list.split_whitespace().any(|allowed| allowed == name);
    let is_outside = crates.iter().any(|known| known == name);
    (is_outside && !may(row.crates) && !may(COMMON_CRATES))
        .then(|| format!("{} must not use the crate {name}", row.place))
}

fn impure(path: &Path) -> Option<String> {
    let written = path.segments.join("::");
    if IMPURE.iter().any(|forbidden| path.starts_with(forbidden)) {
        return Some(format!(
            "a pure room must not use {written}: let the caller pass it in"
        ));
    }
    let hides = |forbidden: &&[&str]| {
        let next = forbidden.get(path.segments.len());
        path.segments.iter().zip(*forbidden).all(|(a, b)| a == b)
            && next.is_some_and(|next| path.group_may_hold(next))
    };
    IMPURE
        .iter()
        .any(hides)
        .then(|| format!("`{written}::{{..}}` can hide a clock or a file: import one by one"))
}

mod tests;
