//! `notify test`: sends an exercise to the channels, and says what they answered.
//!
//! In: a channel's name, or none for all. Out: a line for each; exit code 1 when one did not take it.

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::cli::context::Context;
use crate::notify::Answer;
use crate::service::notify_test::{Tested, notify_test};

const EXAMPLES: &str = "\
Examples:
  kentongan notify test --config kentongan.toml
  kentongan notify test --channel duty-phone --config kentongan.toml

Sends an exercise (LATIHAN / EXERCISE) at once, whatever the channel's routes
say, and ends with exit code 1 when a channel does not take it.";

/// Try the channels to people and programs
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Test(TestArguments),
}

/// Send an exercise and say what was answered
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct TestArguments {
    /// Name of one channel: alertmanager-1, webhook, or as notify.channels has it; all unless told
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
}

/// Sends and prints.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let Command::Test(TestArguments { channel }) = &arguments.command;
    let tested = notify_test(context.config()?, channel.as_deref())?;
    if tested.is_empty() {
        bail!("no channel is configured: see docs/notify.md");
    }
    let lines: Vec<_> = tested.iter().map(line).collect();
    context.print(&lines.concat())?;
    let failed = tested
        .iter()
        .filter(|tested| tested.answer != Answer::Accepted);
    match failed.count() {
        0 => Ok(()),
        count => bail!("{count} of {} channels did not take it", tested.len()),
    }
}

fn line(tested: &Tested) -> String {
    let Tested {
        channel,
        to,
        answer,
    } = tested;
    let said = match answer {
        Answer::Accepted => "taken".to_owned(),
        Answer::Refused { status } => format!("refused with status {status}"),
        Answer::Later { detail, .. } => format!("failed: {detail}"),
    };
    format!("{channel:<20} {to:<40} {said}\n")
}
