//! Traces of alerts: where the time went between a post and the alert that it brought about.
//!
//! In: revisions that went out, with the wall times of their way. Out: spans for an OpenTelemetry collector.
//! Rule: an incident is a trace, a revision a span of it with a child for each stage; the ids are made from the
//! alert's own, as in its `traceparent`, so that whoever got the alert finds its trace. Posts have no spans: most of
//! them bring about nothing.
//! Not here: delays as metrics (`observe`).

#[cfg(feature = "opentelemetry")]
mod exporter;
#[cfg(test)]
mod tests;

use crate::alert::TraceIds;
use crate::config;
use crate::post::EventTime;

#[cfg(feature = "opentelemetry")]
use exporter::Exporter;

/// The way of one revision, wall times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Its ids.
    pub ids: TraceIds,
    /// The incident.
    pub incident: String,
    /// The newest post that decided.
    pub posted_at: EventTime,
    /// The flush of ingest that brought it.
    pub flushed_at: EventTime,
    /// Detect wrote the signal.
    pub noticed_at: EventTime,
    /// Triage wrote the alert.
    pub told_at: EventTime,
}

/// One span of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The stage, or `alert` for the whole.
    pub name: &'static str,
    /// Its id.
    pub span: u64,
    /// The id of what it is a part of.
    pub parent: Option<u64>,
    /// From then ...
    pub begin: EventTime,
    /// ... to then.
    pub end: EventTime,
}

impl Way {
    /// The whole, then a part for each stage. A clock that runs behind another makes a part of no length, never one
    /// that ends before it begins.
    pub fn steps(&self) -> Vec<Step> {
        let stages = [
            ("ingest", self.flushed_at),
            ("detect", self.noticed_at),
            ("triage", self.told_at),
        ];
        let mut begin = self.posted_at;
        let mut parts = Vec::new();
        for (name, end) in stages {
            let end = end.max(begin);
            parts.push(Step {
                name,
                span: self.ids.part(name),
                parent: Some(self.ids.span),
                begin,
                end,
            });
            begin = end;
        }
        let whole = Step {
            name: "alert",
            span: self.ids.span,
            parent: None,
            begin: self.posted_at,
            end: begin,
        };
        [whole].into_iter().chain(parts).collect()
    }
}

/// Why there are no traces though they were asked for.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// A program without the feature.
    #[error(
        "traces.endpoint is set, but this program was built without traces; \
         build it with --features opentelemetry, or leave traces.endpoint empty"
    )]
    NotBuilt,
    /// The exporter did not start.
    #[error("the exporter of traces did not start; look at traces.endpoint: {0}")]
    Exporter(String),
}

/// Where traces go, if they go anywhere.
#[derive(Debug, Default)]
pub struct Traces {
    #[cfg(feature = "opentelemetry")]
    exporter: Option<Exporter>,
}

impl Traces {
    /// Traces as the configuration asks for them.
    pub fn open(config: &config::Traces) -> Result<Self, TracesError> {
        if config.endpoint.is_empty() {
            return Ok(Self::default());
        }
        #[cfg(feature = "opentelemetry")]
        let traces = Ok(Self {
            exporter: Some(Exporter::new(&config.endpoint)?),
        });
        #[cfg(not(feature = "opentelemetry"))]
        let traces = Err(TracesError::NotBuilt);
        traces
    }

    /// Tells a way. Never waits: what the collector does not take in time is dropped.
    #[cfg_attr(
        not(feature = "opentelemetry"),
        expect(unused_variables, reason = "there is nobody to tell")
    )]
    pub fn tell(&self, way: &Way) {
        #[cfg(feature = "opentelemetry")]
        if let Some(exporter) = &self.exporter {
            exporter.tell(way);
        }
    }
}
