//! The section `[kafka.security]`: how the brokers know this client, and it them.
//!
//! In: the section. Out: [`Security`].
//! Rule: no secret stands in it, only files that hold one; a file that would not be used is a mistake, since
//! whoever wrote it believes that it is.
//! Not here: reading the files (`log/kafka/credentials`): they change while the program runs.

use serde::Serialize;

use super::section::{Fault, Section, quoted};
use super::text_rules;

/// Longest name of a user.
const USER_BYTES_MAX: usize = 255;

/// How the brokers know this client, and it them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Security {
    /// Whether there is TLS, and whether there is SASL.
    pub protocol: Protocol,
    /// File of certificates (PEM) that the brokers' are checked against; empty: those that the system trusts.
    pub ca_file: String,
    /// File with this client's certificate and chain (PEM); empty: none.
    pub certificate_file: String,
    /// File with the key of that certificate (PEM, not encrypted).
    pub key_file: String,
    /// How SASL asks who it is.
    pub mechanism: Mechanism,
    /// The user, for every mechanism but `OAUTHBEARER`.
    pub user: String,
    /// File with the password of the user.
    pub password_file: String,
    /// File with the token, for `OAUTHBEARER`.
    pub token_file: String,
}

/// Whether there is TLS, and whether there is SASL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Neither.
    Plaintext,
    /// TLS; with a certificate of its own the client is known by it.
    Ssl,
    /// SASL that anyone on the way can read.
    SaslPlaintext,
    /// SASL inside of TLS.
    SaslSsl,
}

impl Protocol {
    /// Every protocol, in the order of messages.
    pub const ALL: [Self; 4] = [
        Self::Plaintext,
        Self::Ssl,
        Self::SaslPlaintext,
        Self::SaslSsl,
    ];

    /// The word in the configuration, and for the client.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Ssl => "ssl",
            Self::SaslPlaintext => "sasl_plaintext",
            Self::SaslSsl => "sasl_ssl",
        }
    }

    /// Whether what is sent is encrypted.
    pub const fn has_tls(self) -> bool {
        matches!(self, Self::Ssl | Self::SaslSsl)
    }

    /// Whether the client says who it is by SASL.
    pub const fn has_sasl(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }
}

/// How SASL asks who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Mechanism {
    /// A password that is never sent.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
    /// The same with a shorter hash.
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// A password that is sent as it is.
    #[serde(rename = "PLAIN")]
    Plain,
    /// A token that somebody else has signed.
    #[serde(rename = "OAUTHBEARER")]
    OauthBearer,
}

impl Mechanism {
    /// Every mechanism, in the order of messages.
    pub const ALL: [Self; 4] = [
        Self::ScramSha512,
        Self::ScramSha256,
        Self::Plain,
        Self::OauthBearer,
    ];

    /// The word in the configuration, and for the client.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::Plain => "PLAIN",
            Self::OauthBearer => "OAUTHBEARER",
        }
    }
}

/// Reads the section.
pub(super) fn security(mut section: Section<'_, '_, '_>) -> Security {
    let security = Security {
        protocol: section
            .choice("protocol", &Protocol::ALL, Protocol::as_str, None)
            .unwrap_or(Protocol::Plaintext),
        ca_file: file(&mut section, "ca_file"),
        certificate_file: file(&mut section, "certificate_file"),
        key_file: file(&mut section, "key_file"),
        mechanism: section
            .choice("mechanism", &Mechanism::ALL, Mechanism::as_str, None)
            .unwrap_or(Mechanism::ScramSha512),
        user: section.text("user", user).unwrap_or_default(),
        password_file: file(&mut section, "password_file"),
        token_file: file(&mut section, "token_file"),
    };
    agree(&security, &mut section);
    section.finish();
    security
}

fn file(section: &mut Section<'_, '_, '_>, key: &'static str) -> String {
    section.text(key, text_rules::key_file).unwrap_or_default()
}

fn user(text: &str) -> Result<String, Fault> {
    if text.len() <= USER_BYTES_MAX && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    let problem = format!("{} is no name of a user", quoted(text));
    Err(Fault::new(problem, "write the name as the brokers know it"))
}

/// What is written is used, and what is used is written.
fn agree(security: &Security, section: &mut Section<'_, '_, '_>) {
    if section.blames("protocol") || section.blames("mechanism") {
        return;
    }
    let (tls, sasl) = (security.protocol.has_tls(), security.protocol.has_sasl());
    let by_token = security.mechanism == Mechanism::OauthBearer;
    let has_certificate = !security.certificate_file.is_empty() || !security.key_file.is_empty();
    let protocol = security.protocol.as_str();
    let without_tls = format!("protocol = \"{protocol}\" has no TLS");
    let without_sasl = format!("protocol = \"{protocol}\" has no SASL");
    let mechanism = format!("mechanism = \"{}\"", security.mechanism.as_str());
    // Key, value, whether it is used, whether it is needed, why it is not used.
    let rules = [
        ("ca_file", &security.ca_file, tls, false, &without_tls),
        (
            "certificate_file",
            &security.certificate_file,
            tls,
            has_certificate,
            &without_tls,
        ),
        (
            "key_file",
            &security.key_file,
            tls,
            has_certificate,
            &without_tls,
        ),
        (
            "user",
            &security.user,
            sasl && !by_token,
            true,
            if sasl { &mechanism } else { &without_sasl },
        ),
        (
            "password_file",
            &security.password_file,
            sasl && !by_token,
            true,
            if sasl { &mechanism } else { &without_sasl },
        ),
        (
            "token_file",
            &security.token_file,
            sasl && by_token,
            true,
            if sasl { &mechanism } else { &without_sasl },
        ),
    ];
    for (key, value, is_used, is_needed, why) in rules {
        if section.blames(key) {
            continue;
        }
        if !is_used && !value.is_empty() {
            let problem = format!("it is not used: {why}");
            section.blame_key(
                key,
                Fault::new(problem, "take it out, or change what it needs"),
            );
        } else if is_used && is_needed && value.is_empty() {
            let problem = format!("protocol = \"{protocol}\" with {mechanism} needs it");
            section.blame_key(key, Fault::new(problem, format!("write {key} = \"...\"")));
        }
    }
}
