//! One way in which a world can pass through the folds: who reads what, when, in which order.
//!
//! In: a world and a [`Way`]. Out: [`Folded`]: what detect closed, its ledgers, its signals.
//! Rule: the real folds. Batches of one writer stay in order, those of different writers do not; a partition
//! changes hands only after the old owner's batches are written.

use std::collections::{BTreeMap, VecDeque};

use kentongan::config::Config;
use kentongan::detect::{Change, Detector, Judged, Ledger, LeftOut, Signal, SignalRecord};
use kentongan::feed::AccountKey;
use kentongan::ingest::{Batch, Ingest, InputRecord};
use kentongan::post::EventTime;
use kentongan::relevance::{Gate, Lists};

use crate::recount::Cell;
use crate::world::{Dice, Input, LATENESS_MS, World};

/// How the work is cut.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) seed: u64,
    pub(crate) processes: usize,
    pub(crate) counts_partitions: u16,
    /// Partitions state that they are at their end while more is to come.
    pub(crate) idles: bool,
    /// Partitions change hands.
    pub(crate) handovers: bool,
}

/// What detect said of one closed pane.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Closed {
    pub(crate) posts: u32,
    pub(crate) windows: [u32; 3],
    pub(crate) is_spike: bool,
    pub(crate) judged: Option<Judged>,
}

#[derive(Debug)]
pub(crate) struct Folded {
    pub(crate) closed: BTreeMap<Cell, Closed>,
    pub(crate) opened: Vec<Signal>,
    /// By partition of `counts`.
    pub(crate) ledgers: Vec<Vec<Ledger>>,
    pub(crate) left_out: Vec<LeftOut>,
    /// For each record of each input: until when its partition had been stated idle when it was read.
    pub(crate) idle_until: Vec<Vec<EventTime>>,
    pub(crate) most_parts: u16,
    /// The batches of each partition of `counts`, in order.
    pub(crate) logs: Vec<Vec<Vec<u8>>>,
    /// How often other rules held.
    pub(crate) rule_changes: u32,
}

struct Process {
    ingest: Ingest,
    /// Batches that are on their way, by partition of `counts`.
    written: Vec<VecDeque<Vec<u8>>>,
}

struct Run<'a> {
    world: &'a World,
    way: &'a Way,
    dice: Dice,
    now: EventTime,
    owners: Vec<usize>,
    processes: Vec<Process>,
    detectors: Vec<Detector>,
    stated_idle: Vec<EventTime>,
    folded: Folded,
}

/// Folds `world` in this way.
pub(crate) fn fold(world: &World, config: &Config, way: &Way) -> Folded {
    fold_side_by_side(world, [config, config], way)
}

/// The same with two configurations, each in every other process.
pub(crate) fn fold_side_by_side(world: &World, configs: [&Config; 2], way: &Way) -> Folded {
    let mut run = Run::new(world, configs, way);
    while run.is_reading() {
        run.step();
    }
    run.finish()
}

impl<'a> Run<'a> {
    fn new(world: &'a World, configs: [&Config; 2], way: &'a Way) -> Self {
        let partitions = 0..u32::from(way.counts_partitions);
        let started = |number: usize| {
            world
                .start
                .plus_millis(i64::try_from(number).unwrap() * 1_000)
        };
        let mut processes: Vec<Process> = (0..way.processes)
            .map(|number| Process {
                ingest: ingest(world, configs[number % 2]).running_since(started(number)),
                written: partitions.clone().map(|_| VecDeque::new()).collect(),
            })
            .collect();
        let mut dice = Dice(way.seed);
        let owners: Vec<usize> = world
            .inputs
            .iter()
            .map(|_| dice.index(way.processes))
            .collect();
        for (input, &owner) in world.inputs.iter().zip(&owners) {
            processes[owner].ingest.assign(input.id, 0);
        }
        Self {
            world,
            way,
            dice,
            now: world.start,
            owners,
            processes,
            detectors: partitions
                .map(|number| Detector::new(configs[0], number, way.counts_partitions))
                .collect(),
            stated_idle: vec![EventTime::MIN; world.inputs.len()],
            folded: Folded {
                closed: BTreeMap::new(),
                opened: Vec::new(),
                ledgers: Vec::new(),
                left_out: Vec::new(),
                idle_until: world.inputs.iter().map(|_| Vec::new()).collect(),
                most_parts: 0,
                logs: vec![Vec::new(); way.counts_partitions.into()],
                rule_changes: 0,
            },
        }
    }

    fn is_reading(&self) -> bool {
        let inputs = self.world.inputs.iter().zip(&self.folded.idle_until);
        inputs
            .into_iter()
            .any(|(input, read)| read.len() < input.records.len())
    }

    fn step(&mut self) {
        let process = self.dice.index(self.way.processes);
        let input = self.dice.index(self.owners.len());
        match self.dice.below(12) {
            0..=4 => self.read(input),
            5 | 6 => self.flush(process),
            7 | 8 => {
                let partition = self.dice.index(self.detectors.len());
                self.deliver(process, partition);
            }
            9 if self.way.handovers => self.hand_over(input, process),
            _ => self.wait(input),
        }
    }

    /// Time passes, at least until `input` has something to read.
    fn wait(&mut self, input: usize) {
        let read = self.folded.idle_until[input].len();
        if let Some(next) = self.world.inputs[input].records.get(read) {
            self.now = self.now.max(next.at).plus_millis(self.dice.millis(20_000));
        }
    }

    fn read(&mut self, number: usize) {
        let world = self.world;
        let input = &world.inputs[number];
        let ingest = &mut self.processes[self.owners[number]].ingest;
        let read = &mut self.folded.idle_until[number];
        let most = if self.dice.once_in(4) { 400 } else { 20 };
        let here = |at: EventTime| at <= self.now;
        for record in input.records[read.len()..]
            .iter()
            .take(1 + self.dice.index(most))
            .take_while(|record| here(record.at))
        {
            let decoded = ingest.decode(input.id.feed, record.value.as_deref());
            ingest.apply(InputRecord {
                input: input.id,
                offset: record.offset,
                arrived_at: record.at,
                decoded,
            });
            read.push(self.stated_idle[number]);
        }
        let is_at_end = input
            .records
            .get(read.len())
            .is_none_or(|next| !here(next.at));
        if self.way.idles && is_at_end {
            let next = input.records[..read.len()].last();
            ingest.at_end(input.id, next.map_or(0, |last| last.offset + 1));
        }
    }

    fn flush(&mut self, number: usize) {
        let process = &mut self.processes[number];
        let tables = process.ingest.flush(self.now, self.way.counts_partitions);
        for (written, batches) in process.written.iter_mut().zip(tables) {
            for batch in batches {
                self.folded.most_parts = self.folded.most_parts.max(batch.parts);
                for statement in batch.statements.iter().filter(|stated| stated.at_end) {
                    let is_it = |input: &Input| {
                        (input.id.feed, input.id.partition) == (statement.feed, statement.partition)
                    };
                    let input = self.world.inputs.iter().position(is_it).unwrap();
                    let until = self.now.plus_millis(-i64::from(LATENESS_MS));
                    self.stated_idle[input] = self.stated_idle[input].max(until);
                }
                written.push_back(batch.encode().unwrap());
            }
        }
    }

    /// The next batch of a process reaches a partition of `counts`.
    fn deliver(&mut self, process: usize, partition: usize) -> bool {
        let Some(bytes) = self.processes[process].written[partition].pop_front() else {
            return false;
        };
        let closed = &mut self.folded.closed;
        let batch = Batch::decode(&bytes).unwrap();
        self.folded.logs[partition].push(bytes);
        let signals = self.detectors[partition].apply(batch, &mut |pane| {
            let cell = (pane.topic.as_str().to_owned(), pane.kind, pane.pane);
            let before = closed.insert(
                cell,
                Closed {
                    posts: pane.posts,
                    windows: pane.windows,
                    is_spike: pane.is_spike,
                    judged: pane.judged,
                },
            );
            assert!(before.is_none(), "a pane closes once: {pane:?}");
        });
        for signal in signals {
            match signal {
                SignalRecord::Signal(signal) if signal.change == Change::Opened => {
                    self.folded.opened.push(*signal);
                }
                SignalRecord::Rules(_) => self.folded.rule_changes += 1,
                SignalRecord::Signal(_) | SignalRecord::Tick(_) => {}
            }
        }
        true
    }

    fn deliver_all(&mut self, process: usize) {
        for partition in 0..self.detectors.len() {
            while self.deliver(process, partition) {}
        }
    }

    fn hand_over(&mut self, number: usize, to: usize) {
        let from = std::mem::replace(&mut self.owners[number], to);
        if from == to {
            return;
        }
        self.flush(from);
        self.deliver_all(from);
        let input = self.world.inputs[number].id;
        let next = self.processes[from]
            .ingest
            .positions()
            .find(|&(owned, _)| owned == input);
        self.processes[from].ingest.release(input);
        self.processes[to].ingest.assign(input, next.unwrap().1);
    }

    /// An hour later everything is at its end, and every pane closes.
    fn finish(mut self) -> Folded {
        self.now = self.now.plus_millis(3_600_000);
        for (input, &owner) in self.world.inputs.iter().zip(&self.owners) {
            let next = input.records.last().map_or(0, |last| last.offset + 1);
            self.processes[owner].ingest.at_end(input.id, next);
        }
        for process in 0..self.processes.len() {
            self.flush(process);
        }
        for process in 0..self.processes.len() {
            self.deliver_all(process);
        }
        for detector in &self.detectors {
            let ledgers = detector.ledgers().map(|(_, _, ledger)| ledger.clone());
            self.folded.ledgers.push(ledgers.collect());
            self.folded.left_out.push(detector.left_out());
        }
        self.folded
    }
}

/// A fold whose lists know one hazard and no place: a case costs milliseconds.
fn ingest(world: &World, config: &Config) -> Ingest {
    let lists = Lists {
        lexicon: vec![("hazards", "[hazard banjir]\nbanjir\n")],
        areas: "",
        districts: "",
        towns: "",
        places: "",
        ambiguous: "",
        ..Lists::built_in()
    };
    let gate = Gate::with_lists(&config.relevance, &lists).unwrap();
    Ingest::new(config, AccountKey::new([5; 16]), gate, &world.partitions)
}
