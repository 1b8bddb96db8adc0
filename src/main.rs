//! Kentongan, the program: one line in, one exit code out. Everything is in `cli`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Sums of topics come and go by the million: docs/decisions/0086-mimalloc.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    kentongan::cli::run(std::env::args_os())
}
