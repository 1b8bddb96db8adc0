//! The words of messages, from templates that the desk can edit.
//!
//! In: the built-in templates, a folder that takes the place of some, messages. Out: texts.
//! Rule: every value is escaped for the channel that the template is for, since strangers wrote some of
//! them; marks come from the template alone. A template that fails at a message costs its looks, never
//! the message: level and title go out instead. Each has a limit of steps.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Output, State, UndefinedBehavior, Value};

use super::Message;
use super::message::View;
use crate::alert::level_words;

/// The templates with the channel's language.
const BUILT_IN: [(&str, Markup, &str); 5] = [
    (
        "mail-subject.j2",
        Markup::Line,
        include_str!("../../config/templates/mail-subject.j2"),
    ),
    (
        "mail.j2",
        Markup::Plain,
        include_str!("../../config/templates/mail.j2"),
    ),
    (
        "pagerduty.j2",
        Markup::Line,
        include_str!("../../config/templates/pagerduty.j2"),
    ),
    (
        "slack.j2",
        Markup::Slack,
        include_str!("../../config/templates/slack.j2"),
    ),
    (
        "telegram.j2",
        Markup::Telegram,
        include_str!("../../config/templates/telegram.j2"),
    ),
];
/// Longest template, bytes.
const BYTES_MAX: u64 = 65_536;
/// Most steps of one rendering.
const STEPS: u64 = 50_000;

/// What a text becomes part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// One line of plain text.
    Line,
    /// Plain text.
    Plain,
    /// Slack's mrkdwn.
    Slack,
    /// Telegram's HTML.
    Telegram,
}

/// All templates.
#[derive(Debug)]
pub struct Templates(Environment<'static>);

/// Why templates were not accepted.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A file that cannot be read.
    #[error("notify.templates: reading {path}", path = path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of another name.
    #[error("notify.templates: {name}: no template has this name; they are {}", names().join(", "))]
    Unknown {
        /// The file.
        name: String,
    },
    /// A file that is too long.
    #[error("notify.templates: {name}: longer than {BYTES_MAX} bytes")]
    TooLong {
        /// The file.
        name: String,
    },
    /// It cannot be read as a template, or fails at an alert.
    #[error("notify.templates: {name}: {source:#}")]
    Faulty {
        /// The template.
        name: String,
        /// What is wrong, with its line.
        source: minijinja::Error,
    },
}

fn names() -> Vec<&'static str> {
    BUILT_IN.iter().map(|(name, ..)| *name).collect()
}

impl Templates {
    /// The built-in templates with the files of `folder` in their places; an empty path: none.
    pub fn read(folder: &str) -> Result<Self, TemplateError> {
        let mut texts = BTreeMap::new();
        if !folder.is_empty() {
            let folder = Path::new(folder);
            let unreadable = |source| TemplateError::Unreadable {
                path: folder.to_owned(),
                source,
            };
            for entry in std::fs::read_dir(folder).map_err(unreadable)? {
                let path = entry.map_err(unreadable)?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                // A mounted volume has hidden entries and links of its own.
                if path.is_file() && !name.starts_with('.') {
                    texts.insert(name.into_owned(), read(&path)?);
                }
            }
        }
        Self::with(texts)
    }

    /// The built-in templates with `texts` in their places, by name.
    pub fn with(mut texts: BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(STEPS));
        environment.set_formatter(format);
        environment.add_filter("link", |text: String| Value::from_safe_string(link(&text)));
        // It would let strangers write marks.
        environment.remove_filter("safe");
        for (name, _, built_in) in BUILT_IN {
            let text = texts.remove(name).unwrap_or_else(|| built_in.to_owned());
            environment
                .add_template_owned(name, text)
                .map_err(|source| TemplateError::Faulty {
                    name: name.to_owned(),
                    source,
                })?;
        }
        match texts.into_keys().next() {
            Some(name) => Err(TemplateError::Unknown { name }),
            None => Ok(Self(environment)),
        }
    }

    /// Renders each template with `message`: what the first alert would find, found at the start.
    pub fn check(&self, message: &Message) -> Result<(), TemplateError> {
        for name in names() {
            self.render(name, message)?;
        }
        Ok(())
    }

    fn render(&self, name: &str, message: &Message) -> Result<String, TemplateError> {
        let rendered = self
            .0
            .get_template(name)
            .and_then(|template| template.render(Value::from(Serde(View::of(message)))));
        let text = rendered.map_err(|source| TemplateError::Faulty {
            name: name.to_owned(),
            source,
        })?;
        Ok(match markup(name) {
            Markup::Line => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Markup::Plain | Markup::Slack | Markup::Telegram => text.trim().to_owned(),
        })
    }

    /// The text of `message`, at most `limit` characters of it.
    pub(super) fn text(&self, name: &str, message: &Message, limit: usize) -> String {
        match self.render(name, message) {
            Ok(text) if text.chars().count() <= limit => return text,
            Ok(_) => tracing::warn!(name, "a template made more than the channel takes"),
            Err(error) => tracing::warn!(%error, "a template failed"),
        }
        let alert = &message.alert;
        let lines = [
            level_words(alert),
            alert.title.id.clone(),
            alert.title.en.clone(),
        ];
        let markup = markup(name);
        let between = if markup == Markup::Line { " | " } else { "\n" };
        lines.map(|line| escape(&line, markup)).join(between)
    }
}

fn read(path: &Path) -> Result<String, TemplateError> {
    use std::io::Read as _;
    let unreadable = |source| TemplateError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut file = file.take(BYTES_MAX + 1);
    file.read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > BYTES_MAX {
        let name = path.display().to_string();
        return Err(TemplateError::TooLong { name });
    }
    Ok(text)
}

fn markup(name: &str) -> Markup {
    let known = BUILT_IN.iter().find(|(known, ..)| *known == name);
    known.map_or(Markup::Plain, |&(_, markup, _)| markup)
}

/// How a value is written into a text.
fn format(
    output: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    if matches!(value.kind(), ValueKind::Undefined | ValueKind::None) {
        return Ok(());
    }
    if value.is_safe() {
        return output
            .write_str(&value.to_string())
            .map_err(minijinja::Error::from);
    }
    let text = escape(&value.to_string(), markup(state.name()));
    output.write_str(&text).map_err(minijinja::Error::from)
}

/// `text` so that it is nothing but text in `markup`: no marks, no mentions, no hidden characters.
pub(super) fn escape(text: &str, markup: Markup) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars().filter(|&character| !is_hidden(character)) {
        match (markup, character) {
            (_, character) if character.is_control() => escaped.push(' '),
            (Markup::Slack | Markup::Telegram, '&') => escaped.push_str("&amp;"),
            (Markup::Slack | Markup::Telegram, '<') => escaped.push_str("&lt;"),
            (Markup::Slack | Markup::Telegram, '>') => escaped.push_str("&gt;"),
            (Markup::Telegram, '"') => escaped.push_str("&quot;"),
            // Behind a joiner of words it calls nobody.
            (Markup::Telegram, '@') => escaped.push_str("@\u{2060}"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A link as it stands in a mark of any channel: nothing in it ends the mark.
fn link(text: &str) -> String {
    let mut link = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte == b'&' {
            link.push_str("&amp;");
        } else if byte.is_ascii_graphic() && !b"\"'<>|@`\\".contains(&byte) {
            link.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(link, "%{byte:02X}").unwrap_or_default();
        }
    }
    link
}

/// Characters that change how others are shown.
fn is_hidden(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
