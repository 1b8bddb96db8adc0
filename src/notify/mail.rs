//! Mail: plain text, handed to one server; an incident's mails are one conversation.
//!
//! Rule: a mail's id is made of the alert's, so that a repeat can be told by programs; TLS unless the
//! operator says otherwise, and a password never without it (the configuration refuses that); a failed sign-in is
//! tried again, since it is the operator who can mend it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::{Mailbox, header};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor};
use xxhash_rust::xxh3::xxh3_64;

use super::{Answer, Form, Message, Request, Templates, describe};
use crate::config::{MailSecurity, SecretText};

const TEXT_LIMIT: usize = 20_000;
const SUBJECT_LIMIT: usize = 200;
const PACE_MS: i64 = 1_000;

/// A server that takes mail, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is guarded.
    pub security: MailSecurity,
    /// Name and password, where it asks for them.
    pub credentials: Option<(String, SecretText)>,
    /// The sender.
    pub from: String,
    /// The reader: one address, so that one refusal is about one person.
    pub to: String,
}

impl fmt::Display for MailServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port)
    }
}

/// One mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The way it goes.
    pub server: Arc<MailServer>,
    /// Its id.
    pub id: String,
    /// The id of the conversation that it belongs to.
    pub conversation: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// Why there is no way to send a mail.
#[derive(Debug, thiserror::Error)]
pub(super) enum LetterError {
    #[error("an address that is none")]
    Address(#[from] lettre::address::AddressError),
    #[error("writing the mail")]
    Mail(#[from] lettre::error::Error),
    #[error(transparent)]
    Smtp(#[from] lettre::transport::smtp::Error),
}

impl Letter {
    /// Hands it to the server, once; `patience` is for each step of it.
    pub(super) async fn send(&self, patience: Duration) -> Answer {
        let sending = tokio::time::timeout(patience * 3, self.try_send(patience));
        match sending.await {
            Ok(Ok(())) => Answer::Accepted,
            Ok(Err(LetterError::Smtp(error))) => answer(&error),
            Ok(Err(error)) => Answer::no_answer(describe(&error)),
            Err(_) => Answer::no_answer("no answer in time".to_owned()),
        }
    }

    async fn try_send(&self, patience: Duration) -> Result<(), LetterError> {
        let server = &self.server;
        let parameters = || TlsParameters::new(server.host.clone());
        let tls = match server.security {
            MailSecurity::Starttls => Tls::Required(parameters()?),
            MailSecurity::Tls => Tls::Wrapper(parameters()?),
            MailSecurity::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .timeout(Some(patience))
            .tls(tls);
        if let Some((user, password)) = &server.credentials {
            let password = password.reveal().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        builder.build().send(self.write()?).await?;
        Ok(())
    }

    fn write(&self) -> Result<Mail, LetterError> {
        let name = Some("Kentongan".to_owned());
        let conversation = format!("<{}>", self.conversation);
        let mail = Mail::builder()
            .from(Mailbox::new(name, self.server.from.parse()?))
            .to(Mailbox::new(None, self.server.to.parse()?))
            .subject(&self.subject)
            .message_id(Some(format!("<{}>", self.id)))
            .in_reply_to(conversation.clone())
            .references(conversation)
            .header(header::ContentType::TEXT_PLAIN)
            .body(self.text.clone())?;
        Ok(mail)
    }
}

/// A refused sign-in (530, 534, 535, 538) is mended by the operator, so the mail waits for that.
fn answer(error: &lettre::transport::smtp::Error) -> Answer {
    match error.status().map(u16::from) {
        Some(status) if error.is_permanent() && !matches!(status, 530 | 534 | 535 | 538) => {
            Answer::Refused { status }
        }
        Some(status) => Answer::Later {
            after_ms: None,
            detail: format!("SMTP status {status}"),
            may_have_arrived: false,
        },
        None => Answer::no_answer(describe(error)),
    }
}

/// A mailbox.
pub struct MailForm {
    server: Arc<MailServer>,
    templates: Arc<Templates>,
}

impl MailForm {
    /// Mails by `server`.
    pub fn new(server: MailServer, templates: Arc<Templates>) -> Self {
        let server = Arc::new(server);
        Self { server, templates }
    }
}

impl Form for MailForm {
    fn write(&self, message: &Message) -> Option<Request> {
        let alert = &message.alert;
        let id = |text: &str, number: u32| {
            format!(
                "{:016x}.{number}@kentongan.invalid",
                xxh3_64(text.as_bytes())
            )
        };
        Some(Request::Mail(Letter {
            server: Arc::clone(&self.server),
            id: id(&alert.id, message.reminder),
            conversation: id(&alert.incident, 0),
            subject: self
                .templates
                .text("mail-subject.j2", message, SUBJECT_LIMIT),
            text: self.templates.text("mail.j2", message, TEXT_LIMIT),
        }))
    }

    /// By its id; but readers are people, whose programs may show both.
    fn is_keyed(&self) -> bool {
        false
    }

    fn pace_ms(&self) -> i64 {
        PACE_MS
    }
}
