//! The plan of the house: which room may know which, and which outside crates each may use.
//!
//! In: the files under `src`, `tests` and `benches`. Out: each broken rule with its file and line.
//! Rule: rooms stand in the order that a post travels; a room imports only rooms above it, and of those only
//! the ones its row names. A red test means: move the code, not the table.
//! Not here: how source is read (`architecture/source.rs`), what the compiler and clippy check already.

#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rules::{Row, broken_rules, edge, pure};

/// Every room above.
const ALL: &str = "*";

/// The rooms in the order that a post travels: place in `src`, rooms that it may import, outside crates that it
/// may use beside schemars, serde and thiserror. The longest matching place counts. A pure room also has no
/// clock, no files, no network, no environment and no threads.
#[rustfmt::skip]
const PLAN: &[Row] = &[
    pure("post",      "",                                                 "jiff"),
    edge("config",    "post",                                             "csv jiff toml xxhash_rust"),
    edge("metrics",   "post config",                                      "prometheus"),
    pure("feed",      "post config",                                      "flate2 html5gum jiff memchr serde_json simdutf8 siphasher unicode_normalization xxhash_rust"),
    pure("relevance", "post config",                                      "csv daachorse foldhash hashbrown memchr toml unicode_normalization xxhash_rust"),
    pure("topic",     "post config relevance",                            "daachorse foldhash hashbrown memchr toml unicode_normalization xxhash_rust"),
    pure("claims",    "post relevance",                                   "hashbrown jiff libm serde_json xxhash_rust"),
    pure("window",    "post config relevance",                            "foldhash hashbrown libm postcard smallvec xxhash_rust"),
    pure("ingest",    "post config feed relevance topic window",          "foldhash hashbrown postcard xxhash_rust"),
    pure("detect",    "post config feed relevance topic claims window ingest",   "foldhash hashbrown libm postcard serde_json smallvec xxhash_rust"),
    pure("triage",    "post config relevance claims window ingest detect",       "postcard serde_json xxhash_rust"),
    pure("alert",     "post config relevance claims window detect triage",       "jiff serde_json toml xxhash_rust"),
    edge("log",       "post config metrics ingest detect triage",         "xxhash_rust"),
    edge("log/kafka", "post config metrics ingest detect triage",         "base64 rdkafka serde_json tokio tracing xxhash_rust"),
    edge("notify",    "post config metrics triage alert",                 "base64 jiff lettre minijinja reqwest ring rustls serde_json tokio tracing xxhash_rust"),
    edge("desk",      "post config metrics window triage alert",          "axum dashmap jiff prometheus serde_json tokio tokio_stream tracing"),
    pure("simulate",  "post config feed relevance",                       "jiff libm memchr rand rand_pcg serde_json toml xxhash_rust"),
    edge("traces",    "post config alert",                                "opentelemetry opentelemetry_otlp opentelemetry_sdk rustls tracing"),
    edge("service",   ALL,                                                "axum clap flate2 jiff prometheus serde_json tokio tokio_stream tracing"),
    edge("cli",       ALL,                                                "anyhow clap clap_complete csv flate2 indicatif jiff prometheus serde_json tokio toml tracing tracing_subscriber"),
    edge("lib",       "",                                                 ""),
    edge("main",      "cli",                                              "anyhow clap mimalloc"),
];

#[test]
fn every_file_keeps_to_the_plan_of_the_house() -> io::Result<()> {
    let crates = dependencies()?;
    let mut report = Vec::new();
    for file in source_files()? {
        let text = fs::read_to_string(root().join(&file))?;
        report.extend(broken_rules(&file, &text, PLAN, &crates));
    }
    assert!(
        report.is_empty(),
        "{}\n\n{} broken rules. Move the code, not the table.",
        report.join("\n"),
        report.len()
    );
    Ok(())
}

#[test]
fn the_plan_names_only_rooms_that_stand_above() {
    let mut above: Vec<&str> = Vec::new();
    for row in PLAN {
        let room = row.room();
        for imported in row.rooms.split_whitespace().filter(|name| *name != ALL) {
            assert!(
                above.contains(&imported),
                "the plan lets {room} import {imported}, which does not stand above it"
            );
        }
        if !above.contains(&room) {
            above.push(room);
        }
    }
}

#[test]
fn every_room_of_the_source_has_a_row_in_the_plan() -> io::Result<()> {
    for entry in fs::read_dir(root().join("src"))? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        assert!(
            PLAN.iter().any(|row| row.place == name),
            "src/{name} is a room that the plan does not know: which room above does it belong to?"
        );
    }
    Ok(())
}

#[test]
fn the_plan_names_only_crates_that_are_dependencies() -> io::Result<()> {
    let crates = dependencies()?;
    for row in PLAN {
        for name in row.crates.split_whitespace() {
            assert!(
                crates.iter().any(|known| known == name),
                "the plan gives {name} to {}, but Cargo.toml does not name it: take it out",
                row.place
            );
        }
    }
    Ok(())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Crate names of `[dependencies]` as code writes them. Crates for tests only are free to every room's tests.
fn dependencies() -> io::Result<Vec<String>> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let manifest: toml::Table = manifest.parse().map_err(io::Error::other)?;
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    Ok(table
        .into_iter()
        .flat_map(|table| table.keys())
        .map(|key| key.replace('-', "_"))
        .collect())
}

/// Every Rust file of the project, as paths from its root, in order.
fn source_files() -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = ["src", "tests", "benches"].map(PathBuf::from).to_vec();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root().join(&folder)) else {
            continue;
        };
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path.to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}
