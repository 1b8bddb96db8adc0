//! Progress on a terminal, and only there. `script` (Debian's bsdutils, always there) makes a terminal.

use std::process::Command;

use crate::alone;
use crate::process::{done, kentongan};

/// What a person sees who runs `line`, on a terminal of its own.
fn on_a_terminal(line: &str) -> String {
    let line = format!("{} {line}", env!("CARGO_BIN_EXE_kentongan"));
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("TERM", "xterm")
        .output()
        .unwrap();
    let seen = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{line}: {seen}");
    seen
}

#[test]
fn progress_is_drawn_on_a_terminal_and_nowhere_else() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let posts = folder.path().join("posts.jsonl");
    let posts = posts.to_str().unwrap();
    let simulate = ["simulate", "--for", "1h", "--out", posts];
    let seen = on_a_terminal(&simulate.join(" "));
    assert!(seen.contains(" posts, ") && seen.contains('%'), "{seen:?}");
    assert_eq!(
        on_a_terminal(&format!("--quiet {}", simulate.join(" "))),
        ""
    );
    assert!(done(&simulate).stderr.is_empty(), "nothing on a pipe");

    let seen = on_a_terminal(&format!("replay {posts} > {posts}.alerts"));
    assert!(
        seen.contains(" posts, ") && seen.contains("left"),
        "{seen:?}"
    );
    assert!(
        seen.ends_with("refused=0\r\n"),
        "the summary stays: {seen:?}"
    );
    let piped = kentongan(&["replay", posts]).output().unwrap();
    let said = String::from_utf8(piped.stderr).unwrap();
    assert_eq!(said.lines().count(), 3, "the summary alone: {said}");
    let alerts = std::fs::read(format!("{posts}.alerts")).unwrap();
    assert_eq!(
        alerts, piped.stdout,
        "the same bytes with and without a terminal"
    );
}
