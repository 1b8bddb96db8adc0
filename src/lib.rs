//! Kentongan: the path of one post.

pub mod alert;
pub mod cli;
pub mod config;
pub mod desk;
pub mod detect;
pub mod feed;
pub mod ingest;
pub mod log;
pub mod metrics;
pub mod notify;
pub mod post;
pub mod relevance;
pub mod service;
pub mod simulate;
pub mod topic;
pub mod triage;
pub mod window;
