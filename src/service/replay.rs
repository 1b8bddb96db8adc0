//! Back-test.
