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

/// The name of the account that runs the program, `None` where the system does not say.
pub fn user_name() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment is read here and nowhere else"
    )]
    let name = |variable| std::env::var(variable).ok();
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|variable| name(variable).filter(|name| !name.is_empty()))
}
