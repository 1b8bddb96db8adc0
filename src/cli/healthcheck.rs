//! `kentongan healthcheck`: is the program on this machine alive?
//!
//! For container images that hold no shell and no HTTP client. A few lines of HTTP over plain TCP are
//! all it needs.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;

use crate::config::Config;

const TIMEOUT: Duration = Duration::from_secs(3);
const MAX_REPLY_BYTES: u64 = 4_096;

/// Ask the running service whether it is alive; exit 0 if it is, 1 if not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kentongan healthcheck
  kentongan healthcheck --url http://127.0.0.1:8081/ready")]
pub struct Arguments {
    /// What to ask instead of `/live` on the configured `http.metrics_listen`.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// Asks once; any answer but 200 is an error.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let listen = reachable(config.http.metrics_listen);
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => format!("http://{listen}/live"),
    };
    let status = ask(&url).with_context(|| format!("asking {url}"))?;
    ensure!(
        status == 200,
        "{url} answered {status}: the service is not healthy"
    );
    Ok(())
}

/// An address that listens everywhere is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        address if !address.is_unspecified() => address,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(address, listen.port())
}

fn ask(url: &str) -> anyhow::Result<u16> {
    let Some(rest) = url.strip_prefix("http://") else {
        bail!("the URL must begin with http://");
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    ensure!(
        !url.contains(|c: char| c.is_whitespace() || c.is_control()),
        "the URL must not hold blanks"
    );
    let address = authority
        .to_socket_addrs()
        .or_else(|_| (authority, 80).to_socket_addrs())?
        .next()
        .context("the host has no address")?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut reply = Vec::new();
    stream.take(MAX_REPLY_BYTES).read_to_end(&mut reply)?;
    status(&reply).context("the answer is not HTTP")
}

fn status(reply: &[u8]) -> Option<u16> {
    let line = reply.split(|&byte| byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    line.strip_prefix("HTTP/1.")?
        .split(' ')
        .nth(1)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A server that gives one answer; returns what it was asked.
    fn check(reply: &'static str) -> (anyhow::Result<()>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = Config::built_in().unwrap();
        config.http.metrics_listen = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0_u8; 1_024];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(reply.as_bytes()).unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let result = run(&config, &Arguments { url: None });
        (result, server.join().unwrap())
    }

    #[test]
    fn a_live_service_is_healthy() {
        let (result, request) = check("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        result.unwrap();
        assert!(
            request.starts_with("GET /live HTTP/1.1\r\nHost: 127.0.0.1:"),
            "{request}"
        );
    }

    #[test]
    fn every_other_answer_is_an_error_that_names_the_url() {
        for reply in [
            "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            "SSH-2.0-x\r\n",
            "",
        ] {
            let (result, _) = check(reply);
            let error = format!("{:#}", result.unwrap_err());
            assert!(error.contains("http://127.0.0.1:"), "{error}");
        }
    }

    #[test]
    fn nothing_that_listens_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = Config::built_in().unwrap();
        config.http.metrics_listen = listener.local_addr().unwrap();
        drop(listener);
        assert!(run(&config, &Arguments { url: None }).is_err());
        let url = Some("https://127.0.0.1/".to_owned());
        assert!(run(&config, &Arguments { url }).is_err());
    }

    #[test]
    fn an_address_that_listens_everywhere_is_asked_on_loopback() {
        let asked = |listen: &str| reachable(listen.parse().unwrap()).to_string();
        assert_eq!(asked("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(asked("[::]:8080"), "[::1]:8080");
        assert_eq!(asked("10.1.2.3:80"), "10.1.2.3:80");
    }
}
