//! What must hold in a world where everything has settled.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use kentongan::detect::{Detector, Ledger, SignalRecord};
use kentongan::ingest::Batch;
use kentongan::log::memory::StoredRecord;
use kentongan::log::{Partition, Record};
use kentongan::service::action_stage::{ActionStage, action_place};
use kentongan::service::detect_stage::DetectStage;
use kentongan::service::refold::Refold;
use kentongan::service::rendering;
use kentongan::service::stage::Stage;
use kentongan::service::triage_stage::TriageStage;

use crate::member::Member;
use crate::world::{COUNTS_PARTITIONS, FEEDS, World, partition};

/// Closed windows by topic, kind and pane.
type Closed = BTreeMap<(String, String, i64), [u32; 3]>;

impl World {
    fn fold(&self, number: u32, closed: &mut Closed) -> Detector {
        let mut detector = Detector::new(&self.config, number, COUNTS_PARTITIONS);
        for (_, record) in self.cluster.read(&partition("counts", number)) {
            let batch = Batch::decode(&record.value.unwrap()).unwrap();
            detector.apply(batch, &mut |pane| {
                let key = (
                    pane.topic.as_str().to_owned(),
                    pane.kind.as_str().to_owned(),
                    pane.pane.0,
                );
                assert!(closed.insert(key, pane.windows).is_none(), "closed twice");
            });
        }
        detector
    }

    pub(crate) fn closed(&self) -> Closed {
        let mut closed = Closed::new();
        for number in 0..u32::from(COUNTS_PARTITIONS) {
            self.fold(number, &mut closed);
        }
        closed
    }

    /// The ledger, the same in each partition of counts; it has each post once.
    pub(crate) fn check_ledger(&self) -> BTreeMap<(String, u32), Ledger> {
        let ledgers = (0..u32::from(COUNTS_PARTITIONS)).map(|number| {
            let detector = self.fold(number, &mut Closed::new());
            assert_eq!(detector.left_out().behind, 0);
            assert_eq!(detector.left_out().repeated_batches, 0);
            let ledgers = detector.ledgers();
            ledgers
                .map(|(feed, number, ledger)| ((feed.to_owned(), number), ledger.clone()))
                .collect::<BTreeMap<_, _>>()
        });
        let ledgers: Vec<_> = ledgers.collect();
        assert!(ledgers.windows(2).all(|pair| pair[0] == pair[1]));
        let mut posts = 0;
        for ledger in ledgers[0].values() {
            assert_eq!((ledger.gaps, ledger.repeats), (0, 0));
            posts += ledger.outcomes.received();
        }
        assert_eq!(posts, self.posts);
        ledgers[0].clone()
    }

    /// Origins of dead letters, sorted.
    pub(crate) fn dead_letters(&self) -> Vec<Vec<(String, Vec<u8>)>> {
        let letters = FEEDS.iter().flat_map(|(name, _)| {
            let letters = self.cluster.read(&partition(&format!("{name}.dlq"), 0));
            letters.into_iter().map(|(_, letter)| letter.headers)
        });
        let mut letters: Vec<_> = letters.collect();
        letters.sort();
        letters
    }

    /// Every living detector is, bit for bit, the fold of its partition.
    pub(crate) fn check_living(&self) {
        let anew = (0..u32::from(COUNTS_PARTITIONS)).map(|number| {
            let detector = self.fold(number, &mut Closed::new());
            detector.snapshot(COUNTS_PARTITIONS).unwrap()
        });
        let anew: Vec<Vec<u8>> = anew.collect();
        let mut living = 0;
        for detector in self.members.iter().flat_map(Member::detectors) {
            let state = detector.snapshot(COUNTS_PARTITIONS).unwrap();
            assert!(anew.contains(&state), "not the fold: {detector:?}");
            living += 1;
        }
        assert_eq!(living, anew.len());
    }

    pub(crate) fn check_refold(&self) {
        let signals = self.cluster.read(&partition("signals", 0));
        for number in 0..u32::from(COUNTS_PARTITIONS) {
            let of_this = |record: &StoredRecord| {
                if is_action(record) {
                    return false;
                }
                let signal = serde_json::from_slice(record.value.as_ref().unwrap()).unwrap();
                SignalRecord::partition(&signal) == number
            };
            let outputs = signals.iter().filter(|(_, record)| of_this(record));
            let stage = DetectStage::new(Arc::clone(&self.config), COUNTS_PARTITIONS);
            self.refold(stage, &partition("counts", number), "signals", outputs);
        }
        let acted = signals.iter().filter(|(_, record)| is_action(record));
        let stage = ActionStage::new(&self.config);
        self.refold(stage, &partition("actions", 0), "signals", acted);
        let rendering = rendering(&self.config).unwrap();
        let stage = TriageStage::new(Arc::clone(&self.config), rendering);
        let alerts = self.cluster.read(&partition("alerts", 0));
        self.refold(stage, &partition("signals", 0), "alerts", alerts.iter());
    }

    fn refold<'r>(
        &self,
        stage: impl Stage,
        input: &Partition,
        compared: &str,
        outputs: impl Iterator<Item = &'r (u64, StoredRecord)>,
    ) {
        let outputs: VecDeque<_> = outputs
            .map(|(offset, record)| (*offset, record.value.clone().unwrap()))
            .collect();
        let mut refold = Refold::new(stage, input, u64::MAX, compared, outputs);
        for (offset, record) in self.cluster.read(input) {
            let record = Record {
                partition: input,
                offset,
                arrived_at: record.arrived_at,
                key: record.key.as_deref(),
                value: record.value.as_deref(),
                headers: &record.headers,
            };
            refold.fold(record).unwrap();
        }
        refold.finish().unwrap();
    }
}

fn is_action(record: &StoredRecord) -> bool {
    let partition = partition("signals", 0);
    action_place(&Record {
        partition: &partition,
        offset: 0,
        arrived_at: record.arrived_at,
        key: record.key.as_deref(),
        value: record.value.as_deref(),
        headers: &record.headers,
    })
    .is_some()
}
