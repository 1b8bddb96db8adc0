//! Sample posts as an alert may show them.
//!
//! In: samples that ingest has shortened and masked. Out: [`Evidence`].
//! Rule: unless the mode is `full`, neither an id nor a link names an account.
//! Not here: masking the text (`ingest`, where a sample is made).

use super::{Evidence, UtcTime};
use crate::config::EvidenceMode;
use crate::post::FeedKind;
use crate::window::Sample;

/// Most sample posts in one alert.
const LIMIT: usize = 8;

/// The samples under `mode`.
pub(super) fn evidence(samples: &[Sample], mode: EvidenceMode) -> Vec<Evidence> {
    if mode == EvidenceMode::None {
        return Vec::new();
    }
    samples
        .iter()
        .take(LIMIT)
        .map(|sample| {
            let masked = mode == EvidenceMode::Masked && sample.kind == FeedKind::Social;
            show(sample, masked)
        })
        .collect()
}

fn show(sample: &Sample, masked: bool) -> Evidence {
    let url = sample.url.as_deref().filter(|url| is_web(url));
    let (id, url) = if masked {
        let id = if names_account(&sample.id) {
            format!("{:016x}", sample.identity.0)
        } else {
            sample.id.to_string()
        };
        (id, url.and_then(without_account))
    } else {
        (sample.id.to_string(), url.map(str::to_owned))
    };
    Evidence {
        id,
        kind: sample.kind,
        platform: sample.platform.to_string(),
        created_at: UtcTime::new(sample.created_at),
        text: sample.text.to_string(),
        url,
    }
}

/// Only what a browser opens as a page: no `javascript:`, no `data:`.
fn is_web(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// Ids such as `at://did:plc:…/post` hold the account.
fn names_account(text: &str) -> bool {
    text.contains("did:") || text.contains('@')
}

/// The link without the account. X shows a post under any name, so there the name is replaced;
/// other links that name an account are left out.
fn without_account(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let bare = host
        .trim_start_matches("www.")
        .trim_start_matches("mobile.");
    if bare == "x.com" || bare == "twitter.com" {
        let (_, status) = path.split_once("/status/")?;
        return Some(format!("{scheme}://{host}/i/status/{status}"));
    }
    let named = names_account(rest) || path.starts_with("profile/");
    (!named).then(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{EventTime, PostIdentity};

    fn check(mode: EvidenceMode, id: &str, url: &str) -> Option<(String, Option<String>)> {
        let sample = Sample {
            identity: PostIdentity(0xfeed),
            id: id.into(),
            kind: FeedKind::Social,
            platform: "x".into(),
            language: None,
            created_at: EventTime::from_millis(0),
            text: "tanah bergerak".into(),
            url: Some(url.into()),
        };
        evidence(&[sample], mode)
            .pop()
            .map(|evidence| (evidence.id, evidence.url))
    }

    #[test]
    fn masked_evidence_names_no_account() {
        let shown = |id, url| check(EvidenceMode::Masked, id, url);
        let pair = |id: &str, url: Option<&str>| Some((id.to_owned(), url.map(str::to_owned)));
        assert_eq!(
            shown("17", "https://x.com/someone/status/17"),
            pair("17", Some("https://x.com/i/status/17"))
        );
        assert_eq!(
            shown(
                "at://did:plc:abc/app.bsky.feed.post/3k",
                "https://bsky.app/profile/a.b/post/3k"
            ),
            pair("000000000000feed", None)
        );
        assert_eq!(
            shown("18", "https://social.example/@someone/18"),
            pair("18", None)
        );
        assert_eq!(
            shown("19", "https://video.example/watch?v=19"),
            pair("19", Some("https://video.example/watch?v=19"))
        );
    }

    #[test]
    fn the_mode_full_shows_links_and_none_shows_nothing() {
        let url = "https://x.com/someone/status/17";
        assert_eq!(
            check(EvidenceMode::Full, "17", url),
            Some(("17".to_owned(), Some(url.to_owned())))
        );
        assert_eq!(check(EvidenceMode::None, "17", url), None);
    }

    #[test]
    fn only_web_links_are_shown() {
        for url in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//host/path",
            "",
            "é",
        ] {
            assert_eq!(
                check(EvidenceMode::Full, "17", url),
                Some(("17".to_owned(), None)),
                "{url}"
            );
        }
    }
}
