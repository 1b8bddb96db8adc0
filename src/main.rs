//! Kentongan, the program: one line in, one exit code out. Everything is in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kentongan::cli::run(std::env::args_os())
}
