//! One process in memory: a stage of each group with its log.

use std::sync::Arc;

use kentongan::config::Config;
use kentongan::detect::Detector;
use kentongan::feed::AccountKey;
use kentongan::ingest::Ingest;
use kentongan::log::memory::Cluster;
use kentongan::post::EventTime;
use kentongan::relevance::{Gate, Lists};
use kentongan::service::action_stage::ActionStage;
use kentongan::service::detect_stage::DetectStage;
use kentongan::service::ingest_stage::IngestStage;
use kentongan::service::keeper::Keeper;
use kentongan::service::rendering;
use kentongan::service::snapshots::Shelf;
use kentongan::service::stage::Stage;
use kentongan::service::triage_stage::TriageStage;

use crate::faulty::FaultyLog;
use crate::world::{COUNTS_PARTITIONS, FEEDS, Group, partition};

pub(crate) struct Member {
    ingest: (IngestStage, FaultyLog),
    detect: (DetectStage, FaultyLog),
    actions: (ActionStage, FaultyLog),
    triage: (TriageStage, FaultyLog),
}

impl Member {
    /// Member 1 has a configuration of its own: which of them decides stands in the log.
    pub(crate) fn new(
        member: usize,
        config: &Arc<Config>,
        cluster: &Cluster,
        now: EventTime,
    ) -> Self {
        let mut own = Config::clone(config);
        if member == 1 {
            own.detect.minimum_posts = 6;
            own.detect.hold_ms = 20_000;
            own.triage.update_interval_ms = 1_000;
        }
        let config = &Arc::new(own);
        // With the gate off, the lists only find places.
        let lists = Lists {
            lexicon: Vec::new(),
            areas: "",
            districts: "",
            towns: "",
            places: "",
            ambiguous: "",
            ..Lists::built_in()
        };
        let gate = Gate::with_lists(&config.relevance, &lists).unwrap();
        let partitions = FEEDS.map(|(_, partitions)| partitions);
        let ingest = Ingest::new(config, AccountKey::new([7; 16]), gate, &partitions);
        let ingest = ingest.running_since(now);
        let log = |group: &str| FaultyLog::new(cluster.log(group));
        Self {
            ingest: (
                IngestStage::new(config, ingest, COUNTS_PARTITIONS),
                log("ingest"),
            ),
            detect: (
                DetectStage::new(Arc::clone(config), COUNTS_PARTITIONS)
                    .with_keeper(Keeper::of_detect(config, shelf(cluster))),
                log("detect"),
            ),
            actions: (ActionStage::new(config), log("actions")),
            triage: (
                TriageStage::new(Arc::clone(config), rendering(config).unwrap())
                    .with_keeper(Keeper::of_triage(config, shelf(cluster))),
                log("triage"),
            ),
        }
    }

    pub(crate) fn detectors(&self) -> impl Iterator<Item = &Detector> {
        self.detect.0.detectors()
    }

    pub(crate) fn part(&mut self, group: Group) -> (&mut dyn Stage, &mut FaultyLog) {
        match group {
            Group::Ingest => (&mut self.ingest.0, &mut self.ingest.1),
            Group::Detect => (&mut self.detect.0, &mut self.detect.1),
            Group::Actions => (&mut self.actions.0, &mut self.actions.1),
            Group::Triage => (&mut self.triage.0, &mut self.triage.1),
        }
    }
}

/// Snapshots as they stand in the cluster.
fn shelf(cluster: &Cluster) -> Shelf {
    let cluster = cluster.clone();
    Box::new(move |number, show| {
        for (_, record) in cluster.read(&partition("snapshots", number)) {
            show(&record.key.unwrap(), &record.value.unwrap());
        }
        Ok(())
    })
}
