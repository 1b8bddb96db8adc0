//! Each shipped rule has its page for the person who is called, and each page its rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const RULES: &str = include_str!("../deploy/prometheus/rules.yaml");
const TESTS: &str = include_str!("../deploy/prometheus/rules_test.yaml");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/runbooks")
}

/// What stands behind `key` in lines of a text.
fn values<'a>(text: &'a str, key: &str) -> BTreeSet<&'a str> {
    let lines = text.lines();
    lines
        .filter_map(|line| line.trim().strip_prefix(key))
        .map(str::trim)
        .collect()
}

#[test]
fn each_rule_has_a_page_and_each_page_a_rule() {
    let rules = values(RULES, "- alert:");
    let files: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let pages: BTreeSet<_> = files
        .iter()
        .filter_map(|file| file.strip_suffix(".md"))
        .collect();
    assert_eq!(rules, pages);
    assert!(rules.len() > 10);
    let named: BTreeSet<_> = values(RULES, "runbook:");
    let expected: Vec<_> = rules
        .iter()
        .map(|rule| format!("docs/runbooks/{rule}.md"))
        .collect();
    assert_eq!(named, expected.iter().map(String::as_str).collect());
}

#[test]
fn each_rule_is_tried_by_promtool() {
    assert_eq!(values(TESTS, "- alertname:"), values(RULES, "- alert:"));
}

#[test]
fn each_page_says_in_two_languages_what_it_is_and_what_to_do() {
    for rule in values(RULES, "- alert:") {
        let text = fs::read_to_string(folder().join(format!("{rule}.md"))).unwrap();
        let mut lines = text.lines().filter(|line| !line.is_empty());
        assert_eq!(lines.next(), Some(format!("# {rule}").as_str()));
        let indonesian = lines.next().unwrap();
        assert!(
            indonesian.starts_with('*') && indonesian.ends_with('*'),
            "{rule}"
        );
        for part in ["Severity: `", "## Look at", "## Do", "It is over when"] {
            assert!(text.contains(part), "{rule}: {part}");
        }
    }
}
