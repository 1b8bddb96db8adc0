//! The Common Alerting Protocol 1.2 (OASIS), for programs of disaster desks.
//!
//! In: an alert, and the earlier revisions of its incident. Out: one XML document.
//! Rule: scope `Restricted`, since this is no warning to the public; category `Other`, urgency and
//! certainty `Unknown`, since the talk was observed and not the event. The same input, the same bytes.
//! Every text is escaped; control characters, which XML cannot hold, are left out.
//! Not here: the feed that lists the documents (`desk`).

use std::fmt::Write as _;

use super::percent::{encode, in_link};
use super::words::{Words, fill};
use super::{Alert, Tongue, UtcTime};
use crate::triage::{Level, Status};

/// The media type of a document.
pub const CAP_MEDIA_TYPE: &str = "application/cap+xml";
/// Most earlier revisions that are named, the newest.
const REFERENCES_MAX: usize = 50;

/// An earlier revision of the same incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Its number.
    pub revision: u32,
    /// Its event time.
    pub at: UtcTime,
}

/// The document of `alert`, told by `source` (as `alert.source` of the configuration).
pub fn cap(alert: &Alert, earlier: &[Earlier], source: &str, words: &Words) -> String {
    let sender = name(source);
    let mut xml = Xml::new();
    xml.open(r#"alert xmlns="urn:oasis:names:tc:emergency:cap:1.2""#);
    xml.element("identifier", &name(&alert.id));
    xml.element("sender", &sender);
    xml.element("sent", &time(alert.updated_at));
    xml.element("status", if alert.exercise { "Exercise" } else { "Actual" });
    xml.element("msgType", message_type(alert.status));
    xml.element("source", &alert.program);
    xml.element("scope", "Restricted");
    xml.element(
        "restriction",
        Words::of(&words.cap, "restriction", Tongue::English),
    );
    if alert.exercise {
        xml.element("note", Words::of(&words.cap, "exercise", Tongue::English));
    }
    let older: Vec<&Earlier> = earlier
        .iter()
        .filter(|other| other.revision < alert.revision)
        .collect();
    let references: Vec<String> = older
        .iter()
        .skip(older.len().saturating_sub(REFERENCES_MAX))
        .map(|other| {
            let id = name(&format!("{}-{}", alert.incident, other.revision));
            format!("{sender},{id},{}", time(other.at))
        })
        .collect();
    if !references.is_empty() {
        xml.element("references", &references.join(" "));
    }
    xml.element("incidents", &name(&alert.incident));
    info(&mut xml, alert, words, Tongue::Indonesian);
    info(&mut xml, alert, words, Tongue::English);
    xml.close("alert");
    xml.text
}

/// The name of the document's file or address: what CAP allows in an identifier.
pub fn cap_name(text: &str) -> String {
    name(text)
}

fn info(xml: &mut Xml, alert: &Alert, words: &Words, tongue: Tongue) {
    let is_over = alert.status == Status::Resolved;
    let language = match tongue {
        Tongue::Indonesian => "id-ID",
        Tongue::English => "en",
    };
    xml.open("info");
    xml.element("language", language);
    xml.element("category", "Other");
    xml.element("event", Words::of(&words.cap, "event", tongue));
    xml.element("responseType", if is_over { "AllClear" } else { "Monitor" });
    xml.element("urgency", if is_over { "Past" } else { "Unknown" });
    xml.element("severity", severity(alert.level));
    xml.element("certainty", "Unknown");
    xml.element("effective", &time(alert.updated_at));
    xml.element("onset", &time(alert.onset_at));
    xml.element("senderName", "Kentongan");
    xml.element("headline", alert.title.in_tongue(tongue));
    let pattern = Words::of(&words.cap, "description", tongue);
    let level = super::level_words(alert);
    let values = [("title", alert.title.in_tongue(tongue)), ("level", &level)];
    xml.element("description", &fill(pattern, &values));
    xml.element("web", &encode(&alert.url, |byte| byte.is_ascii_graphic()));
    for (key, value) in [
        ("topic", alert.topic.as_str()),
        ("level", alert.level.as_str()),
        ("character", alert.character.as_str()),
        ("observed", &alert.observed.to_string()),
        ("expected", &alert.expected.to_string()),
    ] {
        xml.pair("parameter", key, value);
    }
    for place in &alert.places {
        xml.open("area");
        xml.element("areaDesc", place.name.in_tongue(tongue));
        xml.pair("geocode", "ISO 3166-2:ID and BPS", &place.code);
        xml.close("area");
    }
    xml.close("info");
}

/// An incident that is over takes its messages back.
fn message_type(status: Status) -> &'static str {
    match status {
        Status::Opened => "Alert",
        Status::Updated | Status::Escalated => "Update",
        Status::Resolved => "Cancel",
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Waspada => "Moderate",
        Level::Siaga => "Severe",
        Level::Awas => "Extreme",
    }
}

/// An identifier or sender: no blanks, commas, `<` or `&`.
fn name(text: &str) -> String {
    encode(text, |byte| in_link(byte) || byte == b'/')
}

/// CAP writes UTC as `-00:00`, without fractions of a second.
fn time(time: UtcTime) -> String {
    let text = time.to_string();
    let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
    format!("{seconds}-00:00")
}

/// Writes elements with their indentation.
struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    fn new() -> Self {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        Self { text, depth: 0 }
    }

    fn line(&mut self, line: &str) {
        let indent = self.depth * 2;
        // Writing to a String cannot fail.
        writeln!(self.text, "{:indent$}{line}", "").unwrap_or_default();
    }

    fn open(&mut self, tag: &str) {
        self.line(&format!("<{tag}>"));
        self.depth += 1;
    }

    fn close(&mut self, tag: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line(&format!("</{tag}>"));
    }

    fn element(&mut self, tag: &str, text: &str) {
        self.line(&format!("<{tag}>{}</{tag}>", xml_text(text)));
    }

    fn pair(&mut self, tag: &str, key: &str, value: &str) {
        self.open(tag);
        self.element("valueName", key);
        self.element("value", value);
        self.close(tag);
    }
}

/// `text` as text of XML.
pub fn xml_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if character.is_control() => {}
            _ => escaped.push(character),
        }
    }
    escaped
}
