//! The one place that reads the environment.
//!
//! In: the process. Out: names and values as data.
//! Rule: everything else gets the environment as an argument, so that a test can give another.

use std::ffi::OsString;

use crate::config::layer::PREFIX;

/// The variables that configure the program, sorted by name.
pub(crate) fn variables() -> Vec<(String, OsString)> {
    let mut variables: Vec<_> = std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    variables.sort();
    variables
}

/// What `RUST_LOG` says about which log lines to show, `None` without one.
pub fn log_filter() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment is read here and nowhere else"
    )]
    std::env::var("RUST_LOG")
        .ok()
        .filter(|filter| !filter.is_empty())
}
