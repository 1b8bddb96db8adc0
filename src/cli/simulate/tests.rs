//! Tests of `simulate`.

use clap::Parser;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::cli::context::GlobalOptions;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

fn parse(line: &str) -> Result<Arguments, String> {
    let words = std::iter::once("simulate").chain(line.split_whitespace());
    let parsed = Line::try_parse_from(words);
    parsed
        .map(|line| line.arguments)
        .map_err(|error| error.to_string())
}

fn context() -> Context {
    Context::new(GlobalOptions::default())
}

#[test]
fn arguments_that_do_not_go_together_are_refused() {
    for right in [
        "",
        "--for 90s --rate 0.5 --seed 7 --truth t",
        "--from f --speed 2.5 --repeat 3",
    ] {
        assert!(parse(right).is_ok(), "{right}");
    }
    for (wrong, names) in [
        ("--rebase 2026-01-01T00:00:00Z", "--from"),
        ("--repeat 2", "--from"),
        ("--from f --seed 2", "--seed"),
        ("--from f --events e", "--events"),
        ("--from f --speed 0", "more than 0"),
        ("--from f --repeat 0", "--repeat"),
        ("--for soon", "90s"),
        ("--start today", "RFC 3339"),
    ] {
        let message = parse(wrong).unwrap_err();
        assert!(message.contains(names), "{message}");
    }
}

#[test]
fn same_arguments_write_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let write = |out: &str| {
        let (out, truth) = (path(out), path("truth"));
        let line = format!(
            "--for 10m --out {} --truth {}",
            out.display(),
            truth.display()
        );
        run(&context(), &parse(&line).unwrap()).unwrap();
        std::fs::read(out).unwrap()
    };
    let first = write("first");
    assert!(!first.is_empty());
    assert_eq!(first, write("second"));
    assert_eq!(std::fs::read_to_string(path("truth")).unwrap(), "");
}

#[test]
fn compressed_recording_is_played_round_by_round() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.jsonl.gz");
    let mut gzip = GzEncoder::new(File::create(&path).unwrap(), Compression::fast());
    gzip.write_all(b"{\"created_at\":\"2026-01-01T00:00:00Z\",\"text\":\"a\"}\n")
        .unwrap();
    gzip.finish().unwrap();
    let line = format!("--from {} --repeat 3", path.display());
    let (posts, truths) = posts(&parse(&line).unwrap(), &Progress::hidden()).unwrap();
    let lines: Vec<String> = posts.map(|post| post.unwrap().line).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.is_sorted() && lines.iter().all(|line| line.contains("\"id\":")));
    assert!(truths.is_empty());
    let missing = format!("--from {}", folder.path().join("none").display());
    assert!(run(&context(), &parse(&missing).unwrap()).is_err());
}
