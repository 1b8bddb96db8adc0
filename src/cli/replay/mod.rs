//! `kentongan replay`: a back-test on recorded posts.
//!
//! In: files of posts, plain ones unless told. Out: alerts as JSON lines on standard output, a summary on standard error.
//! Rule: files are merged by the posts' times; ties go by argument, then line.

mod compare;
mod explain;

use std::io::{self, BufRead, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::cli::classify::{self, next_line};
use crate::cli::input::open_through;
use crate::cli::progress::Progress;
use crate::cli::{Context, exit};
use crate::config::{Config, Format};
use crate::detect::Constants;
use crate::feed::Refused;
use crate::post::{EventTime, Post};
use crate::service::clock::Stopwatch;
use crate::service::replay::{Recorded, Replay};
use crate::service::{clock, fact_checks, lists, rendering};

/// Back-test on recorded posts: which alerts would there have been?
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kentongan replay posts.jsonl.gz > alerts.jsonl
  kentongan replay social.jsonl news.jsonl --set relevance.enabled=false
  zcat posts.jsonl.gz | kentongan replay -
  kentongan replay --format auto recorded-feed.jsonl
  kentongan replay --explain posts.jsonl > /dev/null      why, for people, on standard error
  kentongan replay --compare tuned.toml posts.jsonl       which incidents tuned.toml adds (+) and drops (-)

The same input and configuration give the same bytes. The last line on standard error adds up:
posts = counted + irrelevant + untopical + duplicate + late + refused.")]
pub struct Arguments {
    /// How the lines are written: a format of docs/formats.md, or `auto`
    #[arg(long, default_value = "plain", value_name = "FORMAT", value_parser = classify::format)]
    pub format: Format,
    /// Files of posts, `.jsonl` or `.jsonl.gz`; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Tell on standard error why there was each alert
    #[arg(long)]
    explain: bool,
    /// Run a second configuration on the same posts and print which incidents it would add and drop,
    /// instead of the alerts
    #[arg(long, value_name = "FILE.toml")]
    compare: Option<PathBuf>,
    /// Constants of detection as a JSON object, for its evaluation
    #[arg(long, value_name = "JSON", hide = true)]
    settings: Option<String>,
}

struct Source {
    path: PathBuf,
    lines: Box<dyn BufRead>,
    line: Vec<u8>,
    /// The next line, decoded; `None` at the end of the file.
    head: Option<Result<Post<'static>, Refused>>,
}

/// Runs the back-test.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let config = context.config()?;
    let watch = Stopwatch::start();
    let mut replay = back_test(config, arguments)?;
    let mut output = BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    if let Some(file) = &arguments.compare {
        let from_input = arguments.files.iter().any(|path| path == Path::new("-"));
        ensure!(
            !from_input,
            "a comparison reads the posts twice: write standard input to a file first"
        );
        let other = context.load(Some(file))?;
        let mut other = back_test(&other, arguments)?;
        let (mut old, mut new) = (compare::Incidents::default(), compare::Incidents::default());
        fold(context, arguments, &mut replay, &mut |alert| {
            old.note(alert);
        })?;
        fold(context, arguments, &mut other, &mut |alert| new.note(alert))?;
        written = compare::write(&old, &new, &mut output);
    } else {
        let mut emit = |alert: &[u8]| {
            if written.is_ok() {
                written = output
                    .write_all(alert)
                    .and_then(|()| output.write_all(b"\n"));
            }
            if written.is_ok() && arguments.explain {
                written = io::stderr().write_all(explain::lines(alert).as_bytes());
            }
        };
        fold(context, arguments, &mut replay, &mut emit)?;
    }
    written
        .and_then(|()| output.flush())
        .map_err(exit::output_error)?;
    summarise(&replay, watch.elapsed(), &mut io::stderr().lock())
}

fn back_test(config: &Config, arguments: &Arguments) -> anyhow::Result<Replay> {
    let constants = match &arguments.settings {
        Some(json) => serde_json::from_str(json).context("reading --settings")?,
        None => Constants::default(),
    };
    let files = u32::try_from(arguments.files.len())?;
    let recorded = Recorded {
        files,
        format: arguments.format,
    };
    let lists = lists::load(config)?;
    let rendering = rendering(config)?;
    let now = clock::now();
    let mut replay = Replay::new(config, lists, rendering, recorded, now, constants)?;
    replay.use_fact_checks(fact_checks::load(config)?);
    Ok(replay)
}

/// Folds every line of every file, merged by the posts' times.
fn fold(
    context: &Context,
    arguments: &Arguments,
    replay: &mut Replay,
    emit: &mut dyn FnMut(&[u8]),
) -> anyhow::Result<()> {
    let config = context.config()?;
    let limit = u64::from(config.ingest.max_post_bytes);
    let mut progress = Progress::of_files(context, &arguments.files, 1);
    let mut sources = Vec::new();
    for path in &arguments.files {
        let lines = open_through(path, |file| progress.bar().wrap_read(file))
            .with_context(|| format!("opening {}", path.display()))?;
        let mut source = Source {
            path: path.clone(),
            lines,
            line: Vec::new(),
            head: None,
        };
        source.advance(replay, limit)?;
        sources.push(source);
    }
    let bar = progress.bar();
    let mut emit = |alert: &[u8]| bar.suspend(|| emit(alert));
    while let Some((number, source)) = earliest(&mut sources) {
        if let Some(decoded) = source.head.take() {
            progress.post(created_at(&decoded));
            replay.offer(number, decoded, &mut emit)?;
        }
        source.advance(replay, limit)?;
    }
    Ok(replay.finish(&mut emit)?)
}

impl Source {
    /// Reads and decodes the next line that is not blank.
    fn advance(&mut self, replay: &Replay, limit: u64) -> anyhow::Result<()> {
        loop {
            self.line.clear();
            let read = next_line(&mut self.lines, &mut self.line, limit);
            if !read.with_context(|| format!("reading {}", self.path.display()))? {
                return Ok(());
            }
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        self.head = Some(replay.decode(&self.line).map(Post::into_owned));
        Ok(())
    }

    /// The time of the next line. One that is no post goes at once, beside the one before it.
    fn time(&self) -> Option<EventTime> {
        self.head.as_ref().map(created_at)
    }
}

fn created_at(head: &Result<Post<'_>, Refused>) -> EventTime {
    head.as_ref().map_or(EventTime::MIN, |post| post.created_at)
}

fn earliest(sources: &mut [Source]) -> Option<(u32, &mut Source)> {
    let waiting = (0..)
        .zip(sources)
        .filter(|(_, source)| source.head.is_some());
    waiting.min_by_key(|(number, source)| (source.time(), *number))
}

fn summarise(replay: &Replay, took: Duration, to: &mut impl Write) -> anyhow::Result<()> {
    let outcomes = replay.outcomes();
    let reasons = outcomes
        .refused
        .iter()
        .map(|(reason, count)| format!(" {reason}={count}"));
    writeln!(to, "refused by reason:{}", reasons.collect::<String>())?;
    let tally = replay.tally();
    let posts = outcomes.received();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = posts as f64 / took.as_secs_f64().max(1e-9);
    writeln!(
        to,
        "signals={} incidents={} posts/s={rate:.0}",
        tally.signals, tally.incidents
    )?;
    writeln!(
        to,
        "posts={posts} counted={} irrelevant={} untopical={} duplicate={} late={} refused={}",
        outcomes.counted,
        outcomes.irrelevant,
        outcomes.untopical,
        outcomes.duplicate,
        outcomes.late,
        outcomes.refused_total()
    )?;
    Ok(())
}
