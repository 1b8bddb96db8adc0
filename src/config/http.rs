//! The section `http`: the two ports, and who is let in.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Serialize;

use super::network::{Network, network};
use super::section::{Fault, Section, quoted};
use super::text_rules;

/// Longest name of a person that a proxy may state.
const PERSON_CHARACTERS_MAX: usize = 100;

/// The two ports, and who is let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Http {
    /// Address and port of the page and its API.
    pub listen: SocketAddr,
    /// Address and port of the metrics and the probes.
    pub metrics_listen: SocketAddr,
    /// File of the tokens that open the page; empty: none is asked.
    pub tokens_file: String,
    /// The header in which a proxy says who asks, in small letters; empty: no proxy is believed.
    pub proxy_header: String,
    /// Where that proxy's requests come from.
    pub proxy_networks: Vec<Network>,
    /// Who of those may act.
    pub proxy_operators: Vec<String>,
    /// Most requests of one client in a minute.
    pub requests_per_minute: u32,
}

/// Reads the section.
pub(super) fn http(mut section: Section<'_, '_, '_>) -> Http {
    let listen = section
        .text("listen", text_rules::address)
        .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let http = Http {
        listen,
        metrics_listen: section
            .text("metrics_listen", |text| match text {
                "" => Ok(beside(listen)),
                _ => text_rules::address(text),
            })
            .unwrap_or_else(|| beside(listen)),
        tokens_file: section
            .text("tokens_file", text_rules::key_file)
            .unwrap_or_default(),
        proxy_header: section.text("proxy_header", header).unwrap_or_default(),
        proxy_networks: section.texts("proxy_networks", network),
        proxy_operators: section.texts("proxy_operators", person),
        requests_per_minute: section.whole("requests_per_minute", 10..=1_000_000),
    };
    if !http.proxy_header.is_empty() && http.proxy_networks.is_empty() {
        let problem =
            "no network is named from which the proxy asks, so anyone could write the header";
        let instead = "name it in http.proxy_networks";
        section.blame_key("proxy_header", Fault::new(problem, instead));
    }
    section.finish();
    http
}

/// This machine's own, the port after that of the page; any free one where that is any free one.
fn beside(listen: SocketAddr) -> SocketAddr {
    let port = match listen.port() {
        0 => 0,
        u16::MAX => u16::MAX - 1,
        port => port + 1,
    };
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The name of a header, in small letters.
fn header(text: &str) -> Result<String, Fault> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if text.len() <= PERSON_CHARACTERS_MAX && text.bytes().all(is_plain) {
        return Ok(text.to_ascii_lowercase());
    }
    let problem = format!("{} is no name of a header", quoted(text));
    Err(Fault::new(
        problem,
        "write one such as \"X-Forwarded-User\"",
    ))
}

/// A person as the proxy names them.
fn person(text: &str) -> Result<String, Fault> {
    let is_seen = text.chars().all(|character| !character.is_control());
    if !text.is_empty() && text.len() <= PERSON_CHARACTERS_MAX && is_seen {
        return Ok(text.to_owned());
    }
    let problem = format!("{} is no name of a person", quoted(text));
    Err(Fault::new(
        problem,
        "write the name as the proxy does, or \"*\" for everyone",
    ))
}
