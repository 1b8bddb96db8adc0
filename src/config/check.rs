//! Every key with its type and its range.
//!
//! In: the merged tree. Out: a [`Config`], true if the report stays empty.
//! Rule: a range is written here once; `config/default.toml` repeats it in words, and a test compares.
//! Not here: how a key is read (`section`), what a text must look like (`text_rules`), which keys
//! must fit together (`agree`).

use crate::config::http::http;
use crate::config::levels::levels;
use crate::config::report::Report;
use crate::config::secret::AccountSecret;
use crate::config::section::{Fault, Section};
use crate::config::security::security;
use crate::config::text_rules::{self, kafka_name};
use crate::config::tree::{Origin, Table};
use crate::config::{
    Alert, Claims, Config, Delivery, Detect, EventMode, EvidenceMode, Feed, Format, GroupProtocol,
    Ingest, Kafka, Paths, PlacedBy, Privacy, Relevance, Series, Topics, Triage, agree, notify,
};
use crate::post::FeedKind;

/// Most feeds; a feed is an entry in every ledger.
const FEEDS_MAX: usize = 64;

/// Reads the whole configuration.
pub(crate) fn check(tree: &Table, report: &mut Report<'_>) -> Config {
    let mut root = Section::new(String::new(), Origin::BuiltIn, tree, report);
    let config = Config {
        kafka: kafka(root.section("kafka")),
        feeds: feeds(&mut root),
        ingest: ingest(root.section("ingest")),
        relevance: relevance(root.section("relevance")),
        topics: topics(root.section("topics")),
        detect: detect(root.section("detect")),
        series: series(root.section("series")),
        triage: triage(root.section("triage")),
        levels: levels(root.section("levels")),
        claims: Claims::read(root.section("claims")),
        privacy: privacy(root.section("privacy")),
        http: http(root.section("http")),
        alert: alert(root.section("alert")),
        notify: notify::notify(root.section("notify")),
    };
    root.finish();
    agree::kafka_names(tree, report);
    agree::skew_and_lateness(&config.ingest, tree, report);
    config
}

fn kafka(mut section: Section<'_, '_, '_>) -> Kafka {
    let kafka = Kafka {
        brokers: section
            .text("brokers", text_rules::brokers)
            .unwrap_or_default(),
        delivery: section
            .choice("delivery", &Delivery::ALL, Delivery::as_str, None)
            .unwrap_or(Delivery::ExactlyOnce),
        group: section.text("group", kafka_name).unwrap_or_default(),
        member: section
            .text("member", text_rules::member)
            .unwrap_or_default(),
        counts: section.text("counts", kafka_name).unwrap_or_default(),
        signals: section.text("signals", kafka_name).unwrap_or_default(),
        actions: section.text("actions", kafka_name).unwrap_or_default(),
        alerts: section.text("alerts", kafka_name).unwrap_or_default(),
        snapshots: section.text("snapshots", kafka_name).unwrap_or_default(),
        pulse: section.text("pulse", kafka_name).unwrap_or_default(),
        group_protocol: section
            .choice(
                "group_protocol",
                &GroupProtocol::ALL,
                GroupProtocol::as_str,
                None,
            )
            .unwrap_or(GroupProtocol::Classic),
        static_membership: section.switch("static_membership"),
        session_timeout_ms: section.whole("session_timeout_ms", 1_000..=1_800_000),
        standing_after_ms: section.whole("standing_after_ms", 30_000..=86_400_000),
        exit_when_standing: section.switch("exit_when_standing"),
        counts_partitions: section.whole("counts_partitions", 1..=1024),
        replication_factor: section.whole("replication_factor", 1..=15),
        // The client's own limits, but never so little that one full fetch does not fit.
        queued_max_kbytes: section.whole("queued_max_kbytes", 1024..=2_097_151),
        security: security(section.section("security")),
    };
    section.finish();
    kafka
}

fn feeds(root: &mut Section<'_, '_, '_>) -> Vec<Feed> {
    let feeds = root.list("feeds", feed);
    let count = feeds.len();
    let instead = "write [[feeds]] with a name and a kind for each Kafka topic of posts";
    if count == 0 && !root.blames("feeds") {
        root.blame_key("feeds", Fault::new("no feed at all", instead));
    } else if count > FEEDS_MAX {
        let problem = format!("{count} feeds, but at most {FEEDS_MAX} can be read");
        root.blame_key(
            "feeds",
            Fault::new(problem, "join some of them in one Kafka topic"),
        );
    }
    feeds
}

fn feed(mut section: Section<'_, '_, '_>) -> Feed {
    let name = section.text("name", kafka_name);
    let kind = section.choice("kind", &FeedKind::ALL, FeedKind::as_str, None);
    let format = section.choice("format", &Format::ALL, Format::as_str, Some(Format::Plain));
    let usual = match kind {
        Some(FeedKind::News) => PlacedBy::Arrived,
        Some(FeedKind::Social) | None => PlacedBy::Posted,
    };
    let time = section.choice("time", &PlacedBy::ALL, PlacedBy::as_str, Some(usual));
    let paths = section.section_if_any("paths").map(Paths::read);
    match (format, &paths) {
        (Some(Format::Paths), None) if !section.blames("paths") => {
            let instead = "write [feeds.paths] below it, or name a known format";
            section.blame_key("format", Fault::new("there are no paths", instead));
        }
        (Some(other), Some(_)) if other != Format::Paths => {
            let problem = format!("the format is \"{}\"", other.as_str());
            let instead = "write format = \"paths\", or take the paths out";
            section.blame_key("paths", Fault::new(problem, instead));
        }
        _ => {}
    }
    section.finish();
    Feed {
        name: name.unwrap_or_default(),
        kind: kind.unwrap_or(FeedKind::Social),
        format: format.unwrap_or(Format::Plain),
        time: time.unwrap_or(usual),
        paths: paths.unwrap_or_default(),
    }
}

fn ingest(mut section: Section<'_, '_, '_>) -> Ingest {
    let ingest = Ingest {
        // A wait beyond a pane would delay every window.
        flush_interval_ms: section.whole("flush_interval_ms", 1..=10_000),
        flush_entries: section.whole("flush_entries", 1..=1_000_000),
        flush_posts: section.whole("flush_posts", 1..=10_000_000),
        // The longest window is an hour: a later post could not change it any more.
        lateness_ms: section.whole("lateness_ms", 0..=3_600_000),
        future_skew_ms: section.whole("future_skew_ms", 0..=3_600_000),
        duplicate_window_posts: section.whole("duplicate_window_posts", 1..=10_000_000),
        max_post_bytes: section.whole("max_post_bytes", 1024..=16_777_216),
    };
    section.finish();
    ingest
}

fn relevance(mut section: Section<'_, '_, '_>) -> Relevance {
    let relevance = Relevance {
        enabled: section.switch("enabled"),
        lists: section
            .text("lists", text_rules::folder)
            .unwrap_or_default(),
    };
    section.finish();
    relevance
}

fn topics(mut section: Section<'_, '_, '_>) -> Topics {
    let topics = Topics {
        max_per_post: section.whole("max_per_post", 1..=16),
        phrases_per_post: section.whole("phrases_per_post", 0..=16),
    };
    section.finish();
    topics
}

fn detect(mut section: Section<'_, '_, '_>) -> Detect {
    let detect = Detect {
        false_incidents_per_day: section.fraction("false_incidents_per_day", 0.0001..=1000.0),
        minimum_posts: section.whole("minimum_posts", 1..=100_000),
        // A single account never opens an episode.
        minimum_accounts: section.whole("minimum_accounts", 2..=100_000),
        hold_ms: section.whole("hold_ms", 10_000..=604_800_000),
        memory_days: section.fraction("memory_days", 0.1..=365.0),
        volume_memory_hours: section.fraction("volume_memory_hours", 0.1..=720.0),
        max_topics: section.whole("max_topics", 100..=2_000_000),
        max_candidates: section.whole("max_candidates", 100..=1_000_000),
        max_phrases: section.whole("max_phrases", 100..=1_000_000),
        // Longer than the longest flush, or a healthy partition would count as silent.
        silent_partition_ms: section.whole("silent_partition_ms", 30_000..=86_400_000),
        snapshot_interval_ms: section.whole("snapshot_interval_ms", 0..=86_400_000),
    };
    section.finish();
    detect
}

fn series(mut section: Section<'_, '_, '_>) -> Series {
    let series = Series {
        false_alerts_per_day: section.fraction("false_alerts_per_day", 0.0001..=1000.0),
    };
    section.finish();
    series
}

fn triage(mut section: Section<'_, '_, '_>) -> Triage {
    let triage = Triage {
        update_interval_ms: section.whole("update_interval_ms", 0..=86_400_000),
        max_open_incidents: section.whole("max_open_incidents", 1..=1_000_000),
        snapshot_interval_ms: section.whole("snapshot_interval_ms", 0..=86_400_000),
    };
    section.finish();
    triage
}

fn privacy(mut section: Section<'_, '_, '_>) -> Privacy {
    let privacy = Privacy {
        evidence: section
            .choice("evidence", &EvidenceMode::ALL, EvidenceMode::as_str, None)
            .unwrap_or(EvidenceMode::None),
        account_key_file: section
            .text("account_key_file", text_rules::key_file)
            .unwrap_or_default(),
        account_key: section.secret("account_key", AccountSecret::parse),
    };
    if privacy.account_key.is_some() && !privacy.account_key_file.is_empty() {
        let problem = "there is a privacy.account_key_file as well";
        section.blame_key("account_key", Fault::new(problem, "keep one of the two"));
    }
    section.finish();
    privacy
}

fn alert(mut section: Section<'_, '_, '_>) -> Alert {
    let alert = Alert {
        source: section
            .text("source", text_rules::source)
            .unwrap_or_default(),
        cloudevents: section
            .choice("cloudevents", &EventMode::ALL, EventMode::as_str, None)
            .unwrap_or(EventMode::Binary),
        cap_topic: section
            .text("cap_topic", text_rules::kafka_name_or_none)
            .unwrap_or_default(),
        url: section
            .text("url", text_rules::incident_url)
            .unwrap_or_default(),
    };
    section.finish();
    alert
}
