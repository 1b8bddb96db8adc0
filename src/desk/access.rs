//! Who may see the page: anyone on this machine, or whoever has a token.
//!
//! In: the address of the port, and a file of tokens. Out: [`Access`], and [`guard`] before the API.
//! Rule: an address that other machines reach never goes without tokens. A token shows itself nowhere,
//! and comparing it takes the same time whichever of its characters is wrong.
//! Not here: what a role may do; every role may read, and reading is all that there is for now.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::api::Problem;

/// The cookie that a signed-in page sends.
pub(super) const COOKIE: &str = "kentongan";
/// Longest file of tokens, bytes.
const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Lengths of a token: 32 hexadecimal digits are 128 bits.
const TOKEN_CHARACTERS: std::ops::RangeInclusive<usize> = 32..=256;

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
    /// The name beside the token; empty on a desk that asks for none.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

struct Token {
    secret: String,
    holder: Holder,
}

/// Who may see the page.
pub struct Access {
    /// `None`: anyone on this machine.
    tokens: Option<Vec<Token>>,
}

/// Why the page may not be served.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Other machines reach the address, and nothing guards it.
    #[error(
        "http.listen = {listen} is reached from other machines, so the page needs tokens: write a file \
         with a line such as `viewer wall-screen TOKEN` (draw the token with: openssl rand -hex 32) and \
         name it in http.tokens_file; or listen on 127.0.0.1, or leave out the role desk"
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
        Self { tokens: None }
    }

    /// What holds for a port at `listen`: the tokens of the file that is named, or without one this
    /// machine only.
    pub fn of(listen: SocketAddr, tokens_file: &str) -> Result<Self, AccessError> {
        if !tokens_file.is_empty() {
            return Self::read(Path::new(tokens_file));
        }
        if !listen.ip().to_canonical().is_loopback() {
            return Err(AccessError::Unguarded { listen });
        }
        Ok(Self::of_this_machine())
    }

    fn read(path: &Path) -> Result<Self, AccessError> {
        let unreadable = |source| AccessError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let mut text = String::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(FILE_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(unreadable)?;
        Self::parse(&text)
    }

    /// Reads the lines of a file of tokens; `#` begins a comment.
    pub fn parse(text: &str) -> Result<Self, AccessError> {
        let mut tokens: Vec<Token> = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            let malformed = |problem| AccessError::Malformed { line, problem };
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let token = Token::parse(content).map_err(malformed)?;
            if tokens.iter().any(|known| known.secret == token.secret) {
                return Err(malformed("the same token a second time"));
            }
            tokens.push(token);
        }
        if tokens.is_empty() {
            let problem = "no token in it";
            return Err(AccessError::Malformed { line: 0, problem });
        }
        Ok(Self {
            tokens: Some(tokens),
        })
    }

    /// Whether a token is asked for.
    pub(super) fn asks(&self) -> bool {
        self.tokens.is_some()
    }

    /// Whose token this is. Every token is compared, so that time tells nothing.
    pub(super) fn holder(&self, secret: &str) -> Option<Holder> {
        let mut found = None;
        for token in self.tokens.iter().flatten() {
            if token.is(secret) {
                found = Some(&token.holder);
            }
        }
        found.cloned()
    }

    fn admit(&self, headers: &HeaderMap) -> Result<Holder, Problem> {
        if self.asks() {
            let secret = bearer(headers).or_else(|| cookie(headers));
            let problem = Problem(StatusCode::UNAUTHORIZED, "a token is needed");
            return secret.and_then(|secret| self.holder(secret)).ok_or(problem);
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

/// Lets a request through that may see the API, with its [`Holder`].
pub(super) async fn guard(
    State(access): State<Arc<Access>>,
    mut request: Request,
    next: Next,
) -> Response {
    match access.admit(request.headers()) {
        Ok(holder) => {
            request.extensions_mut().insert(holder);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
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
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl Token {
    fn parse(line: &str) -> Result<Self, &'static str> {
        let mut words = line.split_whitespace();
        let (Some(role), Some(name), Some(secret), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err("not three words");
        };
        let role = match role {
            "viewer" => Role::Viewer,
            "operator" => Role::Operator,
            _ => return Err("the role is neither viewer nor operator"),
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !secret.bytes().all(is_plain) {
            return Err("a token is made of letters, digits, `.`, `_` and `-`");
        }
        if !TOKEN_CHARACTERS.contains(&secret.len()) {
            return Err("a token has 32 to 256 characters");
        }
        Ok(Self {
            secret: secret.to_owned(),
            holder: Holder {
                name: name.to_owned(),
                role,
            },
        })
    }

    fn is(&self, secret: &str) -> bool {
        let pairs = self.secret.bytes().zip(secret.bytes());
        let differences = pairs.fold(0, |all, (left, right)| all | (left ^ right));
        self.secret.len() == secret.len() && std::hint::black_box(differences) == 0
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = self.tokens.as_ref().map_or(0, Vec::len);
        write!(formatter, "Access({tokens} tokens)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "0123456789abcdef0123456789abcdef";
    const SECOND: &str = "0123456789abcdef0123456789abcdee";

    #[test]
    fn each_token_has_its_holder_and_what_is_near_has_none() {
        let text = format!("# desk\n viewer wall {FIRST}\n\noperator rina {SECOND}\n");
        let access = Access::parse(&text).unwrap();
        let name = |secret: &str| access.holder(secret).map(|holder| holder.name);
        assert_eq!(name(FIRST).as_deref(), Some("wall"));
        assert_eq!(name(SECOND).as_deref(), Some("rina"));
        for near in [
            "",
            FIRST.trim_start_matches('0'),
            FIRST.to_uppercase().as_str(),
            format!("{FIRST}0").as_str(),
        ] {
            assert_eq!(name(near), None, "{near}");
        }
        assert_eq!(format!("{access:?}"), "Access(2 tokens)");
    }

    #[test]
    fn a_line_that_is_none_is_refused_without_showing_the_token() {
        let refused = |text: &str| Access::parse(text).unwrap_err().to_string();
        let same = format!("viewer a {FIRST}\nviewer b {FIRST}");
        for (text, problem) in [
            ("# nobody\n", "line 0: no token"),
            ("viewer wall", "line 1: not three words"),
            (format!("admin a {FIRST}").as_str(), "line 1: the role"),
            ("\nviewer a short", "line 2: a token has 32"),
            (
                format!("viewer a {FIRST}=").as_str(),
                "line 1: a token is made of",
            ),
            (same.as_str(), "line 2: the same token"),
        ] {
            let message = refused(text);
            assert!(message.contains(problem), "{message}");
            assert!(!message.contains("0123456789"), "{message}");
        }
    }

    #[test]
    fn what_other_machines_reach_is_never_served_without_tokens() {
        let access = |listen: &str| Access::of(listen.parse().unwrap(), "");
        for own in [
            "127.0.0.1:0",
            "127.8.8.8:80",
            "[::1]:80",
            "[::ffff:127.0.0.1]:80",
        ] {
            assert!(access(own).is_ok(), "{own}");
        }
        for reached in [
            "0.0.0.0:80",
            "[::]:80",
            "10.0.0.1:80",
            "[::ffff:10.0.0.1]:80",
        ] {
            let message = access(reached).unwrap_err().to_string();
            assert!(message.contains("http.tokens_file"), "{message}");
        }
    }
}
