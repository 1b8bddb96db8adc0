//! The checker on small made-up sources: each rule must be able to fail, and must not fail on what only looks
//! like an import.

use super::{Row, broken_rules, edge, pure};

const PLAN: &[Row] = &[
    pure("post", "", ""),
    pure("window", "post", "postcard"),
    edge("log", "post window", ""),
    edge("log/kafka", "post window", "rdkafka"),
    edge("service", "*", "tokio"),
];

#[track_caller]
fn check(file: &str, source: &str, expected: &[&str]) {
    let crates = ["postcard", "rdkafka", "serde", "tokio"].map(str::to_owned);
    assert_eq!(
        broken_rules(file, &format!("//! Header.\n{source}"), PLAN, &crates),
        expected
    );
}

#[test]
fn a_room_may_import_what_its_row_names() {
    check(
        "src/window/pane.rs",
        "use serde::Serialize;\nuse crate::post::Post;\nuse postcard;\n",
        &[],
    );
    check(
        "src/service/mod.rs",
        "use crate::log::kafka::Client;\nuse tokio::sync::watch;\n",
        &[],
    );
    check(
        "src/log/kafka/client.rs",
        "use rdkafka::ClientConfig;\nuse crate::log::Event;\n",
        &[],
    );
}

#[test]
fn a_room_must_not_import_a_room_below() {
    check(
        "src/post.rs",
        "use crate::window::Pane;\n",
        &["src/post.rs:2: post must not import window"],
    );
    check(
        "src/window/mod.rs",
        "fn f() {\n    crate::log::g();\n}\n",
        &["src/window/mod.rs:3: window must not import log"],
    );
    check(
        "src/post.rs",
        "use super::window;\n",
        &["src/post.rs:2: post must not import window"],
    );
    check(
        "src/log/mod.rs",
        "use crate::service;\n",
        &["src/log/mod.rs:2: log must not import service"],
    );
}

#[test]
fn tests_keep_to_the_rooms_but_may_use_any_crate() {
    let source = "#[cfg(test)]\nmod tests {\n    use tokio::main;\n    use std::fs;\n    use crate::log::X;\n}\n";
    check(
        "src/window/pane.rs",
        source,
        &["src/window/pane.rs:6: window must not import log"],
    );
    check(
        "src/window/pane/tests.rs",
        "use tokio::test;\nuse std::time::Instant;\n",
        &[],
    );
}

#[test]
fn code_after_the_name_of_a_test_module_is_product_code() {
    check(
        "src/window/mod.rs",
        "#[cfg(test)]\nmod tests;\n\nuse tokio::sync;\n",
        &["src/window/mod.rs:5: window must not use the crate tokio"],
    );
}

#[test]
fn a_room_must_not_use_the_crate_of_another() {
    let expected = &["src/log/memory.rs:2: log must not use the crate rdkafka"];
    check(
        "src/log/memory.rs",
        "use rdkafka::ClientConfig;\n",
        expected,
    );
    check(
        "src/window/a.rs",
        "type T = Vec<tokio::time::Instant>;\n",
        &["src/window/a.rs:2: window must not use the crate tokio"],
    );
    check(
        "src/window/a.rs",
        "use tokio;\n",
        &["src/window/a.rs:2: window must not use the crate tokio"],
    );
}

#[test]
fn a_pure_room_has_no_clock_and_no_files() {
    check(
        "src/window/a.rs",
        "use std::time::SystemTime;\n",
        &[
            "src/window/a.rs:2: a pure room must not use std::time::SystemTime: let the caller pass it in",
        ],
    );
    check(
        "src/window/a.rs",
        "use std::{fmt, fs};\n",
        &["src/window/a.rs:2: `std::{..}` can hide a clock or a file: import one by one"],
    );
    check(
        "src/window/a.rs",
        "use std::time::Duration;\nuse std::collections::{A, B};\n",
        &[],
    );
    check(
        "src/window/a.rs",
        "use std::time::{Duration, Instant};\nuse std::io::{self, BufRead};\nuse std::time::*;\n",
        &[
            "src/window/a.rs:2: `std::time::{..}` can hide a clock or a file: import one by one",
            "src/window/a.rs:4: `std::time::{..}` can hide a clock or a file: import one by one",
        ],
    );
    check("src/log/memory.rs", "use std::time::Instant;\n", &[]);
}

#[test]
fn imports_must_not_hide_where_they_lead() {
    check(
        "src/window/a.rs",
        "use crate::{post::Post};\n",
        &["src/window/a.rs:2: `crate::{..}` hides imports: one line for each room"],
    );
    check(
        "tests/scenarios.rs",
        "use super::super::Thing;\n",
        &["tests/scenarios.rs:2: `super::super::` hides imports: write `crate::room::`"],
    );
}

#[test]
fn comments_and_strings_import_nothing() {
    check(
        "src/post.rs",
        "/// See [`crate::window::Pane`].\n/* crate::log::X /* tokio::x */ */\n",
        &[],
    );
    check(
        "src/post.rs",
        "const A: &str = \"crate::log::X \\\" tokio::y\";\n",
        &[],
    );
    check(
        "src/post.rs",
        "const A: &str = r#\"a \" crate::log::X\"#;\nconst B: char = '\"';\n",
        &[],
    );
    check(
        "src/post.rs",
        "fn f<'a>(c: char) -> bool { c == '\\'' }\nuse crate::log::X; // not \"hidden\n",
        &["src/post.rs:3: post must not import log"],
    );
}

#[test]
fn a_file_has_a_header_and_an_end() {
    let crates = Vec::new();
    let expected = ["src/post.rs:1: begins without a `//!` header: say what comes in and goes out"];
    assert_eq!(
        broken_rules("src/post.rs", "struct Post;\n", PLAN, &crates),
        expected
    );
    check(
        "tests/a.rs",
        &"\n".repeat(400),
        &["tests/a.rs:401: 401 lines, at most 400: split the file"],
    );
    check("tests/a.rs", &"\n".repeat(399), &[]);
    let tests = format!(
        "fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{}",
        "\n".repeat(79)
    );
    check(
        "src/post.rs",
        &tests,
        &["src/post.rs:3: 81 lines of tests, at most 80: move them to `tests.rs`"],
    );
}

#[test]
fn unsafe_and_unknown_rooms_are_found() {
    check(
        "src/post.rs",
        "unsafe fn f() {}\n",
        &["src/post.rs:2: `unsafe` outside of src/log/kafka"],
    );
    check("src/log/kafka/raw.rs", "unsafe fn f() {}\n", &[]);
    check(
        "src/utils.rs",
        "",
        &["src/utils.rs:1: stands in no room of the plan"],
    );
    check(
        "src/window/a.rs",
        "use crate::Thing;\n",
        &["src/window/a.rs:2: window must not import Thing"],
    );
}
