//! Kentongan: the path of one post.
//!
//! 1. [`feed`]: bytes become a post, or a refusal with a name. *Ends here:* **refused** (kept as a dead letter).
//! 2. [`ingest`]: a post seen before, or too far behind, goes no further. *Ends here:* **duplicate**, **late**.
//! 3. [`relevance`]: does it touch Indonesia? *Ends here:* **irrelevant**.
//! 4. [`topic`]: what is it about? *Ends here:* **untopical**; otherwise it is **counted**.
//! 5. [`ingest`] adds it to the sums of its topics; every flush, a batch goes to each partition of `counts`.
//! 6. [`detect`] adds batches into panes, compares windows with what was expected, and signals a spike.
//!    Posts for panes that were closed already are counted as *behind*.
//! 7. [`triage`] makes an incident of signals; [`alert`] writes its revisions; [`desk`] and [`notify`] show them.
//!
//! received = counted + irrelevant + untopical + duplicate + late + refused, in every ledger.

pub mod alert;
pub mod claims;
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
pub mod traces;
pub mod triage;
pub mod window;
