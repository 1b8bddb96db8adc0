//! The program as its users run it: processes of the real binary. With `KENTONGAN_TEST_BOOTSTRAP` set
//! (as `scripts/kafka start` prints it) two of them share the work on a real broker.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failure is a panic, and a wait has a deadline"
)]

mod demo;
mod place;
mod process;
mod terminal;
mod two;
