//! Incidents as documents of the Common Alerting Protocol, listed by an Atom feed.
//!
//! In: what the page reads. Out: `/cap`, the feed; `/cap/{incident}`, the newest document of an incident.
//! Rule: each names the revisions before it that are still kept; an incident leaves the feed when it
//! leaves the page.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::api::{Id, Problem};
use super::{Desk, IncidentDetail};
use crate::alert::{CAP_MEDIA_TYPE, Earlier, Words, cap, cap_name, xml_text};

/// What the documents say of their sender, and their words.
pub struct CapDocuments {
    source: String,
    words: Words,
}

impl CapDocuments {
    /// Documents of `source`, in `words`.
    pub fn new(source: &str, words: Words) -> Self {
        Self {
            source: source.to_owned(),
            words,
        }
    }

    fn write(&self, incident: &IncidentDetail) -> String {
        let history = incident.history.iter();
        let earlier: Vec<Earlier> = history
            .map(|entry| Earlier {
                revision: entry.revision,
                at: entry.at,
            })
            .collect();
        cap(&incident.alert, &earlier, &self.source, &self.words)
    }
}

pub(super) async fn document(State(desk): State<Arc<Desk>>, Id(incident): Id) -> Response {
    match (&desk.documents, desk.incidents.detail(&incident)) {
        (Some(documents), Some(detail)) => {
            let kind = [(header::CONTENT_TYPE, CAP_MEDIA_TYPE)];
            (kind, documents.write(&detail)).into_response()
        }
        _ => Problem(StatusCode::NOT_FOUND, "no such incident").into_response(),
    }
}

pub(super) async fn feed(State(desk): State<Arc<Desk>>) -> Response {
    let Some(documents) = &desk.documents else {
        return Problem(StatusCode::NOT_FOUND, "no documents are written here").into_response();
    };
    let rows = desk.incidents.rows();
    let newest = rows.iter().map(|row| row.updated_at).max();
    let updated = newest.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), |at| at.to_string());
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\">\n  \
         <id>urn:kentongan:cap:{source}</id>\n  \
         <title>Kentongan</title>\n  \
         <updated>{updated}</updated>\n  \
         <author><name>Kentongan</name></author>\n  \
         <link rel=\"self\" href=\"/cap\"/>\n",
        source = cap_name(&documents.source),
    );
    for row in rows {
        let (incident, title) = (cap_name(&row.incident), xml_text(&row.title.id));
        let (revision, at) = (row.revision, row.updated_at);
        // Writing to a String cannot fail.
        write!(
            text,
            "  <entry>\n    \
             <id>urn:kentongan:cap:{incident}-{revision}</id>\n    \
             <title>{title}</title>\n    \
             <updated>{at}</updated>\n    \
             <link rel=\"alternate\" type=\"{CAP_MEDIA_TYPE}\" href=\"/cap/{link}\"/>\n  \
             </entry>\n",
            link = incident.replace('/', "%2F"),
        )
        .unwrap_or_default();
    }
    text.push_str("</feed>\n");
    let kind = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    (kind, text).into_response()
}
