//! `score-series`: a count series on standard input, each row scored as it comes.
//!
//! In: CSV `timestamp,value`. Out: the same rows with what was expected, critical, surprising.
//! Rule: nothing is held but the scorer's state and one line; the first row that cannot be read ends
//! the run with its line number.
//! Not here: what a spike is (`detect::series`).

use std::io::{self, BufRead, BufReader, Read, Write};

use anyhow::{Context as _, bail, ensure};

use crate::cli::context::Context;
use crate::cli::exit::output_error;
use crate::detect::series::{Row, SeriesScorer, Settings};
use crate::post::EventTime;

const EXAMPLES: &str = "\
Examples:
  kentongan score-series --interval 5m < mentions.csv > scored.csv
  kentongan score-series --interval 1h --set series.false_alerts_per_day=0.02 < hourly.csv
  kentongan score-series --interval 1m < live.csv | grep ',1$'

Input: a header `timestamp,value`, then a row for each bucket in time order: its begin (RFC 3339, or
YYYY-MM-DD HH:MM:SS taken as UTC) and how many posts it holds.
Output: timestamp,value,expected,critical,surprise,score,alert. From `critical` posts on, the row is an
alert; score 0.5 is the same line; alert is 1 once an episode.
Fractions are rounded. Buckets that are missing are unknown, not zero. A row that is not later than an
earlier one is passed through with score 0 and teaches nothing. A row that cannot be read, or a
negative count, ends the run with exit code 1 and its line number.";

/// Longest accepted line, bytes.
const LINE_BYTES_MAX: u64 = 4096;

/// Score a count series: what was expected, how surprising each row is, where an alert begins
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Length of a row: a whole number and s, m, h or d (30s, 5m, 1h), up to a day
    #[arg(long, value_name = "LENGTH", value_parser = parse_interval)]
    interval: Interval,
    /// Constants of the scorer as a JSON object, for its evaluation
    #[arg(long, value_name = "JSON", hide = true)]
    settings: Option<String>,
}

/// Length of a row, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval(u32);

/// Scores standard input to standard output.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let mut settings: Settings = match &arguments.settings {
        Some(json) => serde_json::from_str(json).context("reading --settings")?,
        None => Settings::default(),
    };
    settings.false_alerts_per_day = context.config()?.series.false_alerts_per_day;
    let scorer = SeriesScorer::new(arguments.interval.0, settings);
    score(io::stdin().lock(), io::stdout().lock(), scorer)
}

fn score(input: impl Read, output: impl Write, mut scorer: SeriesScorer) -> anyhow::Result<()> {
    let mut lines = Lines::new(input);
    let mut output = io::BufWriter::new(output);
    let header = lines.next()?.unwrap_or_default();
    ensure!(
        header.trim_start_matches('\u{feff}').trim() == "timestamp,value",
        "line 1: the header must be `timestamp,value`; rename the two columns and drop the others"
    );
    writeln!(
        output,
        "timestamp,value,expected,critical,surprise,score,alert"
    )
    .map_err(output_error)?;
    while let Some(line) = lines.next()? {
        if line.trim().is_empty() {
            continue;
        }
        let (timestamp, value, at, posts) =
            parse_row(&line).with_context(|| format!("line {}", lines.number))?;
        let row = scorer.push(at, posts);
        write_row(&mut output, (timestamp, value), row).map_err(output_error)?;
        // Rows of a live input go out as they come, those of a file in large pieces.
        if lines.input.buffer().is_empty() {
            output.flush().map_err(output_error)?;
        }
    }
    output.flush().map_err(output_error)
}

fn write_row(output: &mut impl Write, (time, value): (&str, &str), row: Row) -> io::Result<()> {
    writeln!(
        output,
        "{time},{value},{:.4},{},{:.4},{:.4},{}",
        row.expected,
        row.critical,
        row.surprise,
        row.score,
        u8::from(row.alert)
    )
}

/// The lines of the input, one at a time, none longer than the limit.
struct Lines<R> {
    input: BufReader<R>,
    number: u64,
}

impl<R: Read> Lines<R> {
    fn new(input: R) -> Self {
        Self {
            input: BufReader::new(input),
            number: 0,
        }
    }

    fn next(&mut self) -> anyhow::Result<Option<String>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.input).take(LINE_BYTES_MAX);
        let read = limited
            .read_until(b'\n', &mut line)
            .context("reading standard input")?;
        self.number += 1;
        if read == 0 {
            return Ok(None);
        }
        let number = self.number;
        ensure!(
            line.len() < 4096,
            "line {number}: longer than {LINE_BYTES_MAX} bytes; is this a CSV file of rows?"
        );
        let text = String::from_utf8(line)
            .with_context(|| format!("line {number}: not UTF-8; save the file as UTF-8"))?;
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }
}

fn parse_row(line: &str) -> anyhow::Result<(&str, &str, EventTime, u32)> {
    let cells = line.split_once(',').filter(|(_, rest)| !rest.contains(','));
    let Some((timestamp, value)) = cells else {
        bail!("`{line}` is not `timestamp,value`: two columns, no comma inside");
    };
    Ok((
        timestamp,
        value,
        parse_time(timestamp)?,
        parse_posts(value)?,
    ))
}

fn parse_time(text: &str) -> anyhow::Result<EventTime> {
    let text = text.trim();
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(EventTime::from_millis(time.as_millisecond()));
    }
    let civil: Result<jiff::civil::DateTime, _> = text.parse();
    match civil.and_then(|civil| jiff::tz::TimeZone::UTC.to_timestamp(civil)) {
        Ok(time) => Ok(EventTime::from_millis(time.as_millisecond())),
        Err(_) => {
            bail!("`{text}` is not a time; write 2026-03-04T05:06:07Z or 2026-03-04 05:06:07 (UTC)")
        }
    }
}

fn parse_posts(text: &str) -> anyhow::Result<u32> {
    let text = text.trim();
    let Some(value) = text.parse::<f64>().ok().filter(|value| value.is_finite()) else {
        bail!("`{text}` is not a number; write how many posts the row holds, 0 if none");
    };
    ensure!(
        value >= 0.0,
        "`{text}` is negative; a row holds 0 posts or more"
    );
    let rounded = value.round();
    ensure!(
        rounded <= f64::from(u32::MAX),
        "`{text}` is over {}; use shorter rows",
        u32::MAX
    );
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and between 0 and u32::MAX"
    )]
    let posts = rounded as u32;
    Ok(posts)
}

fn parse_interval(text: &str) -> Result<Interval, String> {
    let help = || format!("`{text}` is not a length from 1s to 1d: write 30s, 5m, 1h");
    let digits = text.trim_end_matches(['s', 'm', 'h', 'd']);
    let seconds_in_unit = match text.strip_prefix(digits) {
        Some("s") => 1_u32,
        Some("m") => 60,
        Some("h") => 3600,
        Some("d") => 86_400,
        Some(_) | None => return Err(help()),
    };
    let count: u32 = digits.parse().map_err(|_| help())?;
    match count.checked_mul(seconds_in_unit) {
        Some(seconds @ 1..=86_400) => Ok(Interval(seconds * 1000)),
        Some(_) | None => Err(help()),
    }
}

#[cfg(test)]
mod tests;
