//! The program as its users run it: processes of the real binary. With `KENTONGAN_TEST_BOOTSTRAP` set
//! (as `scripts/kafka start` prints it) two of them share the work on a real broker.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failure is a panic, and a wait has a deadline"
)]

mod demo;
mod fact_checks;
mod people;
mod place;
mod process;
mod standing;
mod terminal;
mod two;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held by each test: processes of the program want the whole machine, and the demo is promised to
/// be quick on one that does nothing else.
static MACHINE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}
