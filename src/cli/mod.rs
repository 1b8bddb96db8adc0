//! The command line: one file per subcommand.
//!
//! In: arguments. Out: an exit code: 0 done, 1 failed, 2 wrong use or configuration, 130 interrupted.
//! Not here: what the commands do (the rooms that they call).
pub mod classify;
