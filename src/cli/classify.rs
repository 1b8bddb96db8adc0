//! `classify`: the verdict on each post of some files, with every witness and its weight.
//!
//! In: lines, each a post, in the plain format unless told. Out: one JSON line for each.
//! Rule: a post that has a text is judged even if its time is missing or cannot be read; a line that is
//! no post is answered with an error, so that lines in and lines out can be laid side by side.
//! Not here: what makes a post relevant (`relevance`), which topics it has (`topic`).

use std::io::{self, BufRead, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::input::open;
use crate::config::{Config, Format};
use crate::feed::{AccountKey, Decoder, Refusal};
use crate::post::Post;
use crate::relevance::{Gate, PlaceCode, Reading};
use crate::service::lists::{self, Loaded};
use crate::topic::{Extractor, PostTopics};

const EXAMPLES: &str = "\
Examples:
  kentongan classify posts.jsonl | head
  kentongan classify posts.jsonl.gz more.jsonl > verdicts.jsonl
  echo '{\"text\":\"Banjir di Demak\"}' | kentongan classify -
  kentongan classify --format auto recorded-feed.jsonl

Each line of output: n (its number, from 1 over all files; blank lines are not counted), id, relevant,
score, evidence [{witness, found, weight}], places [], topics []. A line that is no JSON object or has
neither text nor title gives n, relevant false and error. created_at may be missing here.
Satu baris hasil untuk tiap baris masukan: menyangkut Indonesia atau tidak, dan apa buktinya.";

/// Say for each post whether it touches Indonesia, and why
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// How the lines are written: a format of docs/formats.md, or auto
    #[arg(long, default_value = "plain", value_name = "FORMAT", value_parser = format)]
    format: Format,
    /// Posts, one a line: .jsonl, .jsonl.gz, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// A time for posts that have none: it has no part in the verdict.
const NO_TIME: &str = "2000-01-01T00:00:00Z";

#[derive(Debug, Serialize)]
struct Verdict<'a> {
    n: u64,
    id: &'a str,
    relevant: bool,
    score: f64,
    evidence: Vec<Witness<'a>>,
    places: Vec<&'a str>,
    topics: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the output's")]
struct Witness<'a> {
    witness: &'static str,
    found: &'a str,
    weight: f64,
}

#[derive(Debug, Serialize)]
struct Failure<'a> {
    n: u64,
    relevant: bool,
    error: &'a str,
}

/// Classifies the files to standard output.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let mut classifier = Classifier::new(lists::load(config)?, config, arguments.format);
    let mut output = BufWriter::new(io::stdout().lock());
    for path in &arguments.files {
        let lines = open(path).with_context(|| format!("opening {}", path.display()))?;
        if !classifier.file(path, lines, &mut output)? {
            return Ok(());
        }
    }
    open_pipe(output.flush())?;
    Ok(())
}

/// The format of that name that needs no configuration.
pub(super) fn format(name: &str) -> Result<Format, String> {
    let known = Format::ALL
        .iter()
        .filter(|format| **format != Format::Paths);
    let words: Vec<&str> = known.map(|format| format.as_str()).collect();
    let format = Format::parse(name).filter(|format| *format != Format::Paths);
    format.ok_or_else(|| format!("write one of {}", words.join(", ")))
}

/// Whether somebody still reads: nobody does behind `| head`, and that is no failure.
fn open_pipe(written: io::Result<()>) -> anyhow::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("writing to standard output"),
    }
}

struct Classifier {
    gate: Gate,
    extractor: Extractor,
    decoder: Decoder,
    format: Format,
    longest: u64,
    number: u64,
    reading: Reading,
    topics: PostTopics,
}

impl Classifier {
    fn new(lists: Loaded, config: &Config, format: Format) -> Self {
        let longest = config.ingest.max_post_bytes;
        // Accounts are not shown, so that any key serves.
        let decoder = Decoder::new(AccountKey::new([0; 16]), longest as usize);
        Self {
            gate: lists.gate,
            extractor: Extractor::with_watchlist(&config.topics, lists.watchlist),
            decoder,
            format,
            longest: u64::from(longest),
            number: 0,
            reading: Reading::default(),
            topics: PostTopics::default(),
        }
    }

    /// Classifies the lines of one file; false when nobody reads the output any more.
    fn file(
        &mut self,
        path: &Path,
        mut lines: impl BufRead,
        output: &mut impl Write,
    ) -> anyhow::Result<bool> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = next_line(&mut lines, &mut line, self.longest);
            if !read.with_context(|| format!("reading {}", path.display()))? {
                return Ok(true);
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            self.number += 1;
            if !open_pipe(self.line(&line, output))? {
                return Ok(false);
            }
        }
    }

    fn line(&mut self, line: &[u8], output: &mut impl Write) -> io::Result<()> {
        let format = self.format;
        let decoder = self.decoder.clone();
        if let Ok(post) = decoder.decode(format, Some(line)) {
            return self.verdict(&post, output);
        }
        // A time has no part in the verdict, and in the plain format it is easy to put in.
        let timed = Some(line)
            .filter(|_| format == Format::Plain)
            .and_then(with_time);
        let bytes = timed.as_deref().unwrap_or(line);
        match decoder.decode(format, Some(bytes)) {
            Ok(post) => self.verdict(&post, output),
            Err(refused) => {
                let plain = format == Format::Plain;
                let missing = plain && refused.reason == Refusal::NoTime && timed.is_none();
                let reason = if missing {
                    Refusal::NoText
                } else {
                    refused.reason
                };
                let error = format!("{reason} {}", refused.detail);
                self.failure(error.trim_end(), output)
            }
        }
    }

    fn failure(&self, error: &str, output: &mut impl Write) -> io::Result<()> {
        let failure = Failure {
            n: self.number,
            relevant: false,
            error,
        };
        write_line(&failure, output)
    }

    fn verdict(&mut self, post: &Post<'_>, output: &mut impl Write) -> io::Result<()> {
        self.gate.read(post, &mut self.reading);
        self.extractor
            .extract(post, &self.reading, &mut self.topics);
        let evidence = self.reading.evidence().map(|evidence| Witness {
            witness: evidence.witness.as_str(),
            found: evidence.found,
            weight: rounded(evidence.weight),
        });
        let verdict = Verdict {
            n: self.number,
            id: &post.id,
            relevant: self.reading.relevant,
            score: rounded(self.reading.score),
            evidence: evidence.collect(),
            places: self.reading.places.iter().map(PlaceCode::as_str).collect(),
            topics: self.topics.keys().collect(),
        };
        write_line(&verdict, output)
    }
}

/// Reads up to the end of a line, and of it no more than a refusal needs.
pub(super) fn next_line(
    lines: &mut impl BufRead,
    line: &mut Vec<u8>,
    longest: u64,
) -> io::Result<bool> {
    let read = lines.by_ref().take(longest + 2).read_until(b'\n', line)?;
    if read > 0 && line.last() != Some(&b'\n') {
        lines.skip_until(b'\n')?;
    }
    Ok(read > 0)
}

/// The same object with a time that can be read; `None` if it is no object.
fn with_time(line: &[u8]) -> Option<Vec<u8>> {
    let mut object: Map<String, Value> = serde_json::from_slice(line).ok()?;
    object.insert("created_at".to_owned(), Value::from(NO_TIME));
    serde_json::to_vec(&object).ok()
}

fn write_line(value: &impl Serialize, output: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *output, value)?;
    output.write_all(b"\n")
}

/// Three digits behind the point: more would be noise.
fn rounded(value: f32) -> f64 {
    (f64::from(value) * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `classify` answers to `input`, a value for each line.
    fn answers(input: &str) -> Vec<Value> {
        let config = Config::built_in().unwrap();
        let mut classifier = Classifier::new(lists::load(&config).unwrap(), &config, Format::Plain);
        let mut output = Vec::new();
        let more = classifier.file(Path::new("-"), input.as_bytes(), &mut output);
        assert!(more.unwrap());
        let lines = std::str::from_utf8(&output).unwrap().lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn each_line_has_its_answer_in_order() {
        let input = "{\"id\":\"a\",\"text\":\"Banjir di Demak, warga mengungsi\"}\n\n\
                     nonsense\n{\"id\":\"c\",\"text\":\"hello\",\"created_at\":null}\n";
        let answers = answers(input);
        let short: Vec<_> = answers
            .iter()
            .map(|answer| {
                (
                    answer["n"].as_u64(),
                    answer["id"].as_str(),
                    answer["relevant"].as_bool(),
                )
            })
            .collect();
        assert_eq!(
            short,
            [
                (Some(1), Some("a"), Some(true)),
                (Some(2), None, Some(false)),
                (Some(3), Some("c"), Some(false)),
            ]
        );
        assert!(answers[1]["error"].is_string());
        assert_eq!(answers[0]["topics"][0], "hazard:banjir@ID-3321");
        assert_eq!(answers[0]["places"][1], "ID-JT");
    }

    #[test]
    fn a_post_without_a_usable_time_is_judged_all_the_same() {
        for time in ["null", "\"yesterday\"", "\"0001-01-01T00:00:00Z\"", "7"] {
            let line = format!("{{\"created_at\":{time},\"title\":\"Indonesia\",\"text\":null}}");
            assert_eq!(answers(&line)[0]["relevant"], true, "{time}");
        }
    }

    #[test]
    fn what_is_no_post_is_an_error() {
        for line in [
            "7",
            "[]",
            "{}",
            "{\"text\":\"\"}",
            "{\"text\":null,\"title\":null}",
            "{\"text\":7}",
        ] {
            let answer = &answers(line)[0];
            assert!(answer["error"].is_string(), "{line}: {answer}");
            assert_eq!(answer["relevant"], false);
        }
    }

    #[test]
    fn weights_of_the_evidence_add_up() {
        let answer = &answers("{\"text\":\"Jakarta, Bandung dan Surabaya kebanjiran\"}")[0];
        let weights = answer["evidence"].as_array().unwrap().iter();
        let sum: f64 = weights.map(|found| found["weight"].as_f64().unwrap()).sum();
        assert!((sum - answer["score"].as_f64().unwrap()).abs() < 0.01);
    }
}
