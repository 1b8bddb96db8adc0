//! `kentongan simulate`: made posts with the truth beside them, or a recording played again.
//!
//! In: arguments. Out: JSON lines of the plain format on stdout or in a file, or records of the feeds.
//! Not here: how posts are made (`simulate`), how they get into the feeds (`to_kafka`).

mod to_kafka;

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use self::to_kafka::Pace;
use crate::cli::context::Context;
use crate::cli::input::{open, open_through};
use crate::cli::progress::Progress;
use crate::post::EventTime;
use crate::service::clock;
use crate::simulate::{
    DEFAULT_RATE, DEFAULT_START, DEMO_LENGTH, DEMO_SCRIPT, MadePost, Recording, Replay, Script,
    Settings, Simulation, Truth, parse_duration,
};

/// The example block under `--help`.
const EXAMPLES: &str = "\
Examples:
  kentongan simulate > posts.jsonl               a quiet day, then an earthquake, a push, a flood
  kentongan simulate --truth truth.jsonl --out posts.jsonl
  kentongan simulate --events drill.toml --for 2h --seed 7
  kentongan simulate --events /dev/null --for 24h    a quiet day and nothing else
  kentongan simulate --from day.jsonl.gz --rebase 2026-11-24T00:00:00Z --speed 10 --repeat 5
  kentongan simulate --to-kafka --start now-24h  the demo on your own cluster: the quiet day at
                                                 once, then each post when its time has come
  kentongan simulate --to-kafka --from day.jsonl.gz --rebase now --speed 10

A TIME is RFC 3339, or now, or so long before or after it: now-24h, now+10s.
With --to-kafka the posts go to the first feed of their kind, social or news, in [[feeds]]; those of
one author, of one outlet, in order. The last line on standard error says how many went where.

An events file has one block for each event:
  [[event]]
  kind = \"flood\"      # earthquake, flood, push, chorus, rumour, relay, press
  at = \"30m\"          # from the start of the run
  place = \"Semarang\"  # also: duration, ramp, strength (posts a second), accounts, tag";

/// Make posts with known events, or play a recording again at another time.
///
/// The same arguments give the same bytes. Posts come as JSON lines of the plain format, in time order.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The events, TOML; unless told, those of the demo
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub events: Option<PathBuf>,
    /// Mean posts a second of the quiet day, news included
    #[arg(long, value_name = "N", default_value_t = DEFAULT_RATE, conflicts_with = "from")]
    pub rate: f64,
    /// How long the run is in the posts' own time, such as 90s, 15m, 24h; unless told, to the end of the demo's events
    #[arg(long = "for", value_name = "D", value_parser = duration, conflicts_with = "from")]
    pub length: Option<Duration>,
    /// The seed of all chance
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "from")]
    pub seed: u64,
    /// The time of the run's first instant; unless told, midnight in Jakarta of 2026-01-05
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "from")]
    pub start: Option<EventTime>,
    /// Play this recording instead: .jsonl or .jsonl.gz of the plain format, sorted by time
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Move the recording's first post to this time
    #[arg(long, value_name = "TIME", value_parser = time, requires = "from")]
    pub rebase: Option<EventTime>,
    /// Play the recording so many times faster
    #[arg(long, value_name = "N", value_parser = speed, default_value = "1", requires = "from")]
    pub speed: f64,
    /// Play so many rounds of the recording one after another, each with new ids
    #[arg(long, value_name = "N", default_value = "1", requires = "from")]
    pub repeat: NonZeroU32,
    /// Write the posts to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the posts into the configured feeds: past ones at once, later ones by the clock
    #[arg(long, conflicts_with = "out")]
    pub to_kafka: bool,
    /// Wait for no post's time: write as fast as Kafka takes them
    #[arg(long, requires = "to_kafka")]
    pub at_once: bool,
    /// Write what really happens to this file, one JSON line an event
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub truth: Option<PathBuf>,
}

impl Arguments {
    fn start(&self) -> EventTime {
        self.start.unwrap_or(DEFAULT_START)
    }

    fn length(&self) -> Duration {
        self.length.unwrap_or(DEMO_LENGTH)
    }
}

/// What `posts` gives: a made post, or why a recording cannot be read on.
type Posts = Box<dyn Iterator<Item = anyhow::Result<MadePost>> + Send>;

/// Runs the command. A reader that closes its end early is no failure.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let mut progress = progress(context, arguments);
    let (posts, truths) = posts(arguments, &progress)?;
    if let Some(path) = &arguments.truth {
        write_truths(path, &truths).with_context(|| format!("writing {}", path.display()))?;
    }
    if arguments.to_kafka {
        let pace = if arguments.at_once {
            Pace::AtOnce
        } else {
            Pace::ByTheClock
        };
        return to_kafka::run(context, posts, pace, &mut progress);
    }
    let written = match &arguments.out {
        Some(path) => {
            let file =
                File::create(path).with_context(|| format!("creating {}", path.display()))?;
            write_posts(posts, BufWriter::new(file), &mut progress)
        }
        None => write_posts(posts, BufWriter::new(io::stdout().lock()), &mut progress),
    };
    match written {
        Err(error) if is_closed_pipe(&error) => Ok(()),
        written => written,
    }
}

/// How far it has come; nothing where the posts themselves run over the terminal.
fn progress(context: &Context, arguments: &Arguments) -> Progress {
    let runs_over = arguments.out.is_none() && !arguments.to_kafka && io::stdout().is_terminal();
    if runs_over {
        return Progress::hidden();
    }
    match &arguments.from {
        Some(path) => {
            let rounds = u64::from(arguments.repeat.get());
            Progress::of_files(context, std::slice::from_ref(path), rounds)
        }
        None => Progress::of_event_time(context, arguments.start(), arguments.length()),
    }
}

/// The posts that the arguments ask for, in time order, and the events that they hold.
fn posts(arguments: &Arguments, progress: &Progress) -> anyhow::Result<(Posts, Vec<Truth>)> {
    if let Some(path) = &arguments.from {
        let path = path.clone();
        let replay = Replay {
            rebase: arguments.rebase,
            speed: arguments.speed,
            rounds: arguments.repeat,
        };
        // Opened once here so that a wrong name fails before anything is written.
        open(&path).with_context(|| format!("opening {}", path.display()))?;
        let bar = progress.bar();
        let open = move || open_through(&path, |file| bar.wrap_read(file));
        let recording = Recording::new(open, replay);
        return Ok((Box::new(recording.map(|post| Ok(post?))), Vec::new()));
    }
    let script = match &arguments.events {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("reading {}", path.display()))
            .and_then(|toml| Ok(Script::from_toml(&toml)?))
            .with_context(|| format!("the events of {}", path.display()))?,
        None => Script::from_toml(DEMO_SCRIPT)?,
    };
    let simulation = Simulation::new(&Settings {
        seed: arguments.seed,
        start: arguments.start(),
        length: arguments.length(),
        rate: arguments.rate,
        script,
    })?;
    let truths = simulation.truths().to_vec();
    Ok((Box::new(simulation.map(Ok)), truths))
}

fn write_posts(posts: Posts, mut out: impl Write, progress: &mut Progress) -> anyhow::Result<()> {
    for post in posts {
        let post = post?;
        progress.post(post.at);
        out.write_all(post.line.as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn write_truths(path: &Path, truths: &[Truth]) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for truth in truths {
        serde_json::to_writer(&mut out, truth)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

/// RFC 3339, `now`, `now-24h`, `now+10s`.
fn time(text: &str) -> Result<EventTime, String> {
    let from_now = |sign: i64, length: &str| {
        let millis = i64::try_from(duration(length)?.as_millis()).unwrap_or(i64::MAX);
        Ok(clock::now().plus_millis(sign * millis))
    };
    if text == "now" {
        return Ok(clock::now());
    }
    if let Some(before) = text.strip_prefix("now-") {
        return from_now(-1, before);
    }
    if let Some(after) = text.strip_prefix("now+") {
        return from_now(1, after);
    }
    let time: jiff::Timestamp = text.parse().map_err(|_| {
        "neither an RFC 3339 time like 2026-03-04T05:06:07Z nor now, now-24h, now+10s".to_owned()
    })?;
    Ok(EventTime::from_millis(time.as_millisecond()))
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if speed.is_finite() && speed > 0.0 {
        Ok(speed)
    } else {
        Err("must be more than 0".to_owned())
    }
}

#[cfg(test)]
mod tests;
