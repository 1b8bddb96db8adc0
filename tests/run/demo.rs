//! `kentongan demo` as a newcomer sees it.

use std::net::TcpListener;
use std::time::Duration;

use crate::alone;
use crate::process::{Program, get, until};

/// The promise to a newcomer: an alert within half a minute.
const FIRST_ALERT: Duration = Duration::from_secs(30);
const END: Duration = Duration::from_mins(1);

#[test]
fn demo_alerts_within_30_s_answers_on_the_next_free_port_and_ends_well() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    // Held to the end, so that the demo must find another port.
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap();
    let listen = format!("http.listen={taken}");
    let line = ["--set", &listen, "demo", "--speed", "20", "--for", "30s"];
    let mut demo = Program::start(&line, folder.path(), "demo");

    let page = until(FIRST_ALERT, || address(&demo.output()));
    let page = page.unwrap_or_else(|| panic!("no page: {}", demo.output()));
    assert_ne!(page, taken.to_string());
    let probes = probes(&demo.output()).unwrap();
    assert_ne!(probes, page);
    for (address, path) in [
        (&page, "/"),
        (&probes, "/live"),
        (&probes, "/ready"),
        (&probes, "/metrics"),
    ] {
        // Ready is not at once: the groups form, what was told is read.
        let answer = || get(address, path).filter(|(status, _)| *status == 200);
        assert!(until(FIRST_ALERT, answer).is_some(), "{path}");
    }
    let first = until(FIRST_ALERT, || alerts(&demo.output()).first().cloned());
    assert!(first.is_some(), "no alert: {}", demo.output());

    assert_eq!(demo.ended(END), Some(0), "{}", demo.errors());
    let output = demo.output();
    let alerts = alerts(&output);
    for alert in &alerts {
        check_alert(alert);
    }
    let begins = output.lines().filter(|line| line.starts_with(">>> "));
    assert!(begins.count() >= 2, "it tells what really begins: {output}");
    assert!(
        output.contains(&format!("after {} alerts", alerts.len())),
        "each alert is a readable line: {output}"
    );
    assert_eq!(demo.errors(), "", "nothing went wrong on the way");
}

/// `127.0.0.1:8081` of `The page: http://127.0.0.1:8081/`.
fn address(output: &str) -> Option<String> {
    let (_, rest) = output.split_once("http://")?;
    Some(rest.split_once('/')?.0.to_owned())
}

/// The same of `Metrics and probes: http://127.0.0.1:8082/metrics`.
fn probes(output: &str) -> Option<String> {
    address(output.split_once("Metrics and probes: ")?.1)
}

/// The lines of alerts, without the English title below each.
fn alerts(output: &str) -> Vec<String> {
    let mut lines: Vec<&str> = output.split('\n').collect();
    // What stands after the last line end is not a line yet.
    lines.pop();
    let is_alert = |line: &&str| {
        let levels = ["WASPADA ", "SIAGA ", "AWAS "];
        levels.iter().any(|level| line.starts_with(level))
    };
    lines
        .into_iter()
        .filter(is_alert)
        .map(str::to_owned)
        .collect()
}

/// Level with its number, time, status, title with observed and expected, character, delay.
fn check_alert(line: &str) {
    let parts: Vec<&str> = line.split("  ").map(str::trim).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let [level, clock, status, title, character, delay] = parts.as_slice() else {
        panic!("six parts: {line}");
    };
    assert!(
        ["WASPADA II", "SIAGA III", "AWAS IV"].contains(level),
        "{line}"
    );
    assert!(clock.ends_with(" WIB"), "{line}");
    let is_over = *status == "selesai";
    assert!(is_over || title.contains("biasanya"), "{line}");
    assert!(title.contains(": "), "{line}");
    let characters = ["alami", "digerakkan", "belum jelas"];
    assert!(characters.contains(character), "{line}");
    assert!(delay.starts_with("setelah "), "{line}");
}
