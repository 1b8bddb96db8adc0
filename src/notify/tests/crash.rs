//! A process may die at any point: no message is lost, and each repeat says that it may be one.

use proptest::prelude::*;

use super::pager::{line, pager};
use super::{at, opened};
use crate::alert::Alert;
use crate::notify::{Answer, Arrival, Channel, Place};

/// When a life of the process ends.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// The request is out, its answer is not in.
    BeforeAnswer,
    /// The answer is in, its place is not committed.
    BeforeCommit,
    AfterCommit,
}

/// Lives one life as the service does: what stands before the committed place is remembered, the rest
/// is told, and the place is committed after each answer. Gives back the new committed place.
fn live(
    log: &[Alert],
    committed: u64,
    (messages, death): (usize, Option<Death>),
    told: &mut Vec<String>,
) -> u64 {
    let mut channel = pager(&[]);
    for (offset, alert) in (0..).zip(log) {
        if offset < committed {
            channel.remember(alert, at(5));
            continue;
        }
        let place = Place {
            partition: 0,
            offset,
        };
        let arrival = Arrival {
            alert,
            place,
            is_backlog: true,
        };
        channel.apply(arrival, at(5));
    }
    let end = log.len() as u64;
    let mut committed = committed;
    for message in 0.. {
        let dies =
            |point: fn(&Death) -> bool| message == messages && death.as_ref().is_some_and(point);
        let Some(request) = channel.due(at(5)) else {
            return committed;
        };
        told.push(line(request));
        if dies(|death| matches!(death, Death::BeforeAnswer)) {
            return committed;
        }
        channel.answered(&Answer::Accepted, at(5));
        if dies(|death| matches!(death, Death::BeforeCommit)) {
            return committed;
        }
        committed = channel.first_unsettled(0).unwrap_or(end);
        if dies(|death| matches!(death, Death::AfterCommit)) {
            return committed;
        }
    }
    committed
}

proptest! {
    #[test]
    fn nothing_is_lost_and_each_repeat_says_so(
        alerts in 1_usize..8,
        lives in proptest::collection::vec((0_usize..4, 0..3), 0..6),
    ) {
        let log: Vec<Alert> = (0..alerts).map(|number| opened(&format!("i{number}"))).collect();
        let deaths = [Death::BeforeAnswer, Death::BeforeCommit, Death::AfterCommit];
        let mut told = Vec::new();
        let mut committed = 0;
        for (messages, death) in &lives {
            let death = deaths.get(usize::try_from(*death).unwrap()).copied();
            committed = live(&log, committed, (*messages, death), &mut told);
        }
        committed = live(&log, committed, (0, None), &mut told);
        prop_assert_eq!(committed, log.len() as u64);
        let mut known = std::collections::BTreeSet::new();
        for line in &told {
            let id = line.split(' ').next().unwrap();
            let is_new = known.insert(id);
            prop_assert!(is_new || line.ends_with("repeat?"), "{:?}", told);
        }
        prop_assert_eq!(known.len(), log.len());
        prop_assert!(told.len() <= log.len() + lives.len(), "one repeat for each death: {:?}", told);
    }
}
