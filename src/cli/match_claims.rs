//! `match-claims`: which fact-checked claim each post of some files resembles.
//!
//! In: claims, one record a line; posts in the plain format, one a line. Out: one JSON line for each post.
//! Rule: every line that is not blank is answered, so that lines in and lines out can be laid side by side.
//! Not here: how a claim is matched (`claims`).

use std::borrow::Cow;
use std::io::{self, BufRead, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::claims::{Claims, Limits, THRESHOLD, Why};
use crate::cli::classify::next_line;
use crate::cli::exit::output_error;
use crate::cli::input::open;
use crate::config::Config;
use crate::service::claims_file;

const EXAMPLES: &str = "\
Examples:
  kentongan match-claims --claims claims.jsonl.gz posts.jsonl | head
  kentongan match-claims --claims claims.jsonl --claims more.jsonl posts.jsonl.gz > matches.jsonl
  echo '{\"text\":\"air garam sembuhkan diabetes\"}' | kentongan match-claims --claims claims.jsonl -

Each line of output: n (its number, from 1 over all files; blank lines are not counted), claim_id (null below
the threshold), best (the nearest claim in any case), score (0 to 1), why {shared, missing, copies}. A match
says that two texts resemble each other, not that a post is false or who began it (docs/hoaxes.md).
Satu baris hasil untuk tiap baris masukan: klaim yang sudah diperiksa mana yang mirip dengannya.";

/// Say for each post which fact-checked claim it resembles, and why
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Fact-checks, one a line: the format of docs/hoaxes.md or `ClaimReview`; .jsonl or .jsonl.gz; repeatable
    #[arg(long, required = true, value_name = "FILE")]
    claims: Vec<PathBuf>,
    /// From this score on a post resembles a claim, 0 to 1
    #[arg(long, default_value_t = THRESHOLD, value_name = "SCORE")]
    threshold: f64,
    /// Posts, one a line: .jsonl, .jsonl.gz, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What is read of a post: a text that is not there is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
}

#[derive(Debug, Default, Serialize)]
struct Answer<'a> {
    n: u64,
    claim_id: Option<&'a str>,
    best: Option<&'a str>,
    score: f64,
    why: Reasons<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Default, Serialize)]
struct Reasons<'a> {
    shared: &'a [Box<str>],
    missing: &'a [Box<str>],
    copies: &'a [Box<str>],
}

/// Matches the files to standard output.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let mut claims = Claims::new(Limits {
        claims: config.claims.max_claims as usize,
        threshold: arguments.threshold,
    });
    for path in &arguments.claims {
        let lines = open(path).with_context(|| format!("opening {}", path.display()))?;
        let longest = config.claims.max_claim_bytes;
        let read = claims_file::read(lines, longest, &mut claims)
            .with_context(|| format!("reading {}", path.display()))?;
        read.warn(path);
    }
    let mut matcher = Matcher {
        claims,
        longest: u64::from(config.ingest.max_post_bytes),
        number: 0,
    };
    let mut output = BufWriter::new(io::stdout().lock());
    for path in &arguments.files {
        let lines = open(path).with_context(|| format!("opening {}", path.display()))?;
        matcher.file(path, lines, &mut output)?;
    }
    output.flush().map_err(output_error)
}

struct Matcher {
    claims: Claims,
    longest: u64,
    number: u64,
}

impl Matcher {
    fn file(
        &mut self,
        path: &Path,
        mut lines: impl BufRead,
        output: &mut impl Write,
    ) -> anyhow::Result<()> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = next_line(&mut lines, &mut line, self.longest);
            if !read.with_context(|| format!("reading {}", path.display()))? {
                return Ok(());
            }
            if !line.trim_ascii().is_empty() {
                self.number += 1;
                self.answer(&line, output).map_err(output_error)?;
            }
        }
    }

    fn answer(&mut self, line: &[u8], output: &mut impl Write) -> io::Result<()> {
        let n = self.number;
        let post: Line<'_> = match serde_json::from_slice(line) {
            Ok(post) => post,
            Err(error) => {
                let error = Some(error.to_string());
                return write_line(
                    &Answer {
                        n,
                        error,
                        ..Answer::default()
                    },
                    output,
                );
            }
        };
        let (title, text) = (
            post.title.unwrap_or_default(),
            post.text.unwrap_or_default(),
        );
        let matches = self.claims.nearest(&format!("{title}\n{text}"), 1);
        let Some(best) = matches.first() else {
            return write_line(
                &Answer {
                    n,
                    ..Answer::default()
                },
                output,
            );
        };
        let id = &*best.claim.id;
        let Why { shared, missing } = &best.why;
        let answer = Answer {
            n,
            claim_id: best.is_match.then_some(id),
            best: Some(id),
            score: (best.score * 1000.0).round() / 1000.0,
            why: Reasons {
                shared,
                missing,
                copies: &best.copies,
            },
            error: None,
        };
        write_line(&answer, output)
    }
}

fn write_line(value: &impl Serialize, output: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *output, value)?;
    output.write_all(b"\n")
}
