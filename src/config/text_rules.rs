//! What a text must look like: names, addresses, links.
//!
//! In: a text of the configuration. Out: what it means, or a [`Fault`] in words.
//! Rule: whatever passes here is accepted by Kafka, by the socket and by readers of alerts.

use std::net::{Ipv6Addr, SocketAddr};

use crate::config::section::{Fault, quoted};

/// Longest name of a Kafka topic.
const KAFKA_NAME_CHARACTERS_MAX: usize = 249;
/// What the Kafka topic of a feed's refused records ends with.
pub(crate) const DEAD_LETTERS: &str = ".dlq";
/// Most characters of a name, so that what the program appends to it still fits.
const NAME_CHARACTERS_MAX: usize = KAFKA_NAME_CHARACTERS_MAX - DEAD_LETTERS.len();

/// The name of a Kafka topic or of consumer groups.
pub(crate) fn kafka_name(text: &str) -> Result<String, Fault> {
    let instead = "write 1 to 245 letters, digits, \".\", \"_\" or \"-\"";
    if text.is_empty() {
        return Err(Fault::new("an empty name", instead));
    }
    if text.len() > NAME_CHARACTERS_MAX {
        return Err(Fault::new(
            format!("a name of {} bytes", text.len()),
            instead,
        ));
    }
    if text == "." || text == ".." || !text.bytes().all(is_name_byte) {
        return Err(Fault::new(
            format!("{} is not a name that Kafka allows", quoted(text)),
            instead,
        ));
    }
    if text.starts_with("__") {
        let problem = format!(
            "{}: names with two leading underscores are Kafka's own",
            quoted(text)
        );
        return Err(Fault::new(problem, "write another name"));
    }
    Ok(text.to_owned())
}

/// The name of a Kafka topic; empty for none.
pub(crate) fn kafka_name_or_none(text: &str) -> Result<String, Fault> {
    if text.is_empty() {
        return Ok(String::new());
    }
    kafka_name(text)
}

/// The name of one process among those of its group; empty for one made of host and process id.
pub(crate) fn member(text: &str) -> Result<String, Fault> {
    if text.is_empty() {
        return Ok(String::new());
    }
    kafka_name(text)
}

/// Bootstrap servers, written `host:port,host:port`.
pub(crate) fn brokers(text: &str) -> Result<String, Fault> {
    let servers: Vec<&str> = text.split(',').map(str::trim).collect();
    for server in &servers {
        if let Some(problem) = broker_fault(server) {
            let instead = "write host:port, with commas between servers, \
                           such as \"kafka-0:9092,kafka-1:9092\"";
            return Err(Fault::new(problem, instead));
        }
    }
    Ok(servers.join(","))
}

fn broker_fault(server: &str) -> Option<String> {
    if server.is_empty() {
        return Some("a server is empty".to_owned());
    }
    if server.contains("://") {
        return Some(format!("{} names a protocol", quoted(server)));
    }
    let Some((host, port)) = server.rsplit_once(':') else {
        return Some(format!("{} has no port", quoted(server)));
    };
    if !port.bytes().all(|byte| byte.is_ascii_digit()) || port.parse::<u16>().unwrap_or(0) == 0 {
        return Some(format!(
            "the port of {} is not a number from 1 to 65535",
            quoted(server)
        ));
    }
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_host = bracketed.map_or_else(
        || !host.is_empty() && host.bytes().all(is_name_byte),
        |address| address.parse::<Ipv6Addr>().is_ok(),
    );
    (!is_host).then(|| format!("the host of {} is not a name or address", quoted(server)))
}

/// An address and port to listen on.
pub(crate) fn address(text: &str) -> Result<SocketAddr, Fault> {
    text.parse().map_err(|_| {
        Fault::new(
            format!("{} is not an address with a port", quoted(text)),
            "write \"127.0.0.1:8080\" for this machine only, \"0.0.0.0:8080\" for every network",
        )
    })
}

/// The CloudEvents source: an absolute URI or a path.
pub(crate) fn source(text: &str) -> Result<String, Fault> {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let has_scheme = scheme.is_some_and(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    if is_plain(text) && (text.starts_with('/') || has_scheme) {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        format!("{} is not an absolute URI or a path", quoted(text)),
        "write \"/kentongan\" or \"https://kentongan.example.org\"",
    ))
}

/// An http or https link, or nothing.
pub(crate) fn link_or_none(text: &str) -> Result<String, Fault> {
    if text.is_empty() || is_link(text) {
        return Ok(text.to_owned());
    }
    let instead = "write a link such as \"http://collector.example.org:4318/v1/traces\"";
    let problem = format!("{} is not an http or https link", quoted(text));
    Err(Fault::new(problem, instead))
}

fn is_link(text: &str) -> bool {
    let schemes = ["http://", "https://"];
    let host = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    let is_host = |first: char| first.is_alphanumeric() || first == '[';
    is_plain(text) && host.is_some_and(|host| host.starts_with(is_host))
}

/// The link to an incident, with `{incident}` in it.
pub(crate) fn incident_url(text: &str) -> Result<String, Fault> {
    let instead = "write a link such as \"https://desk.example.org/#{incident}\"";
    if !is_link(text) {
        return Err(Fault::new(
            format!("{} is not an http or https link", quoted(text)),
            instead,
        ));
    }
    let rest = text.replace("{incident}", "");
    if rest == text {
        let problem = "without {incident} every alert links to the same page";
        return Err(Fault::new(problem, instead));
    }
    if rest.contains(['{', '}']) {
        return Err(Fault::new(
            "only {incident} is replaced, but there are other braces",
            instead,
        ));
    }
    Ok(text.to_owned())
}

/// The path of the key file, empty for none.
pub(crate) fn key_file(text: &str) -> Result<String, Fault> {
    if text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Fault::new(
            "this looks like the key itself",
            "write the path of a file that holds the key, and draw a new key: this one was seen",
        ));
    }
    path(text)
}

/// The path of a file, empty for none.
pub(crate) fn path(text: &str) -> Result<String, Fault> {
    let instead = "write the path of a file";
    if text.contains('\0') {
        return Err(Fault::new("a path has no NUL character", instead));
    }
    if text.contains("://") {
        let problem = "this looks like an address, which may hold a secret";
        return Err(Fault::new(problem, instead));
    }
    Ok(text.to_owned())
}

/// The path of a folder, empty for none.
pub(crate) fn folder(text: &str) -> Result<String, Fault> {
    if text.contains('\0') {
        return Err(Fault::new(
            "a path has no NUL character",
            "write the path of a folder",
        ));
    }
    Ok(text.to_owned())
}

/// What names of Kafka topics and of hosts are made of.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}

/// Only visible ASCII characters.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem<T>(result: Result<T, Fault>) -> Option<String> {
        result.err().map(|fault| fault.problem)
    }

    #[test]
    fn servers_are_host_and_port() {
        for accepted in [
            "a:1",
            "127.0.0.1:9092",
            "[::1]:9092",
            "kafka-0.kafka:9092, b:65535",
        ] {
            assert_eq!(problem(brokers(accepted)), None, "{accepted}");
        }
        assert_eq!(brokers(" a:1 , b:2 ").ok().as_deref(), Some("a:1,b:2"));
        for refused in [
            "",
            "a",
            "a:",
            ":1",
            "a:0",
            "a:65536",
            "a:+1",
            "a:1,",
            "PLAINTEXT://a:1",
            "[x]:1",
            "a b:1",
        ] {
            assert!(problem(brokers(refused)).is_some(), "{refused}");
        }
    }

    #[test]
    fn names_are_those_that_kafka_allows() {
        for accepted in ["counts", "feeds.social", "A_b-9"] {
            assert_eq!(problem(kafka_name(accepted)), None, "{accepted}");
        }
        for refused in [
            "",
            ".",
            "..",
            "a b",
            "é",
            "a/b",
            "__state",
            &"a".repeat(246),
        ] {
            assert!(problem(kafka_name(refused)).is_some(), "{refused}");
        }
    }

    #[test]
    fn sources_are_paths_or_uris() {
        for accepted in ["/kentongan", "urn:kentongan", "https://example.org/x"] {
            assert_eq!(problem(source(accepted)), None, "{accepted}");
        }
        for refused in ["", "kentongan", "/a b", ":x", "1x:y"] {
            assert!(problem(source(refused)).is_some(), "{refused}");
        }
    }

    #[test]
    fn links_carry_the_incident() {
        assert_eq!(problem(incident_url("http://[::1]:8080/{incident}")), None);
        for refused in [
            "",
            "ftp://a/{incident}",
            "http:///{incident}",
            "http://a/",
            "http://a/{incident}{x}",
        ] {
            assert!(problem(incident_url(refused)).is_some(), "{refused}");
        }
    }
}
