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
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn scored(input: &str) -> anyhow::Result<String> {
        let mut output = Vec::new();
        let scorer = SeriesScorer::new(300_000, Settings::default());
        score(input.as_bytes(), &mut output, scorer)?;
        Ok(String::from_utf8(output)?)
    }

    fn refusal(input: &str) -> String {
        format!("{:#}", scored(input).unwrap_err())
    }

    fn file(rows: usize) -> String {
        let mut text = "timestamp,value\n".to_owned();
        for row in 0..rows {
            let (hour, minute) = (row / 12 % 24, row % 12 * 5);
            let value = row * 7919 % 13 + if row == 500 { 90 } else { 0 };
            let day = row / 288 + 1;
            writeln!(text, "2026-03-{day:02} {hour:02}:{minute:02}:00,{value}").unwrap();
        }
        text
    }

    #[test]
    fn a_cut_file_gives_the_same_bytes_for_its_rows() {
        let whole = scored(&file(900)).unwrap();
        for rows in [1, 2, 499, 501, 777] {
            let cut = scored(&file(rows)).unwrap();
            assert!(whole.starts_with(&cut), "the rows before the cut changed");
            assert_eq!(cut.lines().count(), rows + 1);
        }
        let alerts: Vec<&str> = whole.lines().filter(|line| line.ends_with(",1")).collect();
        assert_eq!(alerts.len(), 1);
        assert!(alerts[0].starts_with("2026-03-02 17:40:00,"), "{alerts:?}");
    }

    #[test]
    fn the_text_of_a_row_is_passed_through() {
        let input =
            "timestamp,value\r\n2026-03-04T05:06:07+07:00, 3.40\r\n\r\n2026-03-04 05:11:07,0\r\n";
        let output = scored(input).unwrap();
        let rows: Vec<&str> = output.lines().skip(1).collect();
        assert!(rows[0].starts_with("2026-03-04T05:06:07+07:00, 3.40,"));
        assert!(rows[1].starts_with("2026-03-04 05:11:07,0,"));
        assert_eq!(scored("timestamp,value\n").unwrap().lines().count(), 1);
    }

    #[test]
    fn a_row_that_is_not_later_is_passed_through_without_a_score() {
        let output = scored("timestamp,value\n2026-03-04 05:10:00,4\n2026-03-04 05:10:00,4000\n2026-03-04 05:05:00,4000\n").unwrap();
        let ends = output
            .lines()
            .skip(2)
            .all(|line| line.ends_with(",0.0000,0.0000,0"));
        assert!(ends, "{output}");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        let row = |row: &str| refusal(&format!("timestamp,value\n2026-03-04 05:10:00,4\n{row}\n"));
        insta::assert_snapshot!(
            [
                refusal(""),
                refusal("time,count\n"),
                row("2026-03-04 05:15:00"),
                row("2026-03-04 05:15:00,1,2"),
                row("yesterday,1"),
                row("2026-13-04 05:15:00,1"),
                row("2026-03-04 05:15:00,"),
                row("2026-03-04 05:15:00,many"),
                row("2026-03-04 05:15:00,NaN"),
                row("2026-03-04 05:15:00,-1"),
                row("2026-03-04 05:15:00,1e300"),
                row(&"9".repeat(5000)),
            ]
            .join("\n")
        );
    }

    #[test]
    fn intervals_are_lengths_up_to_a_day() {
        assert_eq!(parse_interval("5m"), Ok(Interval(300_000)));
        assert_eq!(parse_interval("1d"), Ok(Interval(86_400_000)));
        for wrong in [
            "",
            "5",
            "m",
            "0s",
            "25h",
            "5 m",
            "-5m",
            "5ms",
            "99999999999d",
        ] {
            assert!(parse_interval(wrong).is_err(), "{wrong}");
        }
    }
}
