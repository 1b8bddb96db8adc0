//! People: each change once, in order, by the channel's routes; again while nobody takes it over.
//!
//! In: alerts, answers, the time. Out: messages as the channel's [`Form`] writes them.
//! Rule: the oldest message that was not taken goes first; a refusal drops it, anything else waits and
//! tries again; a full queue drops its oldest. An end is told to whom the beginning was told.
//! What is kept until the hours begin is settled in the log: after a restart within the hours it is told
//! again, marked as a repeat, because nothing says whether it was told.
//! Not here: who takes an incident over (triage); here it only silences the reminders.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::backoff::Backoff;
use super::route::{Routes, Verdict};
use super::{Answer, Arrival, Channel, Form, Message, Place, Request};
use crate::alert::Alert;
use crate::config::Route;
use crate::post::EventTime;
use crate::triage::{Reason, Status};

/// Longest wait between two tries, unless the other side asks for longer.
const LONGEST_WAIT_MS: i64 = 300_000;
/// Most messages that wait, and most incidents that are watched.
const LIMIT: usize = 1_000;

/// The automaton of one channel.
pub struct Pager {
    name: String,
    form: Arc<dyn Form>,
    routes: Routes,
    queue: VecDeque<Pending>,
    /// Taken out of the queue while it is sent.
    under_way: Option<Pending>,
    /// Ids of the newest alerts that came in: the log may bring one twice.
    seen: VecDeque<String>,
    watched: BTreeMap<String, Watched>,
    /// Whether nothing has been queued since the log was read from the committed place.
    is_first: bool,
    backoff: Backoff,
    dropped: u64,
}

#[derive(Debug)]
struct Pending {
    message: Message,
    /// `None`: not by a record, so nothing in the log waits for it.
    place: Option<Place>,
}

/// An incident that is not over.
#[derive(Debug)]
struct Watched {
    alert: Alert,
    /// Whether this channel has told of it.
    is_told: bool,
    /// Told when the hours begin.
    kept: Option<Kept>,
    reminders: u32,
    remind_at: Option<EventTime>,
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    from: EventTime,
    may_be_repeat: bool,
}

impl Pager {
    /// Tells what `routes` let through, as `form` writes it.
    pub fn new(name: &str, form: Arc<dyn Form>, routes: &[Route]) -> Self {
        Self {
            name: name.to_owned(),
            backoff: Backoff::new(name, LONGEST_WAIT_MS).with_pace(form.pace_ms()),
            form,
            routes: Routes::new(routes),
            queue: VecDeque::new(),
            under_way: None,
            seen: VecDeque::new(),
            watched: BTreeMap::new(),
            is_first: true,
            dropped: 0,
        }
    }

    fn is_repeat(&mut self, alert: &Alert) -> bool {
        let newest = self.watched.get(&alert.incident);
        if newest.is_some_and(|known| alert.revision <= known.alert.revision)
            || self.seen.contains(&alert.id)
        {
            return true;
        }
        if self.seen.len() >= LIMIT {
            self.seen.pop_front();
        }
        self.seen.push_back(alert.id.clone());
        false
    }

    /// What is to be done about `alert` that came at `now`; the incident's state is renewed.
    fn judge(&mut self, alert: &Alert, now: EventTime, is_memory: bool) -> Verdict {
        let before = self.watched.remove(&alert.incident);
        let was_told = before.as_ref().is_some_and(|watched| watched.is_told);
        if alert.status == Status::Resolved {
            return if was_told {
                Verdict::Now
            } else {
                Verdict::Never
            };
        }
        let taken_over = before.as_ref().is_some_and(|watched| {
            watched.alert.acknowledged.is_none() && alert.acknowledged.is_some()
        });
        // Nobody has it any more: whoever heard of it hears that too, like a kept one in the hours.
        let has_expired = was_told && alert.reason == Reason::Expired;
        let mut verdict = if has_expired {
            self.routes.judge_kept(alert, now)
        } else {
            self.routes.judge(alert, now, was_told)
        };
        if alert.status == Status::Updated && is_snoozed(alert, now) {
            verdict = Verdict::Never;
        }
        if verdict == Verdict::Never && was_told && taken_over {
            verdict = Verdict::Now;
        }
        let mut watched = before.unwrap_or_else(|| Watched {
            alert: alert.clone(),
            is_told: false,
            kept: None,
            reminders: 0,
            remind_at: None,
        });
        watched.alert = alert.clone();
        match verdict {
            Verdict::Now => {
                let remind_ms = self.routes.remind_ms(alert);
                watched.is_told = true;
                watched.kept = None;
                watched.remind_at = remind_ms.map(|wait| now.plus_millis(wait));
            }
            Verdict::From(from) => {
                let may_be_repeat = is_memory;
                watched.kept = Some(Kept {
                    from,
                    may_be_repeat,
                });
            }
            Verdict::Never => {}
        }
        if self.watched.len() >= LIMIT {
            self.dropped += u64::from(self.watched.pop_first().is_some());
        }
        self.watched.insert(alert.incident.clone(), watched);
        verdict
    }

    fn enqueue(&mut self, message: Message, place: Option<Place>) {
        if self.queue.len() >= LIMIT {
            self.queue.pop_front();
            self.dropped += 1;
        }
        self.queue.push_back(Pending { message, place });
    }

    /// Queues what the clock brings: the hours have begun, or nobody has taken an incident over.
    fn wake(&mut self, now: EventTime) {
        let mut woken = Vec::new();
        for watched in self.watched.values_mut() {
            let routes = &self.routes;
            let is_open = routes.judge_kept(&watched.alert, now) == Verdict::Now;
            let message = match (watched.kept, watched.remind_at) {
                (Some(kept), _) if kept.from <= now && is_open => {
                    watched.kept = None;
                    watched.is_told = true;
                    watched.message(0, kept.may_be_repeat)
                }
                (None, Some(at)) if at <= now && is_open => {
                    match Quiet::of(&watched.alert, now) {
                        Quiet::No => {}
                        Quiet::Until(until) => {
                            watched.remind_at = Some(until);
                            continue;
                        }
                        Quiet::ToTheEnd => {
                            watched.remind_at = None;
                            continue;
                        }
                    }
                    watched.reminders = watched.reminders.saturating_add(1);
                    watched.message(watched.reminders, false)
                }
                _ => continue,
            };
            let remind_ms = routes.remind_ms(&watched.alert);
            watched.remind_at = remind_ms.map(|wait| now.plus_millis(wait));
            woken.push(message);
        }
        for message in woken {
            self.enqueue(message, None);
        }
    }
}

impl Watched {
    fn message(&self, reminder: u32, may_be_repeat: bool) -> Message {
        Message {
            alert: self.alert.clone(),
            reminder,
            may_be_repeat,
        }
    }

    /// When it is next to be told by the clock.
    fn wakes_at(&self) -> Option<EventTime> {
        self.kept.map(|kept| kept.from).or(self.remind_at)
    }
}

/// Someone asked for silence: only a higher level, which ends that, and the end are told.
fn is_snoozed(alert: &Alert, now: EventTime) -> bool {
    let until = alert.snoozed.as_ref().map(|action| action.until);
    until.is_some_and(|until| until.is_none_or(|until| until.0 > now))
}

/// How long nobody is reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quiet {
    No,
    Until(EventTime),
    ToTheEnd,
}

impl Quiet {
    /// Someone has taken it over, asked for silence, or called it a false alarm.
    fn of(alert: &Alert, now: EventTime) -> Self {
        let actions = [&alert.acknowledged, &alert.snoozed, &alert.false_alarm];
        let untils = actions.into_iter().flatten().map(|action| action.until);
        untils.fold(Self::No, |quiet, until| match (quiet, until) {
            (Self::ToTheEnd, _) | (_, None) => Self::ToTheEnd,
            (_, Some(until)) if until.0 <= now => quiet,
            (Self::Until(other), Some(until)) => Self::Until(other.max(until.0)),
            (Self::No, Some(until)) => Self::Until(until.0),
        })
    }
}

impl Channel for Pager {
    fn name(&self) -> &str {
        &self.name
    }

    fn apply(&mut self, arrival: Arrival<'_>, now: EventTime) {
        let Arrival {
            alert,
            place,
            is_backlog,
        } = arrival;
        if self.is_repeat(alert) || self.judge(alert, now, false) != Verdict::Now {
            return;
        }
        // The place is committed after each answer, so only the first of them may have been sent before.
        let may_be_repeat = is_backlog && self.is_first && !self.form.is_keyed();
        self.is_first = false;
        let message = Message {
            alert: alert.clone(),
            reminder: 0,
            may_be_repeat,
        };
        self.enqueue(message, Some(place));
    }

    /// As it was judged when it was new. Reminders go on from then, none is made up for.
    fn remember(&mut self, alert: &Alert, now: EventTime) {
        let then = alert.updated_at.0;
        if self.is_repeat(alert) {
            return;
        }
        self.judge(alert, then, true);
        if let Some(watched) = self.watched.get_mut(&alert.incident)
            && let (Some(at), Some(wait)) = (watched.remind_at, self.routes.remind_ms(alert))
            && at <= now
        {
            let missed = now.millis_since(at) / wait + 1;
            watched.remind_at = Some(at.plus_millis(missed.saturating_mul(wait)));
            watched.reminders = u32::try_from(missed).unwrap_or(u32::MAX);
        }
    }

    fn first_unsettled(&self, partition: u32) -> Option<u64> {
        let pending = self.under_way.iter().chain(&self.queue);
        let places = pending.filter_map(|pending| pending.place);
        let here = places.filter(|place| place.partition == partition);
        here.map(|place| place.offset).min()
    }

    fn is_keyed(&self) -> bool {
        self.form.is_keyed()
    }

    fn due(&mut self, now: EventTime) -> Option<Request> {
        self.wake(now);
        if self.under_way.is_some() || now < self.backoff.until {
            return None;
        }
        while let Some(pending) = self.queue.pop_front() {
            if let Some(request) = self.form.write(&pending.message) {
                self.under_way = Some(pending);
                return Some(request);
            }
        }
        None
    }

    fn answered(&mut self, answer: &Answer, now: EventTime) {
        self.backoff.answered(answer, now);
        let Some(mut pending) = self.under_way.take() else {
            return;
        };
        let Answer::Later {
            may_have_arrived, ..
        } = answer
        else {
            return;
        };
        if self.queue.len() >= LIMIT {
            self.dropped += 1;
            return;
        }
        pending.message.may_be_repeat |= *may_have_arrived && !self.form.is_keyed();
        self.queue.push_front(pending);
    }

    fn next_due(&self) -> Option<EventTime> {
        if self.under_way.is_some() {
            return None;
        }
        let waiting = (!self.queue.is_empty()).then_some(self.backoff.until);
        let woken = self.watched.values().filter_map(Watched::wakes_at).min();
        let woken = woken.map(|at| at.max(self.backoff.until));
        [waiting, woken].into_iter().flatten().min()
    }

    fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }
}
