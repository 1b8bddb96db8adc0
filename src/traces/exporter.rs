//! Spans over OTLP (HTTP, JSON), in batches, from a thread of the library.
//!
//! Rule: at most 2,048 spans wait; more are dropped, and the library says so in the log.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor as _,
};

use super::{Step, TracesError, Way};
use crate::post::EventTime;

/// Longest wait for the collector, also at the end.
const PATIENCE: Duration = Duration::from_secs(3);

/// What takes spans to a collector.
#[derive(Debug)]
pub(super) struct Exporter {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
}

impl Exporter {
    pub(super) fn new(endpoint: &str) -> Result<Self, TracesError> {
        // An error says that the process has a provider of TLS already: that one is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpJson)
            .with_endpoint(endpoint)
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| TracesError::Exporter(error.to_string()))?;
        let mut processor = BatchSpanProcessor::builder(exporter).build();
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder()
            .with_service_name("kentongan")
            .with_attribute(version);
        processor.set_resource(&resource.build());
        Ok(Self {
            processor,
            scope: InstrumentationScope::builder("kentongan").build(),
        })
    }

    pub(super) fn tell(&self, way: &Way) {
        for step in way.steps() {
            self.processor.on_end(self.span(way, &step));
        }
    }

    fn span(&self, way: &Way, step: &Step) -> SpanData {
        let trace = TraceId::from(way.ids.trace);
        let flags = TraceFlags::SAMPLED;
        let span = SpanId::from(step.span);
        let state = TraceState::default();
        SpanData {
            span_context: SpanContext::new(trace, span, flags, false, state),
            parent_span_id: step.parent.map_or(SpanId::INVALID, SpanId::from),
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: step.name.into(),
            start_time: system_time(step.begin),
            end_time: system_time(step.end),
            attributes: vec![KeyValue::new("kentongan.incident", way.incident.clone())],
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: self.scope.clone(),
        }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        if let Err(error) = self.processor.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

fn system_time(time: EventTime) -> SystemTime {
    let millis = time.millis_since(EventTime::from_millis(0));
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
