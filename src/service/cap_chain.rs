//! CAP documents beside the alerts: each names the earlier ones of its incident.
//!
//! In: the revisions of triage in their order. Out: a record of the Kafka topic `alert.cap_topic` for each.
//! Rule: a function of the same records as the alerts. What triage no longer knows cannot come back, so its
//! messages are forgotten with it. Not here: the document (`alert`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::alert::{Alert, CAP_MEDIA_TYPE, Earlier, Rendering, UtcTime, cap};
use crate::log::Outgoing;
use crate::post::EventTime;
use crate::triage::{Revision, Status};

/// Most earlier messages of an incident that are kept: more than a document names, since some may wait for their
/// transaction.
const EARLIER_MAX: usize = 200;
/// Incidents that are kept after their end: more than triage itself remembers. Open ones are bounded by triage.
const ENDED_MAX: usize = 400;

/// What was told of one incident, oldest first: each revision, and its event time.
type Told = VecDeque<(u32, EventTime)>;

/// The documents of one Kafka topic.
#[derive(Debug)]
pub(super) struct CapChain {
    name: Arc<str>,
    messages: Messages,
}

/// The messages that were told so far: they go into the snapshot of triage.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Messages {
    open: BTreeMap<String, Told>,
    /// Those that ended lately, oldest first.
    ended: VecDeque<(String, Told)>,
}

impl CapChain {
    /// Documents for the Kafka topic `name`; an empty name asks for none.
    pub(super) fn new(name: &str) -> Option<Self> {
        (!name.is_empty()).then(|| Self {
            name: name.into(),
            messages: Messages::default(),
        })
    }

    /// Knows nothing any more.
    pub(super) fn forget(&mut self) {
        self.messages = Messages::default();
    }

    /// Goes on from `messages`.
    pub(super) fn take_up(&mut self, messages: Messages) {
        self.messages = messages;
    }

    /// The messages that were told so far.
    pub(super) fn messages(&self) -> &Messages {
        &self.messages
    }

    /// Learns of a revision, new or told before.
    pub(super) fn hear(&mut self, revision: &Revision) {
        self.messages.hear(revision);
    }

    /// The document of `alert`, which was heard of.
    pub(super) fn write(&self, alert: &Alert, rendering: &Rendering, now: EventTime) -> Outgoing {
        let told = self.messages.of(&alert.incident).into_iter().flatten();
        let earlier = told.map(|&(revision, at)| Earlier {
            revision,
            at: UtcTime::new(at),
        });
        let earlier: Vec<Earlier> = earlier.collect();
        let document = cap(alert, &earlier, &rendering.source, &rendering.words);
        Outgoing {
            name: Arc::clone(&self.name),
            partition: None,
            key: Some(alert.incident.clone().into_bytes()),
            headers: vec![(
                "content-type".to_owned(),
                CAP_MEDIA_TYPE.as_bytes().to_vec(),
            )],
            value: Some(document.into_bytes()),
            timestamp: Some(now),
        }
    }
}

impl Messages {
    fn of(&self, incident: &str) -> Option<&Told> {
        let ended = self.ended.iter().rev();
        let mut same = ended.filter(|(ended, _)| ended == incident);
        let open = self.open.get(incident);
        open.or_else(|| same.next().map(|(_, told)| told))
    }

    fn hear(&mut self, revision: &Revision) {
        let incident = &revision.incident;
        let place = self.ended.iter().rposition(|(ended, _)| ended == incident);
        let ended = place.and_then(|place| self.ended.remove(place));
        let mut told = self
            .open
            .remove(incident)
            .or(ended.map(|(_, told)| told))
            .unwrap_or_default();
        told.push_back((revision.revision, revision.updated_at));
        if told.len() > EARLIER_MAX {
            told.pop_front();
        }
        if revision.status != Status::Resolved {
            self.open.insert(incident.clone(), told);
            return;
        }
        self.ended.push_back((incident.clone(), told));
        if self.ended.len() > ENDED_MAX {
            self.ended.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, EvidenceMode};
    use crate::log::{Event, Partition, Record};
    use crate::service::stage::Stage;
    use crate::service::triage_stage::TriageStage;
    use crate::triage::tests::earthquake::earthquake;

    fn configured(name: &str) -> Config {
        let mut config = Config::built_in().unwrap();
        config.alert.cap_topic = name.to_owned();
        config.triage.update_interval_ms = 0;
        config
    }

    /// What an owner that begins at `next` writes about the earthquake: (Kafka topic, key, value).
    fn written(config: Config, next: u64) -> Vec<(String, Vec<u8>, String)> {
        let rendering = crate::alert::tests::rendering(EvidenceMode::None);
        let mut stage = TriageStage::new(Arc::new(config), rendering).with_cap_documents();
        let partition = Partition {
            name: "signals".into(),
            number: 0,
        };
        let at = EventTime::from_millis(0);
        let partition = &partition;
        stage.visit(Event::Assigned { partition, next }, at);
        for (offset, record) in (0..).zip(earthquake()) {
            let value = serde_json::to_vec(&record).unwrap();
            let record = Record {
                partition,
                offset,
                arrived_at: at,
                key: None,
                value: Some(&value),
                headers: &[],
            };
            stage.visit(Event::Record(record), at);
        }
        let text = |bytes: Option<Vec<u8>>| String::from_utf8(bytes.unwrap()).unwrap();
        let outputs = stage.outputs(at).into_iter();
        let outputs = outputs.map(|out| (out.name.to_string(), out.key.unwrap(), text(out.value)));
        outputs.collect()
    }

    #[test]
    fn each_alert_has_a_document_in_the_same_transaction_that_names_the_earlier_ones() {
        let written = written(configured("cap"), 0);
        let pairs: Vec<_> = written.chunks(2).collect();
        assert!(pairs.len() > 3, "{}", pairs.len());
        for (number, pair) in pairs.iter().enumerate() {
            let [(alerts, key, alert), (documents, same, document)] = pair else {
                panic!("an alert without a document: {pair:?}");
            };
            assert_eq!((&**alerts, &**documents), ("alerts", "cap"));
            assert_eq!(key, same);
            let alert = Alert::decode(alert.as_bytes()).unwrap();
            let id = format!("<identifier>{}</identifier>", alert.id);
            assert!(document.contains(&id), "{document}");
            let named = document.matches("/kentongan,").count();
            assert_eq!(named, number, "{document}");
        }
    }

    #[test]
    fn a_new_owner_writes_the_same_documents() {
        let (whole, rest) = (
            written(configured("cap"), 0),
            written(configured("cap"), 90),
        );
        assert!(!rest.is_empty() && rest.len() < whole.len());
        assert!(whole.ends_with(&rest));
    }

    #[test]
    fn nobody_who_has_not_asked_gets_documents() {
        let written = written(configured(""), 0);
        assert!(!written.is_empty() && written.iter().all(|(name, ..)| name == "alerts"));
    }
}
