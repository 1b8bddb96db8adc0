//! How each kind of metric is built on a registry.

use prometheus::core::Collector;
use prometheus::{
    Error, Gauge, GaugeVec, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry,
};

/// Seconds that a delay is sorted into: from a second to three hours.
const DELAY_BUCKETS_SECONDS: [f64; 14] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 10_800.0,
];

/// A kind of metric that can be built on a registry.
pub(super) trait Register: Sized {
    /// The word for it in the exposition format.
    const KIND: &str;

    /// Builds it on `registry`.
    fn register(registry: &Registry, opts: Opts, labels: &[&str]) -> Result<Self, Error>;
}

fn on<C: Collector + Clone + 'static>(registry: &Registry, metric: C) -> Result<C, Error> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

impl Register for IntCounter {
    const KIND: &str = "counter";

    fn register(registry: &Registry, opts: Opts, _: &[&str]) -> Result<Self, Error> {
        on(registry, Self::with_opts(opts)?)
    }
}

impl Register for IntCounterVec {
    const KIND: &str = "counter";

    fn register(registry: &Registry, opts: Opts, labels: &[&str]) -> Result<Self, Error> {
        on(registry, Self::new(opts, labels)?)
    }
}

impl Register for IntGauge {
    const KIND: &str = "gauge";

    fn register(registry: &Registry, opts: Opts, _: &[&str]) -> Result<Self, Error> {
        on(registry, Self::with_opts(opts)?)
    }
}

impl Register for IntGaugeVec {
    const KIND: &str = "gauge";

    fn register(registry: &Registry, opts: Opts, labels: &[&str]) -> Result<Self, Error> {
        on(registry, Self::new(opts, labels)?)
    }
}

impl Register for Gauge {
    const KIND: &str = "gauge";

    fn register(registry: &Registry, opts: Opts, _: &[&str]) -> Result<Self, Error> {
        on(registry, Self::with_opts(opts)?)
    }
}

impl Register for GaugeVec {
    const KIND: &str = "gauge";

    fn register(registry: &Registry, opts: Opts, labels: &[&str]) -> Result<Self, Error> {
        on(registry, Self::new(opts, labels)?)
    }
}

impl Register for Histogram {
    const KIND: &str = "histogram";

    fn register(registry: &Registry, opts: Opts, _: &[&str]) -> Result<Self, Error> {
        let opts = HistogramOpts::from(opts).buckets(DELAY_BUCKETS_SECONDS.to_vec());
        on(registry, Self::with_opts(opts)?)
    }
}
