//! What this client shows the brokers: passwords, tokens and certificates, out of files that may change.
//!
//! In: the section `[kafka.security]`, a client. Out: its properties; a client that knows the newest secret.
//! Rule: a new password or token is taken up where it stands; a new certificate needs new clients, since the
//! client reads that file once. No message shows a secret.
//! Not here: which keys go together (`config`).

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::{Client, ClientContext};
use rdkafka::config::ClientConfig;
use xxhash_rust::xxh3::xxh3_128;

use super::identity;
use crate::config::{Mechanism, Security};
use crate::log::LogError;

/// Longest file of a secret, bytes: tokens are the longest.
const SECRET_BYTES_MAX: u64 = 64 * 1024;
/// Until when a token lasts that does not say it, milliseconds since 1970: the year 2100.
const TOKEN_END_MS: i64 = 4_102_444_800_000;
/// How often [`Watch::look`] must be called for one look at the files: with the waits of a poll about ten seconds.
const CALLS_PER_LOOK: u32 = 100;

/// Adds what `security` asks for to the properties of a client.
pub(super) fn apply(security: &Security, config: &mut ClientConfig) -> Result<(), LogError> {
    let protocol = security.protocol;
    config.set("security.protocol", protocol.as_str());
    if protocol.has_tls() {
        // This OpenSSL is built in and knows no folder of the system: the client looks for it.
        let ca = Some(security.ca_file.as_str()).filter(|file| !file.is_empty());
        config.set("ssl.ca.location", ca.unwrap_or("probe"));
        if !security.certificate_file.is_empty() {
            config
                .set("ssl.certificate.location", &security.certificate_file)
                .set("ssl.key.location", &security.key_file);
        }
    }
    if protocol.has_sasl() {
        config.set("sasl.mechanism", security.mechanism.as_str());
        if security.mechanism != Mechanism::OauthBearer {
            config
                .set("sasl.username", &security.user)
                .set("sasl.password", secret(security)?);
        }
    }
    Ok(())
}

/// Gives a new client what its properties cannot hold: the token. To be called before its first use.
pub(super) fn introduce<C: ClientContext>(
    security: &Security,
    client: &Client<C>,
) -> Result<(), LogError> {
    if security.protocol.has_sasl() && security.mechanism == Mechanism::OauthBearer {
        show(security, client)?;
    }
    Ok(())
}

/// Gives `client` the secret as the file has it now.
pub(super) fn show<C: ClientContext>(
    security: &Security,
    client: &Client<C>,
) -> Result<(), LogError> {
    let secret = secret(security)?;
    let taken = if security.mechanism == Mechanism::OauthBearer {
        let claims = Claims::of(&secret);
        identity::set_token(client, &secret, claims.end_ms, &claims.name)
    } else {
        identity::set_password(client, &security.user, &secret)
    };
    taken.map_err(|detail| LogError::Fatal {
        operation: "showing the brokers who this is",
        detail,
    })
}

/// The password or the token.
fn secret(security: &Security) -> Result<String, LogError> {
    let (key, file) = match security.mechanism {
        Mechanism::OauthBearer => ("kafka.security.token_file", &security.token_file),
        Mechanism::ScramSha512 | Mechanism::ScramSha256 | Mechanism::Plain => {
            ("kafka.security.password_file", &security.password_file)
        }
    };
    let failed = |detail: String| LogError::Fatal {
        operation: "reading a secret",
        detail: format!("{key}: {file}: {detail}"),
    };
    let bytes = read(file).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not text".to_owned()))?;
    match text.trim() {
        "" => Err(failed("it is empty".to_owned())),
        secret if secret.contains('\0') => Err(failed("it has a NUL character".to_owned())),
        secret => Ok(secret.to_owned()),
    }
}

fn read(file: &str) -> std::io::Result<Vec<u8>> {
    let length = fs::metadata(Path::new(file))?.len();
    if length > SECRET_BYTES_MAX {
        let problem = format!("{length} bytes, but at most {SECRET_BYTES_MAX} are read");
        return Err(std::io::Error::other(problem));
    }
    fs::read(file)
}

/// What a token says of itself.
#[derive(Debug, PartialEq, Eq)]
struct Claims {
    name: String,
    end_ms: i64,
}

impl Claims {
    /// Reads them; a token that is no JWT, or says nothing, has neither name nor end. The brokers check it, not we.
    fn of(token: &str) -> Self {
        let body = token.split('.').nth(1).unwrap_or_default();
        let body = URL_SAFE_NO_PAD.decode(body.trim_end_matches('='));
        let body: serde_json::Value = body
            .ok()
            .and_then(|body| serde_json::from_slice(&body).ok())
            .unwrap_or_default();
        let name = body.get("sub").and_then(serde_json::Value::as_str);
        let end_s = body.get("exp").and_then(|end| {
            end.as_i64()
                .or_else(|| end.as_f64().map(|end| seconds(end.floor())))
        });
        Self {
            name: name
                .filter(|name| !name.is_empty())
                .unwrap_or("unknown")
                .replace('\0', ""),
            end_ms: end_s.map_or(TOKEN_END_MS, |end| {
                end.saturating_mul(1_000).min(TOKEN_END_MS)
            }),
        }
    }
}

/// A whole number of seconds within what a token can mean.
fn seconds(number: f64) -> i64 {
    let most = TOKEN_END_MS / 1_000;
    #[expect(clippy::cast_possible_truncation, reason = "clamped to what fits")]
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let seconds = number.clamp(0.0, most as f64) as i64;
    seconds
}

/// What has changed in the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Nothing,
    /// The password or the token.
    Secret,
    /// The certificates: only new clients know them.
    Certificates,
}

/// Looks at the files now and then.
#[derive(Debug)]
pub(super) struct Watch {
    security: Security,
    secret: Option<u128>,
    certificates: Option<u128>,
    calls: u32,
}

impl Watch {
    pub(super) fn new(security: &Security) -> Self {
        Self {
            secret: digest(&secret_files(security)),
            certificates: digest(&certificate_files(security)),
            security: security.clone(),
            calls: 0,
        }
    }

    /// Counts a call, and every so many of them looks. A file that cannot be read has not changed yet: it is
    /// about to be replaced.
    pub(super) fn look(&mut self) -> Change {
        self.calls += 1;
        if self.calls < CALLS_PER_LOOK {
            return Change::Nothing;
        }
        self.calls = 0;
        self.look_now()
    }

    /// Looks.
    pub(super) fn look_now(&mut self) -> Change {
        let is_new = |seen: &mut Option<u128>, files: &[&str]| {
            let found = digest(files);
            let is_new = found.is_some() && found != *seen;
            if is_new {
                *seen = found;
            }
            is_new
        };
        // New clients read the secret anew as well.
        if is_new(&mut self.certificates, &certificate_files(&self.security)) {
            self.secret = digest(&secret_files(&self.security));
            return Change::Certificates;
        }
        if is_new(&mut self.secret, &secret_files(&self.security)) {
            return Change::Secret;
        }
        Change::Nothing
    }
}

fn secret_files(security: &Security) -> Vec<&str> {
    named([&security.password_file, &security.token_file])
}

fn certificate_files(security: &Security) -> Vec<&str> {
    named([
        &security.ca_file,
        &security.certificate_file,
        &security.key_file,
    ])
}

fn named<const N: usize>(files: [&String; N]) -> Vec<&str> {
    let named = files.into_iter().filter(|file| !file.is_empty());
    named.map(String::as_str).collect()
}

/// `None` when one of them cannot be read.
fn digest(files: &[&str]) -> Option<u128> {
    let mut all = Vec::new();
    for file in files {
        all.extend(xxh3_128(&read(file).ok()?).to_le_bytes());
    }
    Some(xxh3_128(&all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Protocol};

    fn security(file: &Path) -> Security {
        let mut security = Config::built_in().unwrap().kafka.security;
        security.protocol = Protocol::SaslSsl;
        security.user = "kentongan".to_owned();
        security.password_file = file.to_str().unwrap().to_owned();
        security
    }

    #[test]
    fn a_token_says_whose_it_is_and_until_when() {
        let body = URL_SAFE_NO_PAD.encode(r#"{"sub":"ingest","exp":1772600767}"#);
        let claims = Claims::of(&format!("e30.{body}."));
        assert_eq!(
            claims,
            Claims {
                name: "ingest".to_owned(),
                end_ms: 1_772_600_767_000
            }
        );
        for token in ["", "opaque", "a.b.c", "e30.e30."] {
            let nothing = Claims {
                name: "unknown".to_owned(),
                end_ms: TOKEN_END_MS,
            };
            assert_eq!(Claims::of(token), nothing, "{token}");
        }
    }

    #[test]
    fn a_secret_that_cannot_be_read_is_named_but_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let said = |security: &Security| secret(security).unwrap_err().to_string();
        assert!(said(&security(&file)).contains("kafka.security.password_file"));
        fs::write(&file, " \n").unwrap();
        assert!(said(&security(&file)).contains("it is empty"));
        fs::write(&file, b"\xff\xfehunter2").unwrap();
        assert!(!said(&security(&file)).contains("hunter2"));
        fs::write(&file, "hunter2\n").unwrap();
        assert_eq!(secret(&security(&file)).unwrap(), "hunter2");
    }

    #[test]
    fn changes_are_seen_once_and_a_file_in_between_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        fs::write(&file, "one").unwrap();
        let mut watch = Watch::new(&security(&file));
        let looks = |watch: &mut Watch| {
            let looks = (0..CALLS_PER_LOOK).map(|_| watch.look());
            looks
                .filter(|&change| change != Change::Nothing)
                .collect::<Vec<_>>()
        };
        assert_eq!(looks(&mut watch), []);
        fs::remove_file(&file).unwrap();
        assert_eq!(looks(&mut watch), []);
        fs::write(&file, "two").unwrap();
        assert_eq!(looks(&mut watch), [Change::Secret]);
        assert_eq!(looks(&mut watch), []);
    }
}
