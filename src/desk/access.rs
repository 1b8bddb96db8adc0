//! Who may see the page: anyone on this machine, whoever has a token, whom a trusted proxy names.
//!
//! In: the section `http` of the configuration. Out: [`Access`], and [`guard`] before the API.
//! Rule: an address that other machines reach never goes without tokens or such a proxy; what a proxy
//! says counts only if it comes from its own network. A client that asks too often is refused.
//! Not here: what a role may do (the handlers that act).

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::api::Problem;
use super::proxy::Proxy;
use super::rate::Rates;
use super::tokens::Tokens;
use super::{Desk, same_origin};
use crate::config::Http;
use crate::metrics::Limit;

/// The cookie that a signed-in page sends.
pub(super) const COOKIE: &str = "kentongan";
/// Requests of one client in a minute where no configuration says otherwise.
const REQUESTS_PER_MINUTE: u32 = 600;
/// What one client may try in a minute before it is known.
const ATTEMPTS_PER_MINUTE: u32 = 30;

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read.
    Viewer,
    /// Read and act.
    Operator,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Holder {
    /// The name beside the token, or as the proxy has it; empty on a desk that asks for none.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Who may see the page, and how often.
pub struct Access {
    tokens: Option<Tokens>,
    proxy: Option<Proxy>,
    /// By client, those that were let in.
    requests: Rates,
    /// By address, those that were not.
    attempts: Rates,
}

/// Why the page may not be served.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Other machines reach the address, and nothing guards it.
    #[error(
        "http.listen = {listen} is reached from other machines, so the page needs tokens: write a file \
         with a line such as `viewer wall-screen TOKEN` (draw the token with: openssl rand -hex 32) and \
         name it in http.tokens_file; or name a proxy that asks who it is in http.proxy_header and \
         http.proxy_networks; or listen on 127.0.0.1, or leave out the role desk"
    )]
    Unguarded {
        /// The address.
        listen: SocketAddr,
    },
    /// The file cannot be read as text.
    #[error("http.tokens_file: reading {path}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error(
        "http.tokens_file: line {line}: {problem}; write `viewer NAME TOKEN` or `operator NAME TOKEN`, \
             and draw a token with: openssl rand -hex 32"
    )]
    Malformed {
        /// The line, from 1; 0: the file as a whole.
        line: usize,
        /// What is wrong, without any of the token.
        problem: &'static str,
    },
}

impl Access {
    /// Anyone on this machine, nobody else.
    pub fn of_this_machine() -> Self {
        Self::with(None, None, REQUESTS_PER_MINUTE)
    }

    /// What the configuration says; without tokens and proxy it is this machine only.
    pub fn of(http: &Http) -> Result<Self, AccessError> {
        let proxy = Proxy::of(http);
        let is_own = http.listen.ip().to_canonical().is_loopback();
        if http.tokens_file.is_empty() && proxy.is_none() && !is_own {
            let listen = http.listen;
            return Err(AccessError::Unguarded { listen });
        }
        let tokens = if http.tokens_file.is_empty() {
            None
        } else {
            Some(Tokens::read(Path::new(&http.tokens_file))?)
        };
        Ok(Self::with(tokens, proxy, http.requests_per_minute))
    }

    /// With the lines of a file of tokens; `#` begins a comment.
    pub fn parse(text: &str) -> Result<Self, AccessError> {
        let tokens = Tokens::parse(text)?;
        Ok(Self::with(Some(tokens), None, REQUESTS_PER_MINUTE))
    }

    fn with(tokens: Option<Tokens>, proxy: Option<Proxy>, per_minute: u32) -> Self {
        Self {
            tokens,
            proxy,
            requests: Rates::new(per_minute),
            attempts: Rates::new(per_minute.min(ATTEMPTS_PER_MINUTE)),
        }
    }

    /// Whether anything is asked.
    fn asks(&self) -> bool {
        self.tokens.is_some() || self.proxy.is_some()
    }

    /// Whose token this is.
    pub(super) fn holder(&self, secret: &str) -> Option<Holder> {
        self.tokens.as_ref()?.holder(secret)
    }

    fn admit(&self, headers: &HeaderMap, client: IpAddr) -> Result<Holder, Problem> {
        if self.asks() {
            let secret = bearer(headers).or_else(|| cookie(headers));
            let named = || self.proxy.as_ref()?.person(headers, client);
            let problem = Problem(StatusCode::UNAUTHORIZED, "a token is needed");
            let holder = secret.and_then(|secret| self.holder(secret));
            return holder.or_else(named).ok_or(problem);
        }
        if !is_asked_as_this_machine(headers) {
            return Err(Problem(
                StatusCode::MISDIRECTED_REQUEST,
                "this desk answers to this machine's own names only; give it tokens to open it further",
            ));
        }
        Ok(Holder {
            name: String::new(),
            role: Role::Operator,
        })
    }
}

/// The gate before the API.
#[derive(Clone)]
pub(super) struct Gate {
    pub access: Arc<Access>,
    pub desk: Arc<Desk>,
}

/// Lets a request through that may see the API, with its [`Holder`].
pub(super) async fn guard(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let client = client(&request);
    let now = (gate.desk.clock)();
    if !same_origin::holds(request.method(), request.headers()) {
        return same_origin::REFUSED.into_response();
    }
    match gate.access.admit(request.headers(), client) {
        Ok(holder) => {
            let asker = format!("{client} {}", holder.name);
            if let Err(wait) = gate.access.requests.take(&asker, now) {
                return gate.refuse(wait);
            }
            request.extensions_mut().insert(holder);
            next.run(request).await
        }
        Err(problem) => match gate.access.attempts.take(&client.to_string(), now) {
            Ok(()) => problem.into_response(),
            Err(wait) => gate.refuse(wait),
        },
    }
}

/// Before signing in: a token cannot be guessed by trying.
pub(super) async fn slow_down(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if !same_origin::holds(request.method(), request.headers()) {
        return same_origin::REFUSED.into_response();
    }
    let asker = client(&request).to_string();
    match gate.access.attempts.take(&asker, (gate.desk.clock)()) {
        Ok(()) => next.run(request).await,
        Err(wait) => gate.refuse(wait),
    }
}

impl Gate {
    fn refuse(&self, wait_s: u32) -> Response {
        self.desk.metrics.count_limit(Limit::DeskRequests, 1);
        let problem = Problem(
            StatusCode::TOO_MANY_REQUESTS,
            "too many requests, wait a little",
        );
        let wait = [(header::RETRY_AFTER, wait_s.to_string())];
        (wait, problem).into_response()
    }
}

/// Where a request comes from; this machine where no network is between.
fn client(request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = peer.map_or(Ipv4Addr::LOCALHOST.into(), |peer| peer.0.ip());
    address.to_canonical()
}

/// The token of an `Authorization` header.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Without tokens, a page of elsewhere could have its own name point at this machine and read along:
/// its requests still carry that name.
fn is_asked_as_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        return true;
    };
    let host = host.to_str().unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Access({:?}, {:?})", self.tokens, self.proxy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn what_other_machines_reach_is_never_served_to_anyone() {
        let mut http = Config::built_in().unwrap().http;
        for own in [
            "127.0.0.1:0",
            "127.8.8.8:80",
            "[::1]:80",
            "[::ffff:127.0.0.1]:80",
        ] {
            http.listen = own.parse().unwrap();
            assert!(Access::of(&http).is_ok(), "{own}");
        }
        for reached in [
            "0.0.0.0:80",
            "[::]:80",
            "10.0.0.1:80",
            "[::ffff:10.0.0.1]:80",
        ] {
            http.listen = reached.parse().unwrap();
            let message = Access::of(&http).unwrap_err().to_string();
            assert!(message.contains("http.tokens_file"), "{message}");
        }
        "x-user".clone_into(&mut http.proxy_header);
        assert!(Access::of(&http).is_ok(), "a proxy asks in its place");
    }
}
