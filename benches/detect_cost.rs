//! What detect costs: time for each entry of a batch, memory for each topic.
//!
//! In: made batches, no posts. Out: a table; exit code 1 if a part costs more than its budget.
//! Rule: only the fold is timed, closing, judging and learning with it. Memory is what the process holds
//! more than before the first batch.
//! Not here: ingest and the feeds (`hot_path`), whole runs (docs/benchmarks.md).
//!
//! `cargo run --release --example detect_cost`

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::time::Duration;

use kentongan::config::Config;
use kentongan::detect::Detector;
use kentongan::ingest::{Batch, Entry, FeedShape, Outcomes, Statement, Volume};
use kentongan::post::{EventTime, FeedKind, PostIdentity, TopicKey};
use kentongan::service::clock::Stopwatch;
use kentongan::window::{Pane, Tally};
use mimalloc::MiMalloc;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// 2026-01-05T00:00:00Z, a whole hour.
const START_MS: i64 = 1_767_571_200_000;
const BATCH_MS: i64 = 10_000;
const HOURS: i64 = 4;
const BYTES_MAX: f64 = 256.0 * 1_048_576.0;
const NANOSECONDS_MAX: f64 = 300.0;

/// What is tracked.
#[derive(Clone, Copy)]
struct Load {
    name: &'static str,
    /// Topics with a post an hour, and no more than that,
    cold: u64,
    /// for so many hours.
    cold_hours: u64,
    /// Topics with three posts a minute.
    warm: u64,
}

const LOADS: [Load; 4] = [
    Load {
        name: "topics of one post, asleep",
        cold: 100_000,
        cold_hours: 1,
        warm: 0,
    },
    Load {
        name: "topics of a post an hour",
        cold: 100_000,
        cold_hours: 4,
        warm: 0,
    },
    Load {
        name: "topics of three posts a minute",
        cold: 0,
        cold_hours: 0,
        warm: 5_000,
    },
    Load {
        name: "95,000 asleep, 5,000 of three a minute",
        cold: 95_000,
        cold_hours: 1,
        warm: 5_000,
    },
];

struct Cost {
    topics: usize,
    bytes: f64,
    entries: u64,
    took: Duration,
}

fn main() -> ExitCode {
    let load = std::env::args().nth(1);
    let to = &mut io::stdout().lock();
    let done = match load {
        Some(name) => row(&name, to),
        None => table(to),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing is left to do if nobody reads this.
            writeln!(io::stderr(), "{error}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

/// Each load in a process of its own: memory that one gave back is not there for the next.
fn table(to: &mut impl Write) -> Result<bool, Box<dyn Error>> {
    writeln!(
        to,
        "| load | topics | bytes a topic | MB | entries | ns an entry |"
    )?;
    writeln!(to, "|---|--:|--:|--:|--:|--:|")?;
    let mut good = true;
    for load in LOADS {
        let run = Command::new(std::env::current_exe()?)
            .arg(load.name)
            .output()?;
        to.write_all(&run.stdout)?;
        io::stderr().write_all(&run.stderr)?;
        good &= run.status.success();
    }
    Ok(good)
}

fn row(name: &str, to: &mut impl Write) -> Result<bool, Box<dyn Error>> {
    let load = LOADS.into_iter().find(|load| load.name == name);
    let cost = measure(load.ok_or("no such load")?)?;
    let count = f64::from(u32::try_from(cost.entries)?);
    let nanoseconds = cost.took.as_secs_f64() * 1e9 / count;
    writeln!(
        to,
        "| {name} | {} | {:.0} | {:.1} | {count} | {nanoseconds:.0} |",
        cost.topics,
        cost.bytes / f64::from(u32::try_from(cost.topics)?),
        cost.bytes / 1_048_576.0,
    )?;
    Ok(cost.bytes <= BYTES_MAX && nanoseconds <= NANOSECONDS_MAX)
}

fn measure(load: Load) -> Result<Cost, Box<dyn Error>> {
    let config = Config::built_in()?;
    let mut detector = Detector::new(&config, 0, 1);
    let before = resident()?;
    let (mut entries, mut took) = (0_u64, Duration::ZERO);
    for step in 0..HOURS * 3_600_000 / BATCH_MS {
        let batch = batch(load, step);
        entries += u64::try_from(batch.entries.len())?;
        let watch = Stopwatch::start();
        detector.apply(batch, &mut |_| ());
        took += watch.elapsed();
    }
    Ok(Cost {
        topics: detector.topics(),
        bytes: resident()? - before,
        entries,
        took,
    })
}

/// Bytes of memory that the process holds.
fn resident() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: f64 = line
        .and_then(|line| line.split_whitespace().next())
        .ok_or("no VmRSS in /proc/self/status")?
        .parse()?;
    Ok(kilobytes * 1024.0)
}

fn batch(load: Load, step: i64) -> Batch {
    let from_ms = START_MS + step * BATCH_MS;
    let pane = Pane::of(EventTime::from_millis(from_ms));
    let number = step.unsigned_abs();
    let hour_steps = 3_600_000 / BATCH_MS.unsigned_abs();
    let is_awake = number < load.cold_hours * hour_steps;
    let cold = (0..load.cold).filter(|topic| is_awake && topic % hour_steps == number % hour_steps);
    let warm = (0..load.warm).filter(|topic| topic % 2 == number % 2);
    let entries: Vec<Entry> = warm
        .map(|topic| entry(format!("tag:warm{topic}"), pane, from_ms, number))
        .chain(cold.map(|topic| entry(format!("tag:cold{topic}"), pane, from_ms, number)))
        .collect();
    let posts = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    Batch {
        sent_at: EventTime::from_millis(from_ms + BATCH_MS),
        account_key: 1,
        rules: None,
        feeds: vec![FeedShape {
            name: "feeds.social".into(),
            kind: FeedKind::Social,
            partitions: 1,
        }],
        part: 1,
        parts: 1,
        statements: vec![Statement {
            feed: 0,
            partition: 0,
            from: number,
            to: number + 1,
            watermark: EventTime::from_millis(from_ms + BATCH_MS - 1_000),
            at_end: false,
            outcomes: Outcomes {
                counted: u64::from(posts),
                ..Outcomes::default()
            },
            volumes: vec![Volume {
                pane,
                received: posts,
                relevant: posts,
            }],
        }],
        entries,
    }
}

fn entry(topic: String, pane: Pane, at_ms: i64, number: u64) -> Entry {
    let at = EventTime::from_millis(at_ms);
    let hash = |salt: u64| (number ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut tally = Tally {
        posts: 1,
        originals: 1,
        untagged: 1,
        ..Tally::default()
    };
    tally.widen(at, at);
    tally.accounts.insert(hash(1));
    tally.texts.insert(hash(2));
    tally.feeds.add(0, 1);
    tally.identities.insert(PostIdentity(hash(3)));
    Entry {
        topic: TopicKey::new(topic),
        pane,
        kind: FeedKind::Social,
        tally: Box::new(tally),
    }
}
