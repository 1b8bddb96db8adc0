//! One open incident: its topics, which of them leads, what was told last.
//!
//! In: signals of its topics. Out: whether there is news, and the revisions that tell it.
//! Rule: the level never falls while it is open; revisions count without gaps; a revision that only
//! adds to what was told waits for the interval, one that raises the level does not.
//! Not here: which topics belong together (`kinship`), the life of all incidents (`mod`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::assess;
use super::frozen::FeedStates;
use super::kinship::{Bond, Facet};
use super::people::People;
use super::resembled::{self, Resembled};
use super::{CaseNumber, Character, EpisodeId, Level, Reason, Revision, Status};
use crate::config::Levels;
use crate::detect::Signal;
use crate::post::{EventTime, TopicKey};

/// Topics that a revision names.
const MOST_TOPICS: usize = 64;
/// Topics that have calmed and are still compared with new ones.
const MOST_CALMED: usize = 16;
/// A topic with so many times the leading one's posts leads, whatever their classes.
const FAR_LARGER: u32 = 8;

/// One incident.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Case {
    id: String,
    /// Its place among all that opened.
    pub(super) number: CaseNumber,
    revision: u32,
    level: Level,
    opened_at: EventTime,
    updated_at: EventTime,
    /// Topics in the order in which they joined, those that have calmed too.
    topics: Vec<TopicKey>,
    /// Episodes that go on.
    pub(super) members: BTreeMap<EpisodeId, Facet>,
    /// Those that are over, the newest last: their talk can begin again.
    calmed: VecDeque<Facet>,
    lead: Lead,
    /// The feeds that its posts came from.
    feeds: BTreeSet<String>,
    /// Whether one of them has stopped.
    frozen: bool,
    claims: Vec<Resembled>,
    pub(super) people: People,
    told: Told,
    /// When it ended.
    ended_at: Option<EventTime>,
    merged_into: Option<String>,
}

/// The topic that speaks for the incident.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Lead {
    facet: Facet,
    signal: Box<Signal>,
}

/// What the last revision said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    at: EventTime,
    level: Level,
    character: Character,
    posts: u32,
    topics: usize,
    claims: usize,
    frozen: bool,
}

impl Case {
    /// The incident that `signal` opens.
    pub(super) fn open(
        number: CaseNumber,
        episode: EpisodeId,
        signal: Signal,
        levels: &Levels,
    ) -> Self {
        let facet = Facet::new(&signal);
        let (character, _) = assess::character(&signal.counts);
        let level = assess::level(levels, &signal, character);
        Self {
            id: incident_id(&signal),
            number,
            revision: 0,
            level,
            opened_at: signal.opened_at,
            updated_at: signal.at,
            topics: vec![signal.topic.clone()],
            members: BTreeMap::from([(episode, facet.clone())]),
            calmed: VecDeque::new(),
            told: Told {
                at: signal.at,
                level,
                character,
                posts: facet.posts,
                topics: 1,
                claims: 0,
                frozen: false,
            },
            feeds: feeds_of(&signal).collect(),
            frozen: false,
            claims: Vec::new(),
            people: People::default(),
            ended_at: None,
            merged_into: None,
            lead: Lead {
                facet,
                signal: Box::new(signal),
            },
        }
    }

    /// Its name, made from the first signal.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// How urgent it is.
    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// Whether it has ended, though its talk may go on.
    pub(super) fn is_over(&self) -> bool {
        self.ended_at.is_some()
    }

    /// The older incident that it turned out to be.
    pub(super) fn merged_into(&self) -> Option<&str> {
        self.merged_into.as_deref()
    }

    /// Whether one of its feeds has stopped, so that nothing can be said about its end.
    pub(super) fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Notes how the feeds are.
    pub(super) fn freeze(&mut self, states: &FeedStates) {
        self.frozen = states.misses_any(&self.feeds);
    }

    /// The strongest bond of `facet` with one of its topics, calm or not.
    pub(super) fn bond(&self, facet: &Facet) -> Option<Bond> {
        let topics = self.members.values().chain(&self.calmed);
        let topics = topics.filter(|member| self.lead.facet.lets_join(facet, member));
        topics.filter_map(|member| member.bond(facet)).max()
    }

    /// Whether the leading topics of both are one event: more than a shared place.
    pub(super) fn is_one_with(&self, other: &Self) -> bool {
        self.lead.facet.bond(&other.lead.facet) > Some(Bond::Place)
    }

    /// Takes what `signal` says of one of its topics, new or known.
    pub(super) fn take(&mut self, episode: EpisodeId, signal: Signal, levels: &Levels) {
        let facet = Facet::new(&signal);
        let (character, _) = assess::character(&signal.counts);
        self.level = self.level.max(assess::level(levels, &signal, character));
        self.join(&signal.topic);
        self.feeds.extend(feeds_of(&signal));
        self.members.insert(episode, facet.clone());
        self.follow(facet, signal);
    }

    /// Its posts resemble the claims `found`: that may raise its level.
    pub(super) fn resemble(&mut self, found: Vec<Resembled>, levels: &Levels) {
        self.level = self.level.max(assess::level_by_claims(levels, &found));
        for one in found {
            resembled::join(&mut self.claims, one);
        }
    }

    /// One of its topics has calmed; true when it was the last.
    pub(super) fn calm(&mut self, episode: &EpisodeId, signal: Signal) -> bool {
        self.calmed.extend(self.members.remove(episode));
        self.forget_calmed();
        self.updated_at = self.updated_at.max(signal.at);
        if self.lead.facet.topic == signal.topic {
            *self.lead.signal = signal;
        }
        self.members.is_empty()
    }

    /// Takes everything that `other` holds.
    pub(super) fn absorb(&mut self, other: Self) {
        self.level = self.level.max(other.level);
        other.topics.iter().for_each(|topic| self.join(topic));
        self.members.extend(other.members);
        self.calmed.extend(other.calmed);
        self.forget_calmed();
        self.feeds.extend(other.feeds);
        self.frozen |= other.frozen;
        for one in other.claims {
            resembled::join(&mut self.claims, one);
        }
        self.people.join(other.people);
        self.follow(other.lead.facet, *other.lead.signal);
    }

    /// The revision that is due at `now`, if there is news.
    pub(super) fn news(&mut self, now: EventTime, interval_ms: i64) -> Option<Revision> {
        let (character, _) = assess::character(&self.lead.signal.counts);
        let rested = now.millis_since(self.updated_at) >= interval_ms;
        let (status, reason) = if self.level > self.told.level {
            (Status::Escalated, Reason::LevelRaised)
        } else if self.is_over() {
            return None;
        } else if self.frozen && !self.told.frozen {
            // Event time may stand still with the feed, so this does not wait for it.
            (Status::Updated, Reason::DataState)
        } else if !rested {
            return None;
        } else if self.frozen != self.told.frozen {
            (Status::Updated, Reason::DataState)
        } else if character != self.told.character {
            (Status::Updated, Reason::CharacterChanged)
        } else if self.claims.len() > self.told.claims {
            (Status::Updated, Reason::ClaimFound)
        } else if self.topics.len() > self.told.topics {
            (Status::Updated, Reason::TopicsJoined)
        } else if self.lead.facet.posts / 2 >= self.told.posts {
            (Status::Updated, Reason::Growth)
        } else {
            return None;
        };
        self.updated_at = self.updated_at.max(now);
        if self.ended_at.take().is_some() {
            self.people.begin_anew();
        }
        if status == Status::Escalated {
            self.people.snoozed = None;
        }
        Some(self.revise(status, reason))
    }

    /// The first revision.
    pub(super) fn opened(&mut self) -> Revision {
        self.revise(Status::Opened, Reason::Spike)
    }

    /// The last revision: it is over.
    pub(super) fn resolved(&mut self) -> Revision {
        self.revise(Status::Resolved, Reason::Calm)
    }

    /// The last revision: it goes on under the name of `older`.
    pub(super) fn merged(&mut self, older: &str, now: EventTime) -> Revision {
        self.updated_at = self.updated_at.max(now);
        self.merged_into = Some(older.to_owned());
        self.revise(Status::Resolved, Reason::Merged)
    }

    /// The revision of a person's action. It does not put off what the talk has to tell.
    pub(super) fn told_by_people(
        &mut self,
        status: Status,
        reason: Reason,
        passed: EventTime,
    ) -> Revision {
        if reason == Reason::Reopened {
            self.ended_at = None;
        }
        self.told.at = self.told.at.max(passed);
        self.revise(status, reason)
    }

    fn forget_calmed(&mut self) {
        let over = self.calmed.len().saturating_sub(MOST_CALMED);
        self.calmed.drain(..over);
    }

    fn join(&mut self, topic: &TopicKey) {
        if self.topics.len() < MOST_TOPICS && !self.topics.contains(topic) {
            self.topics.push(topic.clone());
        }
    }

    /// Lets the topic lead, if it is the leading one or outranks it.
    fn follow(&mut self, facet: Facet, signal: Signal) {
        let lead = &self.lead.facet;
        let far_larger = |one: &Facet, two: &Facet| one.posts / FAR_LARGER > two.posts;
        let outranks = facet.rank() < lead.rank() && !far_larger(lead, &facet);
        let same_rank = facet.rank() == lead.rank() && facet.posts / 2 > lead.posts;
        if facet.topic == lead.topic || outranks || same_rank || far_larger(&facet, lead) {
            let signal = Box::new(signal);
            self.lead = Lead { facet, signal };
        }
    }

    fn revise(&mut self, status: Status, reason: Reason) -> Revision {
        self.revision += 1;
        let signal = (*self.lead.signal).clone();
        let (character, character_why) = assess::character(&signal.counts);
        let at = self.updated_at.max(self.told.at);
        if status == Status::Resolved {
            self.ended_at.get_or_insert(at);
        }
        self.told = Told {
            at,
            level: self.level,
            character,
            posts: self.lead.facet.posts,
            topics: self.topics.len(),
            claims: self.claims.len(),
            frozen: self.frozen,
        };
        Revision {
            incident: self.id.clone(),
            revision: self.revision,
            status,
            reason,
            level: self.level,
            character,
            character_why,
            topics: self.topics_led_by(&signal.topic),
            opened_at: self.opened_at,
            updated_at: at,
            resolved_at: self.ended_at,
            merged_into: self.merged_into.clone(),
            claims: self.claims.clone(),
            people: self.people.clone(),
            frozen: self.frozen,
            config_digest: None,
            signal,
        }
    }

    fn topics_led_by(&self, lead: &TopicKey) -> Vec<TopicKey> {
        let others = self.topics.iter().filter(|topic| *topic != lead);
        std::iter::once(lead).chain(others).cloned().collect()
    }
}

fn feeds_of(signal: &Signal) -> impl Iterator<Item = String> {
    let with_posts = signal.feeds.iter().filter(|&&(_, posts)| posts > 0);
    with_posts.map(|(name, _)| name.clone())
}

/// Made from the data alone: the day of the onset and the episode.
fn incident_id(signal: &Signal) -> String {
    let day: String = signal
        .onset_at
        .to_string()
        .chars()
        .take(10)
        .filter(|c| *c != '-')
        .collect();
    format!("{day}-{}", signal.episode)
}
