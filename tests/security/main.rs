//! Kafka that asks who it is: TLS, every mechanism, and the least rights of each role, on a real broker.
//! Runs where `KENTONGAN_TEST_BOOTSTRAP` says that real parts are here; the broker is this test's own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test: a failure is a panic, and a wait has a deadline"
)]

mod broker;
mod document;
mod doors;
#[path = "../run/process.rs"]
#[expect(
    dead_code,
    reason = "helpers of another test, of which this one needs some"
)]
mod process;
mod rights;
mod roles;
mod wire;
mod world;
