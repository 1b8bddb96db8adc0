//! One layer over another: built in < file < environment < `--set`.
//!
//! In: trees, `key=value` pairs. Out: one tree.
//! Rule: a section stays a section and a list stays a list, so what is below stays complete; a list
//! is replaced as a whole.
//! Not here: what values mean (`check`).

use std::collections::btree_map::Entry;
use std::ffi::OsStr;

use crate::config::report::Report;
use crate::config::tree::{Node, Origin, Table, Value, parse_value};

/// What the names of the program's environment variables start with.
pub(crate) const PREFIX: &str = "KENTONGAN__";
/// The secrets. Refused outside the environment even where the environment overrides them; never
/// read as TOML, since digits with an `e` between them are a number there. Each has a key `..._file` beside it.
const SECRETS: [&str; 2] = ["privacy.account_key", "notify.webhook.url"];
/// Longest value of a variable or a `--set`, bytes.
const VALUE_BYTES_MAX: usize = 65_536;
/// Most levels of a dotted key.
const LEVELS_MAX: usize = 8;

/// Puts `upper` over `lower`; `path` is the dotted key of both.
pub(crate) fn merge(lower: &mut Table, upper: Table, path: &str, report: &mut Report<'_>) {
    for (key, node) in upper {
        let path = dotted(path, &key);
        if is_secret(&path) && !matches!(node.origin, Origin::Environment(_)) {
            refuse_secret(&path, &node.origin, report);
            continue;
        }
        match lower.entry(key) {
            Entry::Vacant(place) => {
                place.insert(node);
            }
            Entry::Occupied(mut place) => merge_node(place.get_mut(), node, &path, report),
        }
    }
}

/// Puts the variable `name` over `tree`, if it is one of the program's.
pub(crate) fn merge_variable(tree: &mut Table, name: &str, value: &OsStr, report: &mut Report<'_>) {
    let Some(key) = name.strip_prefix(PREFIX) else {
        return;
    };
    let origin = Origin::Environment(name.to_owned());
    if key != key.to_ascii_uppercase() {
        report.add(
            &origin,
            "",
            "not in upper case",
            format!("write {}", name.to_ascii_uppercase()),
        );
        return;
    }
    let Some(value) = value.to_str() else {
        report.add(&origin, "", "the value is not UTF-8", "");
        return;
    };
    let key = key.to_ascii_lowercase();
    let levels: Vec<&str> = key.split("__").collect();
    merge_value(tree, &levels, value, &origin, report);
}

/// Puts a `--set` argument over `tree`.
pub(crate) fn merge_setting(tree: &mut Table, setting: &str, report: &mut Report<'_>) {
    let Some((key, value)) = setting.split_once('=') else {
        // Only what can be a key is repeated: the rest may be a secret.
        let is_key =
            |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
        let key: String = setting
            .chars()
            .take_while(|&character| is_key(character))
            .collect();
        let origin = Origin::Setting(key);
        report.add(
            &origin,
            "",
            "no \"=\" in it",
            "write --set section.key=value",
        );
        return;
    };
    let key = key.trim();
    let levels: Vec<&str> = key.split('.').collect();
    merge_value(
        tree,
        &levels,
        value,
        &Origin::Setting(key.to_owned()),
        report,
    );
}

/// The key of `key` in the section `path`.
pub(crate) fn dotted(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn merge_value(
    tree: &mut Table,
    levels: &[&str],
    value: &str,
    origin: &Origin,
    report: &mut Report<'_>,
) {
    if levels.len() > LEVELS_MAX || levels.iter().any(|level| level.is_empty()) {
        report.add(
            origin,
            "",
            "not a key",
            "write section.key, or SECTION__KEY in the environment",
        );
        return;
    }
    if value.len() > VALUE_BYTES_MAX {
        report.add(
            origin,
            "",
            format!("longer than {VALUE_BYTES_MAX} bytes"),
            "use a file",
        );
        return;
    }
    let leaf = if is_secret(&levels.join(".")) {
        Node {
            origin: origin.clone(),
            value: Value::Text(value.to_owned()),
        }
    } else {
        parse_value(value, origin)
    };
    let nested = levels.iter().rev().fold(leaf, |node, level| Node {
        origin: origin.clone(),
        value: Value::Table(Table::from([((*level).to_owned(), node)])),
    });
    if let Value::Table(upper) = nested.value {
        merge(tree, upper, "", report);
    }
}

fn is_secret(path: &str) -> bool {
    SECRETS.contains(&path)
}

fn refuse_secret(key: &str, origin: &Origin, report: &mut Report<'_>) {
    let variable = key.to_ascii_uppercase().replace('.', "__");
    report.add(
        origin,
        key,
        "a secret does not belong where others can read it",
        format!(
            "put it in the environment as {PREFIX}{variable}, or in a file that \
             {key}_file names, and draw a new one: this one was seen"
        ),
    );
}

fn merge_node(lower: &mut Node, upper: Node, path: &str, report: &mut Report<'_>) {
    match (&mut lower.value, upper.value) {
        (Value::Table(lower), Value::Table(upper)) => merge(lower, upper, path, report),
        (Value::Table(_), other) => report.add(
            &upper.origin,
            path,
            format!("must be a section, found {}", other.described()),
            format!("write [{path}], and its keys below"),
        ),
        (Value::List(_), Value::Table(_)) => report.add(
            &upper.origin,
            path,
            "must be a list, found one section",
            "write [[feeds]] with two brackets for each feed, or the list whole: \
             feeds=[{name=\"...\", kind=\"social\"}]",
        ),
        (_, other) => {
            *lower = Node {
                origin: upper.origin,
                value: other,
            };
        }
    }
}
