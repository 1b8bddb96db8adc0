//! Spans over OTLP, as a collector gets them. Built with the feature `opentelemetry` only.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is a panic"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use kentongan::alert::TraceIds;
use kentongan::config::{self, Config};
use kentongan::post::EventTime;
use kentongan::traces::{Traces, Way};
use serde_json::Value;

/// Answers one request with 200; gives its path and body.
fn collector() -> (String, thread::JoinHandle<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let got = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            lines.push(line.to_lowercase());
        }
        let length = lines
            .iter()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap().trim().parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let answer =
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}";
        reader.get_mut().write_all(answer).unwrap();
        (lines[0].clone(), serde_json::from_slice(&body).unwrap())
    });
    (format!("http://{address}/v1/traces"), got)
}

#[test]
fn a_collector_gets_a_span_for_each_stage_of_an_alert() {
    let (endpoint, got) = collector();
    let traces = Traces::open(&config::Traces { endpoint }).unwrap();
    let ids = TraceIds::of("inc-1", "inc-1-1");
    let [posted_at, flushed_at, noticed_at, told_at] =
        [1_000, 1_600, 1_650, 1_700].map(EventTime::from_millis);
    traces.tell(&Way {
        ids,
        incident: "inc-1".into(),
        posted_at,
        flushed_at,
        noticed_at,
        told_at,
    });
    // The end of the program sends what waits.
    drop(traces);
    let (request, body) = got.join().unwrap();
    assert!(request.starts_with("post /v1/traces "), "{request}");
    let resource = &body["resourceSpans"][0];
    let service = resource["resource"]["attributes"].as_array().unwrap();
    let is_named =
        |it: &Value| it["key"] == "service.name" && it["value"]["stringValue"] == "kentongan";
    assert!(service.iter().any(is_named), "{service:?}");
    let spans = resource["scopeSpans"][0]["spans"].as_array().unwrap();
    let names: Vec<&str> = spans
        .iter()
        .map(|span| span["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["alert", "ingest", "detect", "triage"]);
    let parent = ids.traceparent(true);
    let mut parts = parent.split('-').skip(1);
    let (trace, root) = (parts.next().unwrap(), parts.next().unwrap());
    for span in spans {
        assert_eq!(span["traceId"], trace);
    }
    assert_eq!(spans[0]["spanId"], root);
    assert!(spans[1..].iter().all(|span| span["parentSpanId"] == root));
    let nanos = |span: &Value, key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(nanos(&spans[0], "startTimeUnixNano"), 1_000_000_000);
    assert_eq!(nanos(&spans[0], "endTimeUnixNano"), 1_700_000_000);
    assert_eq!(spans[1]["attributes"][0]["value"]["stringValue"], "inc-1");
}

#[test]
fn without_an_endpoint_nothing_is_told() {
    let traces = Traces::open(&Config::built_in().unwrap().traces).unwrap();
    assert!(format!("{traces:?}").contains("None"), "{traces:?}");
}
