//! How much memory this process has, as the system sees it.
//!
//! In: `/proc/self/status`. Out: a metric.
//! Rule: where there is no such file there is no number, and nothing else changes.

use std::fs;

use crate::metrics::Metrics;

/// States it.
pub(super) fn show(metrics: &Metrics) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(bytes) = resident_bytes(&status) {
        metrics.resident_memory.set(bytes);
    }
}

fn resident_bytes(status: &str) -> Option<i64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resident_memory_is_read_in_bytes() {
        let status = "Name:\tkentongan\nVmRSS:\t   12345 kB\nThreads:\t9\n";
        assert_eq!(resident_bytes(status), Some(12_641_280));
        assert_eq!(resident_bytes("VmRSS:\tmany\n"), None);
        assert_eq!(resident_bytes(""), None);
    }
}
