//! Windows are judged; episodes open, go on and end.
//!
//! In: panes that can be judged. Out: signals.
//! Rule: a single account never opens an episode, and at most one episode of a topic is open.

use xxhash_rust::xxh3::xxh3_64;

use super::describe;
use super::describe::Occasion;
use super::episode::{Episode, Size};
use super::excess::PHRASES;
use super::heard::Heard;
use super::judge::{Finding, Standard};
use super::ramp;
use super::tail;
use super::topics::TopicId;
use super::track::Track;
use super::{Change, Detector, SignalRecord, Tick, WindowEvidence};
use crate::post::{EventTime, FeedKind};
use crate::window::{Pane, Scale};

/// Posts this much older than the batch that brought them are old news: detect is catching up.
const DELAYED_MS: i64 = 600_000;

impl Detector {
    pub(super) fn standard(
        &self,
        id: TopicId,
        kind: FeedKind,
        pane: Pane,
    ) -> Option<(Standard<'_>, &Track)> {
        let topic = self.topics.get(id)?;
        let state = self.kinds.get(kind);
        let standard = Standard::new(
            &self.settings,
            &state.volume,
            topic.class,
            state.learned,
            pane,
        )?;
        Some((standard, topic.track(kind)?))
    }

    /// Tests the open panes from `first` to before `end` that have become ready to be judged.
    pub(super) fn test_touched(
        &mut self,
        kind: FeedKind,
        first: Pane,
        end: Pane,
        signals: &mut Vec<SignalRecord>,
    ) {
        if first >= end {
            return;
        }
        let touched = self.kinds.get(kind).touched.range(first..end);
        let ready: Vec<(Pane, TopicId)> = touched
            .flat_map(|(&pane, ids)| ids.iter().map(move |&id| (pane, id)))
            .collect();
        for (pane, id) in ready {
            self.test(id, kind, pane, signals);
        }
    }

    /// Judges the windows that end with `pane`; a spike opens an episode or keeps it going.
    pub(super) fn test(
        &mut self,
        id: TopicId,
        kind: FeedKind,
        pane: Pane,
        signals: &mut Vec<SignalRecord>,
    ) -> Option<Finding> {
        let (standard, track) = self.standard(id, kind, pane)?;
        let finding = standard.judge(track)?;
        let is_warm = standard.is_warm();
        let episode = self.topics.get(id)?.episode.as_ref();
        let open = episode.is_some();
        let is_new = finding.is_spike() && episode.is_none_or(|episode| !episode.has_seen(kind));
        let onset = is_new.then(|| standard.onset(track)).flatten();
        if open {
            self.continue_episode(id, kind, pane, (finding, onset), signals);
        } else if is_warm && finding.is_spike() {
            self.open_episode(id, kind, pane, (finding, onset), signals);
        }
        Some(finding)
    }

    /// Tests the days of the topics whose hour has just been learned.
    pub(super) fn test_days(&mut self, kind: FeedKind, signals: &mut Vec<SignalRecord>) {
        let over = std::mem::take(&mut self.kinds.get_mut(kind).hours_over);
        for (hour, id) in over {
            self.test_day(id, kind, hour, signals);
        }
    }

    fn test_day(
        &mut self,
        id: TopicId,
        kind: FeedKind,
        hour: i64,
        signals: &mut Vec<SignalRecord>,
    ) -> Option<()> {
        let pane = last_pane(hour);
        let topic = self.topics.get_mut(id)?;
        let class = topic.class;
        let track = topic.track(kind)?;
        let volume = &self.kinds.get(kind).volume;
        let finding = ramp::judge(track, volume, class, hour, &self.settings)?;
        let track = topic.track_mut(kind).as_mut()?;
        track.day.follow(finding.surprise, &self.settings.constants);
        if finding.surprise < self.settings.constants.base_surprise {
            return None;
        }
        let usual = finding.expectation.mean / as_float(hour - track.day.first_hour(hour) + 1);
        let onset = track.day.onset(hour, usual);
        if let Some(episode) = &topic.episode {
            if episode.strongest.scale == Scale::OneDay {
                self.continue_episode(id, kind, pane, (finding, onset), signals);
            }
        } else if finding.is_spike() {
            self.open_episode(id, kind, pane, (finding, onset), signals);
        }
        Some(())
    }

    fn open_episode(
        &mut self,
        id: TopicId,
        kind: FeedKind,
        pane: Pane,
        (finding, onset): (Finding, Option<EventTime>),
        signals: &mut Vec<SignalRecord>,
    ) -> Option<()> {
        let kinds = &self.kinds;
        let topic = self.topics.get_mut(id)?;
        let track = topic.track(kind)?;
        let at = track.newest(pane)?;
        let least = self.settings.minimum_accounts;
        // One post that is passed on is not talk about something that has a word.
        let is_one_text =
            || topic.class == PHRASES && track.tally(finding.scale, pane).texts.count() < least;
        if voices(track, finding.scale, pane) < least || is_one_text() {
            return None;
        }
        let evidence = evidence(kind, pane, &finding);
        let hour = Size {
            posts: track.posts(Scale::OneHour, pane),
            accounts: hour_accounts(track, pane),
        };
        let hash = xxh3_64(format!("{}@{}", topic.key, pane.0).as_bytes()) >> 32;
        let name = format!("{hash:08x}");
        let first_open = |kind| kinds.get(kind).first_open;
        let heard = Heard::begin(|kind| topic.track(kind), first_open, onset?);
        let feeds = track.feeds(finding.scale, pane);
        let mut episode = Episode::open(name, (onset?, at), pane, evidence, heard, hour);
        episode.hear(feeds, &self.feeds);
        topic.episode = Some(Box::new(episode));
        self.episodes.insert(topic.key.clone(), id);
        self.opened = self.opened.saturating_add(1);
        self.signal(id, Change::Opened, pane, at, signals)
    }

    fn continue_episode(
        &mut self,
        id: TopicId,
        kind: FeedKind,
        pane: Pane,
        (finding, onset): (Finding, Option<EventTime>),
        signals: &mut Vec<SignalRecord>,
    ) -> Option<()> {
        let topic = self.topics.get_mut(id)?;
        let mut episode = topic.episode.take()?;
        let grew = topic.track(kind).and_then(|track| {
            episode.hear(track.feeds(finding.scale, pane), &self.feeds);
            episode.stay_hot(pane, evidence(kind, pane, &finding), onset);
            // Only a window that is a spike by itself is told, so only that moves what was reported.
            let posts = track.posts(Scale::OneHour, pane);
            if finding.is_spike() {
                episode.count(posts, || hour_accounts(track, pane));
            }
            let newest = track.newest(pane)?;
            (finding.is_spike() && episode.has_grown(posts)).then_some(newest)
        });
        topic.episode = Some(episode);
        topic.reach_back();
        self.signal(id, Change::Grew, pane, grew?, signals)
    }

    /// Ends the episodes that have been calm for the hold time in every kind that has feeds.
    pub(super) fn calm(&mut self, signals: &mut Vec<SignalRecord>) {
        let Some(first_open) = self.closed_by_all() else {
            return;
        };
        let hold = self.settings.hold;
        let over: Vec<(TopicId, Pane)> = self
            .episodes
            .values()
            .filter_map(|&id| {
                let episode = self.topics.get(id)?.episode.as_ref()?;
                Some((id, episode.ends_with(hold, &self.feeds)?))
            })
            .filter(|&(_, end)| end < first_open)
            .collect();
        for (id, end) in over {
            self.signal(id, Change::Calmed, end, end.end(), signals);
            if let Some(topic) = self.topics.get_mut(id) {
                topic.episode = None;
                let tracks = [&mut topic.social, &mut topic.news];
                for track in tracks.into_iter().flatten() {
                    track.day.explain(end);
                }
                self.episodes.remove(&topic.key);
            }
        }
    }

    /// The first pane that is open in any kind that has feeds; `None` while one is frozen from the
    /// start.
    fn closed_by_all(&self) -> Option<Pane> {
        let kinds = FeedKind::ALL
            .into_iter()
            .filter(|&kind| self.inputs.has_feeds(kind));
        let panes: Option<Vec<Pane>> = kinds.map(|kind| self.kinds.get(kind).first_open).collect();
        panes?.into_iter().min()
    }

    pub(super) fn tick(&mut self, signals: &mut Vec<SignalRecord>) {
        let Some(watermark) = self.closed_by_all().map(Pane::start) else {
            return;
        };
        let is_news = self.feeds.states != self.feeds.told;
        if is_news || self.ticked.is_none_or(|ticked| ticked < watermark) {
            self.ticked = self.ticked.max(Some(watermark));
            self.feeds.told.clone_from(&self.feeds.states);
            let feeds = self.feed_states();
            signals.push(SignalRecord::Tick(Tick {
                partition: self.partition,
                watermark,
                sent_at: self.sent_at,
                feeds: feeds
                    .map(|(name, state)| (name.to_owned(), state))
                    .collect(),
            }));
        }
    }

    fn signal(
        &self,
        id: TopicId,
        change: Change,
        pane: Pane,
        at: EventTime,
        signals: &mut Vec<SignalRecord>,
    ) -> Option<()> {
        let topic = self.topics.get(id)?;
        let episode = topic.episode.as_ref()?;
        let occasion = Occasion {
            partition: self.partition,
            sent_at: self.sent_at,
            change,
            at,
            pane,
            delayed: self.sent_at.millis_since(at) > DELAYED_MS && change != Change::Calmed,
            reader: &self.reader,
            kinds: &self.kinds,
            inputs: &self.inputs,
        };
        let standard = self
            .standard(id, episode.strongest.kind, pane)
            .map(|(standard, _)| standard);
        let signal = describe::signal(&occasion, topic, episode, standard.as_ref());
        signals.push(SignalRecord::Signal(Box::new(signal)));
        Some(())
    }
}

/// Different accounts; where most posts name no author, different texts or domains, and reposts: an
/// account passes on a post once.
fn voices(track: &Track, scale: Scale, pane: Pane) -> u32 {
    if scale == Scale::OneDay {
        return track.day.voices(pane.hour());
    }
    let tally = track.tally(scale, pane);
    if tally.unsigned.saturating_mul(2) > tally.posts {
        let reposts = tally.posts.saturating_sub(tally.originals);
        tally.texts.count().max(tally.domains.count()) + reposts
    } else {
        tally.accounts.count()
    }
}

fn hour_accounts(track: &Track, pane: Pane) -> u32 {
    track.tally(Scale::OneHour, pane).accounts.count()
}

fn last_pane(hour: i64) -> Pane {
    Pane((hour + 1) * Pane::PER_MINUTE * 60 - 1)
}

#[expect(clippy::cast_precision_loss, reason = "hours of a day")]
fn as_float(hours: i64) -> f64 {
    hours as f64
}

fn evidence(kind: FeedKind, pane: Pane, finding: &Finding) -> WindowEvidence {
    let expectation = finding.expectation;
    WindowEvidence {
        kind,
        scale: finding.scale,
        until: pane.end(),
        observed: finding.observed,
        expected: expectation.mean,
        critical: tail::critical_count(expectation.mean, expectation.variance, finding.threshold),
        surprise: finding.surprise,
    }
}
