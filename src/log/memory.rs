//! The log in memory, for replay and tests.
