//! The made feed itself: a quiet day and its events, in time order.
//!
//! In: settings with a seed. Out: [`MadePost`]s.
//! Rule: equal settings give equal bytes on every machine; memory does not grow with the run.

use super::bank::Bank;
use super::dice::Dice;
use super::script::{Event, MAX_LENGTH, MAX_RATE, ScriptError};
use super::shape::Shape;
use super::truth::{Truth, millis};
use super::voice::Voice;
use super::{MadePost, Settings};
use crate::post::{EventTime, FeedKind};

/// One news item for so many posts of the public.
const SOCIAL_TO_NEWS: f64 = 10.0;

/// Makes posts, one by one, without an end in memory.
#[derive(Debug)]
pub struct Simulation {
    bank: Bank,
    sources: Vec<Source>,
    truths: Vec<Truth>,
}

/// Posts of one kind on one matter, in time order.
#[derive(Debug)]
struct Source {
    event: Option<usize>,
    kind: FeedKind,
    shape: Shape,
    voice: Voice,
    dice: Dice,
    start: EventTime,
    /// Seconds from its start to its next post.
    next: f64,
    /// Seconds from its start after which it is silent.
    length: f64,
}

impl Simulation {
    /// Prepares a run.
    pub fn new(settings: &Settings) -> Result<Self, ScriptError> {
        let rate = settings.rate;
        if !(0.0..=MAX_RATE).contains(&rate) {
            return Err(ScriptError::Setting(format!(
                "a rate of {rate} is not between 0 and {MAX_RATE} posts a second"
            )));
        }
        let bank = Bank::built_in()?;
        let length = settings.length.min(MAX_LENGTH).as_secs_f64();
        let mut simulation = Self {
            bank,
            sources: Vec::new(),
            truths: Vec::new(),
        };
        let news = rate / (SOCIAL_TO_NEWS + 1.0);
        let social = Shape::SocialDay { mean: rate - news };
        simulation.add_day(settings, FeedKind::Social, social, length);
        simulation.add_day(
            settings,
            FeedKind::News,
            Shape::NewsDay { mean: news },
            length,
        );
        for (number, event) in settings.script.events.iter().enumerate() {
            if event.at < length {
                let truth = Truth::new(number, event, settings.start);
                simulation.truths.push(truth);
                simulation.add_event(settings, number, event, length - event.at);
            }
        }
        Ok(simulation)
    }

    /// The events that begin within the run.
    pub fn truths(&self) -> &[Truth] {
        &self.truths
    }

    fn add_day(&mut self, settings: &Settings, kind: FeedKind, shape: Shape, length: f64) {
        let prefix = id_prefix(settings, kind, "d");
        let voice = Voice::of_day(&self.bank, kind, prefix);
        self.add(Source {
            event: None,
            kind,
            shape,
            voice,
            dice: Dice::new(settings.seed, source_number(None, kind)),
            start: settings.start,
            next: 0.0,
            length,
        });
    }

    fn add_event(&mut self, settings: &Settings, number: usize, event: &Event, left: f64) {
        let social = Some((FeedKind::Social, Shape::social(event), 0.0));
        let news = Shape::news(event).map(|(shape, delay)| (FeedKind::News, shape, delay));
        for (kind, shape, delay) in social.into_iter().chain(news) {
            let prefix = id_prefix(settings, kind, &format!("e{number}"));
            let voice = Voice::of_event(&self.bank, event, number, kind, prefix);
            self.add(Source {
                event: Some(number),
                kind,
                shape,
                voice,
                dice: Dice::new(settings.seed, source_number(Some(number), kind)),
                start: settings.start.plus_millis(millis(event.at + delay)),
                next: 0.0,
                length: event.duration.min(left) - delay,
            });
        }
    }

    fn add(&mut self, mut source: Source) {
        source.advance();
        self.sources.push(source);
    }
}

impl Iterator for Simulation {
    type Item = MadePost;

    fn next(&mut self) -> Option<MadePost> {
        let speaking = self.sources.iter_mut().filter(|source| !source.is_over());
        let source = speaking.min_by_key(|source| source.next_at())?;
        let at = source.next_at();
        let line = source.voice.write(&self.bank, at, &mut source.dice);
        source.advance();
        Some(MadePost {
            at,
            kind: source.kind,
            line,
            event: source.event,
        })
    }
}

impl Source {
    fn is_over(&self) -> bool {
        self.next >= self.length
    }

    fn next_at(&self) -> EventTime {
        self.start.plus_millis(millis(self.next))
    }

    /// Finds the time of the next post by thinning (Lewis and Shedler 1979): candidates at the
    /// highest rate, each kept with the share that the present rate has of it.
    fn advance(&mut self) {
        let highest = self.shape.highest();
        while !self.is_over() {
            self.next += self.dice.wait(highest);
            let at = self.next_at().millis();
            if self.is_over() || self.dice.chance(self.shape.at(self.next, at) / highest) {
                return;
            }
        }
    }
}

/// The same event has the same dice whatever else happens.
fn source_number(event: Option<usize>, kind: FeedKind) -> u64 {
    let kind = match kind {
        FeedKind::Social => 0,
        FeedKind::News => 1,
    };
    event.map_or(0, |event| event as u64 + 1) * 2 + kind
}

fn id_prefix(settings: &Settings, kind: FeedKind, matter: &str) -> String {
    let letter = match kind {
        FeedKind::Social => "s",
        FeedKind::News => "n",
    };
    format!("m{}-{matter}{letter}", settings.seed)
}
