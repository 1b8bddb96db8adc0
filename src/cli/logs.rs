//! Sets up log lines, once.
//!
//! In: the global options, `RUST_LOG`. Out: a subscriber that writes to standard error.
//! Rule: standard output belongs to the results of commands.

use std::io::{self, IsTerminal};

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::context::{Context, LogForm};
use crate::cli::exit::WrongUse;
use crate::config;

/// Starts logging: `--quiet` shows warnings and errors; else `RUST_LOG` decides, `unless_told` without it.
pub(crate) fn start(context: &Context, unless_told: &str) -> anyhow::Result<()> {
    let directives = if context.is_quiet() {
        "warn".to_owned()
    } else {
        config::log_filter().unwrap_or_else(|| unless_told.to_owned())
    };
    let filter = EnvFilter::try_new(directives).map_err(|error| {
        WrongUse(format!(
            "RUST_LOG: {error}; write something like info,kentongan=debug"
        ))
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    let started = match context.log_form() {
        LogForm::Text => lines
            .with_ansi(io::stderr().is_terminal())
            .finish()
            .try_init(),
        LogForm::Json => lines.json().flatten_event(true).finish().try_init(),
    };
    started.context("starting the log")
}
