//! `completions`: what a shell needs to complete a line.
//!
//! In: the name of a shell. Out: a script on standard output.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Line;
use crate::cli::context::Context;

const EXAMPLES: &str = "\
Examples:
  kentongan completions bash > ~/.local/share/bash-completion/completions/kentongan
  kentongan completions zsh > ~/.zfunc/_kentongan
  kentongan completions fish > ~/.config/fish/completions/kentongan.fish";

/// Print the script by which a shell completes the command line
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Writes the script.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Line::command(),
        "kentongan",
        &mut script,
    );
    context.print(&String::from_utf8(script)?)
}
