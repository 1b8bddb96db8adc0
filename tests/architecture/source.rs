//! Reads Rust source well enough to see its paths: no parser, one pass over the characters.
//!
//! In: the text of a file. Out: the same text with comments and the insides of strings blanked out, line for
//! line, and the paths and lines that are left.
//! Not here: what is allowed (the table and the rules in `architecture.rs`).

/// The text with every comment, string and character literal replaced by blanks; lines stay where they are.
pub(crate) fn code_only(text: &str) -> String {
    let mut rest = text;
    let mut code = String::with_capacity(text.len());
    while let Some(first) = rest.chars().next() {
        let skipped = skipped_len(rest, code.chars().next_back());
        let (token, after) = rest.split_at(skipped.unwrap_or(first.len_utf8()));
        if skipped.is_some() {
            code.extend(token.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        } else {
            code.push_str(token);
        }
        rest = after;
    }
    code
}

/// The length of the comment or literal that `rest` starts with, if it starts with one.
fn skipped_len(rest: &str, previous: Option<char>) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment_len(rest));
    }
    if rest.starts_with('\'') {
        return character_len(rest);
    }
    if previous.is_some_and(is_name) {
        return None;
    }
    string_len(rest)
}

fn block_comment_len(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, _) in rest.char_indices() {
        let here = rest.split_at(at).1;
        if here.starts_with("/*") {
            depth += 1;
        } else if here.starts_with("*/") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at + 2;
            }
        }
    }
    rest.len()
}

/// `'x'` and `'\n'`, but not the lifetime `'a`.
fn character_len(rest: &str) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    let (_, first) = characters.next()?;
    if first == '\\' {
        characters.next()?;
        return characters.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1);
    }
    characters
        .next()
        .filter(|(_, c)| *c == '\'')
        .map(|(at, _)| at + 1)
}

/// `"…"`, `r"…"`, `r#"…"#`, each also with `b` or `c` before it.
fn string_len(rest: &str) -> Option<usize> {
    let unprefixed = rest.strip_prefix(['b', 'c']).unwrap_or(rest);
    let raw = unprefixed.strip_prefix('r');
    let hashed = raw.unwrap_or(unprefixed);
    let body = hashed.trim_start_matches('#');
    let hashes = hashed.len() - body.len();
    let inside = body
        .strip_prefix('"')
        .filter(|_| hashes == 0 || raw.is_some())?;
    let before = rest.len() - inside.len();
    let end = if raw.is_some() {
        let closing = format!("\"{}", "#".repeat(hashes));
        inside.find(&closing).map(|at| at + closing.len())
    } else {
        closing_quote(inside)
    };
    Some(end.map_or(rest.len(), |end| before + end))
}

fn closing_quote(inside: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        if c == '"' && !escaped {
            return Some(at + 1);
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// One path as it is written, such as `crate::window::Pane`, with its line counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) line: usize,
    pub(crate) segments: Vec<String>,
    /// The rest of the line, when the path ends in `::{` or `::*`.
    pub(crate) group: Option<String>,
}

impl Path {
    pub(crate) fn starts_with(&self, prefix: &[&str]) -> bool {
        self.segments.len() >= prefix.len() && self.segments.iter().zip(prefix).all(|(a, b)| a == b)
    }

    /// Whether the group after the path holds `name`; one that goes on in the next line may hold anything.
    pub(crate) fn group_may_hold(&self, name: &str) -> bool {
        self.group.as_deref().is_some_and(|group| {
            !group.contains('}') || group.split(|c| !is_name(c)).any(|held| held == name)
        })
    }

    pub(crate) fn segment(&self, at: usize) -> &str {
        self.segments.get(at).map_or("", String::as_str)
    }
}

/// Every path of two segments or more, every path before `{` or `*`, and the single names after `use`.
pub(crate) fn paths(code: &str) -> Vec<Path> {
    code.lines()
        .enumerate()
        .flat_map(|(index, line)| line_paths(line, index + 1))
        .collect()
}

fn line_paths(line: &str, number: usize) -> Vec<Path> {
    let mut found = Vec::new();
    let mut rest = line;
    let mut after_use = false;
    while let Some(start) = rest.find(is_name) {
        let mut segments = Vec::new();
        let mut tail = rest.split_at(start).1;
        let group = loop {
            let (name, after) = tail.split_at(tail.find(|c| !is_name(c)).unwrap_or(tail.len()));
            segments.push(name.to_owned());
            let Some(next) = after.strip_prefix("::") else {
                tail = after;
                break None;
            };
            tail = next;
            if !next.starts_with(is_name) {
                break next.starts_with(['{', '*']).then(|| next.to_owned());
            }
        };
        let is_use = segments.len() == 1 && segments.first().is_some_and(|name| name == "use");
        if segments.len() > 1 || group.is_some() || (after_use && !is_use) {
            found.push(Path {
                line: number,
                segments,
                group,
            });
        }
        after_use = is_use;
        rest = tail;
    }
    found
}

/// The code before the test module at the end of a file, and that module. `mod tests;`, with the tests in a file
/// beside, ends nothing.
pub(crate) fn split_tests(code: &str) -> (&str, &str) {
    let module = code.match_indices("#[cfg(test)]").find(|(at, attribute)| {
        let after = code.split_at(at + attribute.len()).1.trim_start();
        after.starts_with("mod ") && after.lines().next().is_some_and(|line| line.ends_with('{'))
    });
    code.split_at(module.map_or(code.len(), |(at, _)| at))
}
