//! Wiring, supervision, order of stopping: the only place that spawns and reads the clock.
//!
//! In: a checked configuration. Out: running stages.
//! Rule: stages are folds that know neither threads nor clocks; both are given to them here.

pub mod detect_stage;
pub mod ingest_stage;
pub mod replay;
pub mod stage;
pub mod triage_stage;
