//! The hot path in instructions per post: what a change costs, however busy the machine is.
//!
//! In: made posts. Out: a table; exit code 1 if a part costs a tenth more than its budget.
//! Rule: each part runs under callgrind with few rounds and with many; the difference has no start-up in it.
//! Not here: the whole of `replay` (docs/benchmarks.md), real posts, other engines.
//!
//! It is built as an example, so that it has the profile of what is shipped: `make bench`.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::time::Duration;

use kentongan::config::{Config, Format};
use kentongan::feed::{AccountKey, Decoder};
use kentongan::ingest::{Ingest, InputId, InputRecord};
use kentongan::post::EventTime;
use kentongan::relevance::{Gate, Reading};
use kentongan::service::clock::Stopwatch;
use kentongan::simulate::{DEFAULT_START, DEMO_LENGTH, DEMO_SCRIPT, Script, Settings, Simulation};
use kentongan::topic::{Extractor, PostTopics};
use mimalloc::MiMalloc;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One part of the hot path.
struct Part {
    name: &'static str,
    /// Instructions per post that it took when last measured (x86-64, AVX2): a tenth more fails. Lower it with each gain.
    budget: u64,
    /// Rounds of the short run; the long one has four times as many.
    rounds: u64,
}

const PARTS: [Part; 5] = [
    part("decode, 280 characters", 6_893, 500),
    part("gate, 280 characters", 22_904, 500),
    part("gate + topics, 280 characters", 27_983, 500),
    part("gate + topics, article of 4 KB", 344_503, 50),
    part("ingest and flush, made posts", 23_472, 1),
];

const fn part(name: &'static str, budget: u64, rounds: u64) -> Part {
    Part {
        name,
        budget,
        rounds,
    }
}

const POST: &str = "Banjir merendam tiga desa di Kabupaten Demak sejak tadi malam, warga mengungsi ke balai \
    desa dan menunggu bantuan dari BNPB. @kawan_demak tolong kabari keluarga di Semarang, jalan pantura \
    belum bisa dilewati kendaraan kecil. Semoga airnya lekas surut ya https://t.co/abc123 #banjir #Demak";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [part, rounds] => rounds
            .parse()
            .map_err(Into::into)
            .and_then(|rounds| work(part, rounds).map(|_| true)),
        _ => table(&mut io::stdout().lock()),
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

/// Measures every part; whether all keep to their budgets.
fn table(output: &mut impl Write) -> Outcome<bool> {
    writeln!(
        output,
        "{:34} {:>14} {:>10} {:>10}",
        "part", "instructions", "budget", "time"
    )?;
    let mut kept = true;
    for Part {
        name,
        budget,
        rounds,
    } in PARTS
    {
        let long = 4 * rounds;
        let (few, many) = (instructions(name, rounds)?, instructions(name, long)?);
        let (posts, took) = work(name, long)?;
        let more = posts / long * (long - rounds);
        let each = many.saturating_sub(few) / more.max(1);
        let time = took / u32::try_from(posts).unwrap_or(u32::MAX);
        let verdict = if each > budget + budget / 10 {
            "  over budget"
        } else {
            ""
        };
        kept &= verdict.is_empty();
        writeln!(
            output,
            "{name:34} {each:>14} {budget:>10} {time:>10.2?}{verdict}"
        )?;
    }
    Ok(kept)
}

/// What callgrind counts while this program does one part.
fn instructions(part: &str, rounds: u64) -> Outcome<u64> {
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args([part, &rounds.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}; install it: apt-get install valgrind"))?;
    let said = String::from_utf8_lossy(&run.stderr);
    let counted = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, counted) = counted.ok_or_else(|| format!("callgrind counted nothing:\n{said}"))?;
    Ok(counted.trim().parse()?)
}

/// Does one part so often; how many posts that were, and how long they took.
fn work(part: &str, rounds: u64) -> Outcome<(u64, Duration)> {
    let config = Config::built_in()?;
    let decoder = Decoder::new(AccountKey::new([0; 16]), 1 << 20);
    let decode = |line: &str| {
        let read = decoder.decode(Format::Plain, Some(line.as_bytes()));
        black_box(read.is_ok())
    };
    let gate = Gate::new(&config.relevance)?;
    let extractor = Extractor::new(&config.topics);
    let (mut reading, mut topics) = (Reading::default(), PostTopics::default());
    let line = line(if part.contains("4 KB") { 14 } else { 1 });
    let post = decoder
        .decode(Format::Plain, Some(line.as_bytes()))
        .map_err(|refused| refused.reason.as_str())?;
    let watch = Stopwatch::start();
    if part.starts_with("ingest") {
        let posts = ingest(&config, gate, rounds)?;
        return Ok((posts, watch.elapsed()));
    }
    for _ in 0..rounds {
        if part.starts_with("decode") {
            decode(&line);
            continue;
        }
        gate.read(black_box(&post), &mut reading);
        if part.contains("topics") {
            extractor.extract(&post, &reading, &mut topics);
        }
        black_box((&reading, &topics));
    }
    Ok((rounds, watch.elapsed()))
}

/// One record in the plain format with [`POST`] so often in its text.
fn line(times: usize) -> String {
    let text = vec![POST; times].join(" ");
    format!(
        r#"{{"id":"1","kind":"social","platform":"x","author":"ani","created_at":"2026-03-04T05:06:07Z","text":"{text}","lang":"id"}}"#
    )
}

/// Folds made posts, the same ones in each round, with a flush every hundred.
fn ingest(config: &Config, gate: Gate, rounds: u64) -> Outcome<u64> {
    let settings = Settings {
        seed: 7,
        start: DEFAULT_START,
        length: DEMO_LENGTH,
        rate: 0.02,
        script: Script::from_toml(DEMO_SCRIPT)?,
    };
    let lines: Vec<String> = Simulation::new(&settings)?.map(|made| made.line).collect();
    let mut ingest = Ingest::new(config, AccountKey::new([0; 16]), gate, &[1, 1]);
    let input = InputId {
        feed: 0,
        partition: 0,
    };
    for _ in 0..rounds {
        // A partition that is assigned anew remembers nothing: no post is a duplicate.
        ingest.assign(input, 0);
        for (offset, line) in (0..).zip(&lines) {
            let decoded = ingest.decode(0, Some(line.as_bytes()));
            let at = decoded
                .as_ref()
                .map_or(EventTime::MIN, |post| post.created_at);
            black_box(ingest.apply(InputRecord {
                input,
                offset,
                arrived_at: at,
                decoded,
            }));
            if offset % 100 == 99 {
                for batch in ingest.flush(at, 1).iter().flatten() {
                    black_box(batch.encode()?);
                }
            }
        }
    }
    Ok(rounds * lines.len() as u64)
}
