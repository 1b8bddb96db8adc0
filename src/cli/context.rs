//! What every command gets: the global options, and the configuration when it asks for it.
//!
//! In: the parsed line. Out: [`Context`].
//! Rule: the configuration is read once and only on demand, so `completions` works beside a broken file.

use std::cell::OnceCell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::exit;
use crate::config::{Config, Mistakes, Sources};

/// The options that stand before or after any command.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct GlobalOptions {
    /// Configuration file; what it leaves out is built in
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Global options"
    )]
    pub config: Option<PathBuf>,
    /// Set one key, over the file and the environment; repeatable
    #[arg(
        long,
        global = true,
        value_name = "KEY=VALUE",
        help_heading = "Global options"
    )]
    pub set: Vec<String>,
    /// How log lines are written to standard error
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORM",
        help_heading = "Global options"
    )]
    pub log: LogForm,
    /// Log warnings and errors only, show no progress
    #[arg(long, global = true, help_heading = "Global options")]
    pub quiet: bool,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LogForm {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What every command gets.
#[derive(Debug)]
pub struct Context {
    options: GlobalOptions,
    config: OnceCell<Config>,
}

impl Context {
    /// A context of the options; reads nothing yet.
    pub fn new(options: GlobalOptions) -> Self {
        Self {
            options,
            config: OnceCell::new(),
        }
    }

    /// The configuration: built in < `--config` < environment < `--set`. Read at the first call.
    pub fn config(&self) -> anyhow::Result<&Config> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = self.load(self.options.config.as_deref())?;
        Ok(self.config.get_or_init(|| config))
    }

    /// The configuration with `file` in the place of `--config`.
    pub fn load(&self, file: Option<&Path>) -> anyhow::Result<Config> {
        let load = || Config::load(&Sources::read(file, &self.options.set)?);
        load().map_err(with_count)
    }

    /// Whether progress and other niceties stay away.
    pub fn is_quiet(&self) -> bool {
        self.options.quiet
    }

    /// How log lines are written.
    pub fn log_form(&self) -> LogForm {
        self.options.log
    }

    /// Writes `text` to standard output at once. A command that writes much holds its own lock.
    pub fn print(&self, text: &str) -> anyhow::Result<()> {
        let mut output = io::stdout().lock();
        output
            .write_all(text.as_bytes())
            .and_then(|()| output.flush())
            .map_err(exit::output_error)
    }
}

fn with_count(mistakes: Mistakes) -> anyhow::Error {
    let title = match mistakes.count() {
        1 => "the configuration has a mistake".to_owned(),
        count => format!("the configuration has {count} mistakes"),
    };
    anyhow::Error::new(mistakes).context(title)
}
