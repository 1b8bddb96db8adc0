//! Made posts of several feeds, each in the order in which it arrived, and what each was meant to be.
//!
//! In: a [`Shape`]. Out: a [`World`]; equal shapes give equal worlds.
//! Rule: what a record is meant to be is known from how it was made, never from decoding it.

use kentongan::feed::Refusal;
use kentongan::ingest::InputId;
use kentongan::post::{EventTime, FeedKind};

/// 2026-03-02T00:00:00Z.
const START_MS: i64 = 1_772_409_600_000;
/// How far a post may lie behind, in every world.
pub(crate) const LATENESS_MS: u32 = 60_000;
/// How far ahead of its arrival.
pub(crate) const SKEW_MS: u32 = 20_000;
/// The tag of the burst.
pub(crate) const BURST: &str = "lonjak";
/// The words of a wordy burst.
pub(crate) const WORDS: &str = "kolam renang";
const NOUNS: [&str; 24] = [
    "lemari", "sepatu", "piring", "sendok", "kursi", "bantal", "gelas", "pensil", "kertas",
    "jendela", "tirai", "karpet", "payung", "dompet", "kunci", "lampu", "sabun", "handuk",
    "cermin", "sisir", "kipas", "rantang", "nampan", "teko",
];
const TAGS: [&str; 6] = ["angin", "bukit", "cahaya", "dermaga", "embun", "fajar"];

/// Chance that can be repeated (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number from 0 to below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// An index of something with `length` elements.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }

    /// Milliseconds from 0 to below `limit`.
    pub(crate) fn millis(&mut self, limit: u32) -> i64 {
        i64::try_from(self.below(u64::from(limit))).unwrap()
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// What a world is made from.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    /// Partitions of the social and of the news feed.
    pub(crate) partitions: [u32; 2],
    pub(crate) minutes: u32,
    /// Mean time between two posts of a partition.
    pub(crate) gap_ms: u32,
    /// Refused lines, duplicates, late posts and posts from the future among the others.
    pub(crate) messy: bool,
    /// Nearly every post has tags of its own.
    pub(crate) wide: bool,
    /// Posts say words that no list has; a burst says [`WORDS`] instead of its tag.
    pub(crate) wordy: bool,
    /// When everybody begins to post [`BURST`], minutes from the start, and for how long.
    pub(crate) burst: Option<(u32, u32)>,
}

/// What a record was meant to be.
#[derive(Debug, Clone)]
pub(crate) enum Meant {
    Post {
        name: String,
        created_at: EventTime,
        topics: Vec<String>,
    },
    Refused(Refusal),
}

/// One record of an input partition.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) offset: u64,
    pub(crate) at: EventTime,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) meant: Meant,
}

/// One input partition.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) id: InputId,
    pub(crate) kind: FeedKind,
    pub(crate) records: Vec<Arrived>,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) partitions: [u32; 2],
    pub(crate) start: EventTime,
    pub(crate) inputs: Vec<Input>,
}

impl World {
    pub(crate) fn new(shape: &Shape) -> Self {
        let mut inputs = Vec::new();
        for (feed, kind) in (0_u8..).zip(FeedKind::ALL) {
            for partition in 0..shape.partitions[usize::from(feed)] {
                let seed = shape.seed ^ (u64::from(feed) << 60) ^ (u64::from(partition) << 50);
                let mut maker = Maker {
                    shape,
                    kind,
                    dice: Dice(seed),
                    prefix: format!("{}{partition}", kind.as_str()),
                    records: Vec::new(),
                };
                maker.fill();
                inputs.push(Input {
                    id: InputId { feed, partition },
                    kind,
                    records: maker.records,
                });
            }
        }
        Self {
            partitions: shape.partitions,
            start: EventTime::from_millis(START_MS),
            inputs,
        }
    }
}

struct Maker<'a> {
    shape: &'a Shape,
    kind: FeedKind,
    dice: Dice,
    prefix: String,
    records: Vec<Arrived>,
}

impl Maker<'_> {
    fn fill(&mut self) {
        let start = EventTime::from_millis(START_MS);
        let minute = |minutes: u32| start.plus_millis(i64::from(minutes) * 60_000);
        let (mut at, mut offset) = (start, 0);
        while at < minute(self.shape.minutes) {
            let burst = self.shape.burst;
            let bursts = burst
                .is_some_and(|(from, length)| (minute(from)..minute(from + length)).contains(&at));
            let gap_ms = if bursts { 4_000 } else { 2 * self.shape.gap_ms };
            at = at.plus_millis(self.dice.millis(gap_ms));
            // Transaction markers take offsets too.
            offset += 1 + u64::from(self.dice.once_in(10));
            let (value, meant) = if self.shape.messy && self.dice.once_in(12) {
                self.refused()
            } else if self.shape.messy && self.dice.once_in(6) && !self.records.is_empty() {
                let back = self.dice.index(self.records.len().min(20));
                let again = &self.records[self.records.len() - 1 - back];
                (again.value.clone(), again.meant.clone())
            } else {
                self.post(at, bursts)
            };
            self.records.push(Arrived {
                offset,
                at,
                value,
                meant,
            });
        }
    }

    fn refused(&mut self) -> (Option<Vec<u8>>, Meant) {
        let (value, reason): (Option<&[u8]>, Refusal) = match self.dice.below(6) {
            0 => (None, Refusal::Tombstone),
            1 => (Some(b""), Refusal::Empty),
            2 => (Some(b"air naik"), Refusal::NotJson),
            3 => (Some(b"{\"text\":\"\xff\"}"), Refusal::NotUtf8),
            4 => (Some(br#"{"text":"air naik"}"#), Refusal::NoTime),
            _ => {
                let year_one = br#"{"text":"air","created_at":"0001-01-01T00:00:00Z"}"#;
                (Some(year_one), Refusal::AbsurdTime)
            }
        };
        (value.map(<[u8]>::to_vec), Meant::Refused(reason))
    }

    fn post(&mut self, at: EventTime, bursts: bool) -> (Option<Vec<u8>>, Meant) {
        let created_at = self.created_at(at);
        let number = self.records.len();
        let name = format!("{}-{number}", self.prefix);
        let mut text = format!("kabar {number}");
        let mut topics = Vec::new();
        let mut tag = |tag: &str| {
            text.push_str(" #");
            text.push_str(tag);
            topics.push(format!("tag:{tag}"));
        };
        if bursts && !self.shape.wordy {
            tag(BURST);
        } else if self.shape.wide {
            (0..4).for_each(|each| tag(&format!("t{number}x{each}")));
        } else {
            for tagged in TAGS {
                if self.dice.once_in(5) {
                    tag(tagged);
                }
            }
        }
        if self.shape.wordy {
            if bursts {
                text.extend([" ", WORDS]);
            }
            for _ in 0..3 {
                let [noun, other] = [(); 2].map(|()| NOUNS[self.dice.index(NOUNS.len())]);
                text.extend([" ", noun, other]);
            }
        }
        if self.dice.once_in(15) {
            text.push_str(" banjir");
            topics.push("hazard:banjir".to_owned());
        }
        let author = self.dice.below(200);
        let value = format!(
            r#"{{"id":"{name}","author":"warga{author}","created_at":"{created_at}","text":"{text}"}}"#
        );
        let meant = Meant::Post {
            name,
            created_at,
            topics,
        };
        (Some(value.into_bytes()), meant)
    }

    /// News is placed by its arrival, whatever time it claims.
    fn created_at(&mut self, at: EventTime) -> EventTime {
        let ahead = self.shape.messy && self.dice.once_in(20);
        let far_behind = self.dice.once_in(6);
        if self.kind == FeedKind::News {
            at.plus_millis(self.dice.millis(600_000) - 300_000)
        } else if ahead {
            at.plus_millis(self.dice.millis(2 * SKEW_MS))
        } else if far_behind {
            let most = if self.shape.messy {
                2 * LATENESS_MS
            } else {
                LATENESS_MS
            };
            at.plus_millis(-self.dice.millis(most))
        } else {
            at.plus_millis(-self.dice.millis(8_000))
        }
    }
}
