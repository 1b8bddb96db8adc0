//! Tests of `simulate`.

use clap::Parser;
use flate2::Compression;
use flate2::write::GzEncoder;

use std::sync::mpsc::{self, Receiver};

use super::*;
use crate::cli::context::GlobalOptions;
use crate::cli::exit::Interrupted;
use crate::config::Config;
use crate::log::Partition;
use crate::log::memory::{Cluster, MemoryLog};
use crate::post::FeedKind;
use crate::service::feeder::{Feeder, RecordTime};
use crate::service::interrupt::Interrupt;

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
        "--to-kafka --start now-24h --truth t",
        "--from f --rebase now+1m --to-kafka --at-once",
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
        ("--start now-", "90s"),
        ("--at-once", "--to-kafka"),
        ("--to-kafka --out f", "--out"),
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

/// A feeder on the log in memory, with one partition for each feed.
fn feeder(cluster: &Cluster) -> Feeder<MemoryLog> {
    let feeds = Config::built_in().unwrap().feeds;
    for feed in &feeds {
        cluster.create(&feed.name, 1);
    }
    Feeder::new(cluster.log("simulate"), &feeds, RecordTime::Written)
}

/// Plays one post of a second ago and one of tomorrow; what is in the feed then.
fn play(pace: Pace, stop: &Receiver<Interrupt>) -> (anyhow::Result<()>, usize) {
    let cluster = Cluster::new();
    let mut feeder = feeder(&cluster);
    let post = |at| {
        Ok(MadePost {
            at,
            kind: FeedKind::Social,
            line: r#"{"id":"1","text":"banjir"}"#.to_owned(),
            event: None,
        })
    };
    let posts = [
        post(time("now-1s").unwrap()),
        post(time("now+24h").unwrap()),
    ];
    let posts = Box::new(posts.into_iter());
    let played = to_kafka::play(&mut feeder, posts, pace, stop, &mut Progress::hidden());
    let feed = Partition {
        name: "feeds.social".into(),
        number: 0,
    };
    (played, cluster.read(&feed).len())
}

#[test]
fn past_posts_go_at_once_and_later_ones_wait_for_their_time() {
    let (person, stop) = mpsc::channel();
    let (played, written) = play(Pace::AtOnce, &stop);
    assert!(played.is_ok());
    assert_eq!(written, 2);
    person.send(Interrupt::Person).unwrap();
    let (played, written) = play(Pace::AtOnce, &stop);
    assert!(played.unwrap_err().is::<Interrupted>());
    assert_eq!(written, 0, "a person who stops it is heard at every post");
    let waiter = std::thread::spawn(move || play(Pace::ByTheClock, &stop));
    drop(person);
    let (played, written) = waiter.join().unwrap();
    assert!(played.unwrap_err().is::<Interrupted>());
    assert!(written <= 1, "tomorrow's post is not written today");
}
