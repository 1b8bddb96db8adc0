//! The command line: one file per subcommand.
//!
//! In: arguments. Out: an exit code: 0 done, 1 failed, 2 wrong use or configuration, 130 interrupted.
//! Rule: a command says what happened by its `Result`; `exit` turns that into words and a code.
//! Not here: what the commands do (the rooms that they call).
//!
//! # A new command
//! A file `src/cli/<command>.rs` with
//! ```text
//! /// One line that says what it is for
//! #[derive(Debug, clap::Args)]
//! #[command(after_help = EXAMPLES)]           // two or three lines that a person would type
//! pub struct Arguments { .. }
//!
//! /// What it does.
//! pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> { .. }
//! ```
//! then its `mod` line, its variant of `Command` and its arm in `Command::run`, all three below and
//! in the order of the alphabet.
//! - `context.config()?` gives the configuration, `progress::Progress` shows one on a terminal.
//! - Results go to standard output: `context.print(..)`, or a locked `stdout` with
//!   `exit::output_error`, so that `| head` is no failure. All else goes to standard error.
//! - Return [`exit::WrongUse`] for arguments that do not go together (2), [`exit::Interrupted`] when
//!   stopped halfway (130); any other error is a failure (1).

pub mod act;
pub mod check_config;
pub mod classify;
pub mod completions;
pub mod context;
pub mod demo;
pub mod dlq;
pub mod exit;
pub mod healthcheck;
mod input;
mod logs;
pub mod match_claims;
pub mod notify;
mod progress;
pub mod refold;
pub mod replay;
pub mod run;
pub mod schema;
pub mod score_series;
pub mod simulate;
pub mod state;
pub mod topics;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use context::Context;

use crate::cli::context::GlobalOptions;
use crate::cli::exit::Exit;

/// The whole line.
#[derive(Debug, Parser)]
#[command(
    name = "kentongan",
    version,
    about = "Notices sudden spikes of talk that touches Indonesia, says why, and tells the desk",
    long_about = LONG_ABOUT,
    after_help = EXAMPLES,
    arg_required_else_help = true,
    infer_long_args = false,
    propagate_version = false
)]
struct Line {
    #[command(flatten)]
    options: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

const LONG_ABOUT: &str = "\
Notices sudden spikes of talk that touches Indonesia, says why, and tells the
crisis desk and the person on call.
Menangkap lonjakan percakapan yang menyangkut Indonesia, menjelaskan sebabnya,
dan memberi tahu meja krisis serta petugas jaga.";

const EXAMPLES: &str = "\
Examples:
  kentongan demo                                      see it work, nothing else needed
  kentongan replay posts.jsonl.gz > alerts.jsonl      which alerts would there have been?
  kentongan topics --create --config kentongan.toml   then: kentongan run --config kentongan.toml
  kentongan COMMAND --help                            more examples

Every key can be set in a file (--config), in the environment
(KENTONGAN__KAFKA__BROKERS) and by --set kafka.brokers=...; the last one holds.
RUST_LOG picks the log lines.
Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 130 interrupted.";

/// What can be asked.
#[derive(Debug, Subcommand)]
enum Command {
    Act(act::Arguments),
    CheckConfig(check_config::Arguments),
    Classify(classify::Arguments),
    Completions(completions::Arguments),
    Demo(demo::Arguments),
    Dlq(dlq::Arguments),
    Healthcheck(healthcheck::Arguments),
    MatchClaims(match_claims::Arguments),
    Notify(notify::Arguments),
    Refold(refold::Arguments),
    Replay(replay::Arguments),
    Run(run::Arguments),
    Schema(schema::Arguments),
    ScoreSeries(score_series::Arguments),
    Simulate(simulate::Arguments),
    State(state::Arguments),
    Topics(topics::Arguments),
}

impl Command {
    /// Which log lines it shows unless told: a demo speaks for itself.
    fn log_filter(&self) -> &'static str {
        if matches!(self, Self::Demo(_)) {
            "warn"
        } else {
            "info"
        }
    }

    fn run(&self, context: &Context) -> anyhow::Result<()> {
        match self {
            Self::Act(arguments) => act::run(context, arguments),
            Self::CheckConfig(arguments) => check_config::run(context, arguments),
            Self::Classify(arguments) => classify::run(context.config()?, arguments),
            Self::Completions(arguments) => completions::run(context, arguments),
            Self::Demo(arguments) => demo::run(context, arguments),
            Self::Dlq(arguments) => dlq::run(context, arguments),
            Self::Healthcheck(arguments) => healthcheck::run(context.config()?, arguments),
            Self::MatchClaims(arguments) => match_claims::run(context.config()?, arguments),
            Self::Notify(arguments) => notify::run(context, arguments),
            Self::Refold(arguments) => refold::run(context, arguments),
            Self::Replay(arguments) => replay::run(context, arguments),
            Self::Run(arguments) => run::run(context, arguments),
            Self::Schema(arguments) => schema::run(arguments),
            Self::ScoreSeries(arguments) => score_series::run(context, arguments),
            Self::Simulate(arguments) => simulate::run(context, arguments),
            Self::State(arguments) => state::run(context, arguments),
            Self::Topics(arguments) => {
                topics::run(context.config()?, arguments, &mut io::stdout().lock())
            }
        }
    }
}

/// Does what `line` (the program's name first) asks; says on standard error what went wrong.
pub fn run(line: impl IntoIterator<Item = OsString>) -> ExitCode {
    let line = match Line::try_parse_from(line) {
        Ok(line) => line,
        Err(refusal) => return refuse(&refusal),
    };
    let context = Context::new(line.options);
    let result =
        logs::start(&context, line.command.log_filter()).and_then(|()| line.command.run(&context));
    let exit = Exit::of(&result);
    if let (Err(error), true) = (&result, exit != Exit::Done) {
        // Without standard error, the exit code is all that can be said.
        exit::explain(error, &mut io::stderr().lock()).unwrap_or_default();
    }
    exit.into()
}

/// Shows help or what is wrong with the line.
fn refuse(refusal: &clap::Error) -> ExitCode {
    let shown = refusal.print().and_then(|()| io::stdout().flush());
    match shown {
        Ok(()) if refusal.exit_code() == 0 => Exit::Done.into(),
        Ok(()) => Exit::WrongUse.into(),
        Err(error) => Exit::of(&Err(exit::output_error(error))).into(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_line_is_defined_without_contradictions() {
        Line::command().debug_assert();
    }

    #[test]
    fn every_command_teaches_by_purpose_and_examples() {
        for command in Line::command().get_subcommands() {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name} has no purpose");
            let examples = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            let count = examples
                .lines()
                .filter(|line| line.contains("kentongan "))
                .count();
            assert!(count >= 2, "{name} has {count} examples");
        }
    }
}
