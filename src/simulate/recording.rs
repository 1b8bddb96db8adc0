//! A recording played again: at another time, faster, several rounds, each with new ids.
//!
//! In: the lines of a recording, plain format. Out: [`MadePost`]s.
//! Rule: only `id` and `created_at` change, the rest of a line stays byte for byte; a line whose
//! time cannot be read is passed on as it is, so that bad records stay bad. One line is in memory.
//! Not here: opening the file (`open` does it, once a round).

use std::io::{self, BufRead};
use std::num::NonZeroU32;
use std::ops::Range;

use jiff::Timestamp;

use super::MadePost;
use super::scan::{Found, find};
use crate::post::{EventTime, FeedKind};

/// Longest accepted line, bytes.
const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

/// How a recording is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Replay {
    /// The time of the first post; `None`: as recorded.
    pub rebase: Option<EventTime>,
    /// How many times faster, more than 0.
    pub speed: f64,
    /// How many rounds, one after another.
    pub rounds: NonZeroU32,
}

/// Why a recording cannot be played on.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("reading the recording, round {round}, line {line}")]
    Read {
        /// From 1.
        round: u32,
        /// From 1.
        line: u64,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A line without an end.
    #[error("round {round}, line {line} is longer than {MAX_LINE_BYTES} bytes: one post a line")]
    LineTooLong {
        /// From 1.
        round: u32,
        /// From 1.
        line: u64,
    },
}

/// Plays a recording; `open` opens it anew for each round.
pub struct Recording<O, R> {
    open: O,
    replay: Replay,
    reader: Option<R>,
    round: u32,
    line: u64,
    buffer: Vec<u8>,
    /// The recorded time of the first post, and the time that it is moved to in this round.
    first: Option<EventTime>,
    base: EventTime,
    /// The newest time so far, and how many posts of this round have one.
    newest: EventTime,
    timed: i64,
    ended: bool,
}

impl<O: FnMut() -> io::Result<R>, R: BufRead> Recording<O, R> {
    /// Prepares to play what `open` opens.
    pub fn new(open: O, replay: Replay) -> Self {
        Self {
            open,
            replay,
            reader: None,
            round: 1,
            line: 0,
            buffer: Vec::new(),
            first: None,
            base: EventTime::default(),
            newest: EventTime::default(),
            timed: 0,
            ended: false,
        }
    }

    /// The next line that is not blank stands in the buffer; `false` at the end of the round.
    fn read_line(&mut self) -> Result<bool, RecordingError> {
        let (round, line) = (self.round, self.line + 1);
        let failed = |source| RecordingError::Read {
            round,
            line,
            source,
        };
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert((self.open)().map_err(failed)?),
        };
        loop {
            self.line += 1;
            self.buffer.clear();
            let mut limited = io::Read::take(&mut *reader, MAX_LINE_BYTES + 1);
            let read = limited
                .read_until(b'\n', &mut self.buffer)
                .map_err(failed)?;
            if read as u64 > MAX_LINE_BYTES {
                return Err(RecordingError::LineTooLong {
                    round,
                    line: self.line,
                });
            }
            if read == 0 || !self.buffer.trim_ascii().is_empty() {
                return Ok(read > 0);
            }
        }
    }

    /// The next round begins where this one ends, after one more gap of its mean.
    fn begin_next_round(&mut self) {
        let span = self.newest.millis_since(self.base);
        let gap = (span / (self.timed - 1).max(1)).max(1);
        self.base = self.newest.plus_millis(gap);
        self.round += 1;
        self.reader = None;
        self.line = 0;
        self.timed = 0;
    }

    /// The post in the buffer, re-timed.
    fn post(&mut self) -> MadePost {
        let text = String::from_utf8_lossy(self.buffer.trim_ascii());
        let Some((found, recorded)) = find(&text).and_then(|found| {
            let recorded = time(text.get(found.created_at.clone()?)?)?;
            Some((found, recorded))
        }) else {
            return MadePost {
                at: self.newest,
                kind: FeedKind::Social,
                line: text.into_owned(),
                event: None,
            };
        };
        let first = *self.first.get_or_insert_with(|| {
            self.base = self.replay.rebase.unwrap_or(recorded);
            recorded
        });
        let since = faster(recorded.millis_since(first), self.replay.speed);
        let at = self.base.plus_millis(since);
        self.newest = self.newest.max(at);
        self.timed += 1;
        let is_news = found.kind.clone().and_then(|kind| text.get(kind)) == Some(r#""news""#);
        MadePost {
            at,
            kind: if is_news {
                FeedKind::News
            } else {
                FeedKind::Social
            },
            line: self.rewritten(&text, &found, at),
            event: None,
        }
    }

    /// The line with a new time and a new id. An id says its round and where the round began, so
    /// that a recording that is played twice at two times has no id twice.
    fn rewritten(&self, text: &str, found: &Found, at: EventTime) -> String {
        let (base, round) = (self.base.millis(), self.round);
        let old = found.id.clone().and_then(|id| text.get(id));
        let old = old.map(|id| id.trim_matches('"')).unwrap_or_default();
        let id = match old {
            "" | "null" => format!("\"r{base:x}.{round}-line{}\"", self.line),
            old => format!("\"r{base:x}.{round}-{old}\""),
        };
        let created_at = format!("\"{at}\"");
        let time_range = found.created_at.clone().unwrap_or_default();
        match &found.id {
            Some(id_range) if id_range.start < time_range.start => {
                spliced(text, [(id_range.clone(), &id), (time_range, &created_at)])
            }
            Some(id_range) => spliced(text, [(time_range, &created_at), (id_range.clone(), &id)]),
            None => {
                let member = format!("\"id\":{id},");
                let inside = found.inside..found.inside;
                spliced(text, [(inside, &member), (time_range, &created_at)])
            }
        }
    }
}

impl<O: FnMut() -> io::Result<R>, R: BufRead> Iterator for Recording<O, R> {
    type Item = Result<MadePost, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.read_line() {
                Ok(true) => return Some(Ok(self.post())),
                Ok(false) if self.round < self.replay.rounds.get() => self.begin_next_round(),
                Ok(false) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

/// Reads the value of `created_at`.
fn time(value: &str) -> Option<EventTime> {
    let text = value.strip_prefix('"')?.strip_suffix('"')?;
    let time: Timestamp = text.parse().ok()?;
    Some(EventTime::from_millis(time.as_millisecond()))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a float holds every span of a recording to the millisecond; casts saturate"
)]
fn faster(millis: i64, speed: f64) -> i64 {
    (millis as f64 / speed).round() as i64
}

/// `text` with two ranges replaced, given in order.
fn spliced(text: &str, parts: [(Range<usize>, &str); 2]) -> String {
    let mut line = String::with_capacity(text.len() + 64);
    let mut copied = 0;
    for (range, replacement) in parts {
        line.push_str(text.get(copied..range.start).unwrap_or_default());
        line.push_str(replacement);
        copied = range.end;
    }
    line.push_str(text.get(copied..).unwrap_or_default());
    line
}
