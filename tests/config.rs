//! The configuration from outside: files with mistakes, layers, secrets, the program's exit codes,
//! and the page of documentation that `config/default.toml` makes.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "config/document.rs"]
mod document;
#[path = "config/laws.rs"]
mod laws;
#[path = "config/program.rs"]
mod program;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use kentongan::config::{Config, Format, Mistakes, PlacedBy, Privacy, SourceFile, Sources};
use kentongan::post::FeedKind;

const KEY: &str = "00112233445566778899aabbccddeeff";

/// The configuration of a file's text, environment variables and settings.
fn load(text: &str, environment: &[(&str, &str)], settings: &[&str]) -> Result<Config, Mistakes> {
    Config::load(&Sources {
        file: Some(SourceFile {
            name: "k.toml".to_owned(),
            text: text.to_owned(),
        }),
        environment: environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
            .collect(),
        settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
    })
}

/// The mistakes of the layers, one a line.
fn mistakes(text: &str, environment: &[(&str, &str)], settings: &[&str]) -> String {
    load(text, environment, settings).unwrap_err().to_string()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config")
}

#[test]
fn each_bad_file_gets_its_messages() {
    let mut count = 0;
    let mut files: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(stem) = name
            .strip_suffix(".toml")
            .filter(|name| name.starts_with("bad-"))
        else {
            continue;
        };
        let file = SourceFile {
            name: name.to_owned(),
            text: fs::read_to_string(&path).unwrap(),
        };
        let sources = Sources {
            file: Some(file),
            ..Sources::default()
        };
        let refusal = Config::load(&sources).expect_err(name).to_string();
        assert!(!refusal.contains(KEY), "{name} shows the secret");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(stem, refusal);
        });
        count += 1;
    }
    assert!(count >= 15, "only {count} files");
}

#[test]
fn a_feed_gets_the_usual_format_and_time_of_its_kind() {
    let text = fs::read_to_string(folder().join("good.toml")).unwrap();
    let config = load(&text, &[], &[]).unwrap();
    let feeds: Vec<_> = config
        .feeds
        .iter()
        .map(|feed| (feed.name.as_str(), feed.kind, feed.format, feed.time))
        .collect();
    assert_eq!(
        feeds,
        [
            ("sosial", FeedKind::Social, Format::Plain, PlacedBy::Posted),
            ("berita", FeedKind::News, Format::Plain, PlacedBy::Arrived),
            (
                "bluesky",
                FeedKind::Social,
                Format::Jetstream,
                PlacedBy::Arrived
            ),
        ]
    );
    assert_eq!(config.kafka.brokers, "kafka-0:9092,kafka-1:9092");
    assert_eq!(config.kafka.group, "kentongan");
}

#[test]
fn a_later_layer_holds() {
    let text = "[detect]\nminimum_posts = 5\nminimum_accounts = 5\nmax_topics = 500\n";
    let environment = [
        ("KENTONGAN__DETECT__MINIMUM_ACCOUNTS", "6"),
        ("KENTONGAN__DETECT__MAX_TOPICS", "600"),
        ("KENTONGAN_PORT", "tcp://10.0.0.1:80"),
        ("PATH", "/bin"),
    ];
    let settings = ["detect.max_topics=700", "detect.max_topics=800"];
    let detect = load(text, &environment, &settings).unwrap().detect;
    assert_eq!(
        (
            detect.minimum_posts,
            detect.minimum_accounts,
            detect.max_topics
        ),
        (5, 6, 800)
    );
}

#[test]
fn a_value_that_is_not_toml_is_text() {
    let config = load(
        "",
        &[("KENTONGAN__KAFKA__GROUP", "posko")],
        &["kafka.brokers=a:1,b:2"],
    );
    let kafka = config.unwrap().kafka;
    assert_eq!(
        (kafka.group.as_str(), kafka.brokers.as_str()),
        ("posko", "a:1,b:2")
    );
    let refusal = mistakes("", &[], &["kafka.group=2026"]);
    assert_eq!(
        refusal,
        "--set kafka.group: must be text, found the whole number 2026; write it in quotes"
    );
    assert_eq!(
        load("", &[], &["kafka.group=\"2026\""])
            .unwrap()
            .kafka
            .group,
        "2026"
    );
}

#[test]
fn feeds_are_set_as_a_whole() {
    let feeds = "feeds=[{name=\"berita\", kind=\"news\"}]";
    assert_eq!(load("", &[], &[feeds]).unwrap().feeds.len(), 1);
    let variable = ("KENTONGAN__FEEDS", "[{name=\"berita\", kind=\"news\"}]");
    assert_eq!(
        load("", &[variable], &[]).unwrap().feeds[0].time,
        PlacedBy::Arrived
    );
    insta::assert_snapshot!(
        mistakes("", &[("KENTONGAN__FEEDS__NAME", "x")], &["feeds.0.name=x", "feeds=x"]),
        @r#"
    environment KENTONGAN__FEEDS__NAME: feeds: must be a list, found one section; write [[feeds]] with two brackets for each feed, or the list whole: feeds=[{name="...", kind="social"}]
    --set feeds: must be a list, found the text "x"; write [[feeds]] and its keys below
    --set feeds.0.name: feeds: must be a list, found one section; write [[feeds]] with two brackets for each feed, or the list whole: feeds=[{name="...", kind="social"}]
    "#
    );
}

#[test]
fn mistakes_of_variables_and_settings_name_them() {
    let environment = [
        ("KENTONGAN__DETECT__MINIMUM_POST", "5"),
        ("KENTONGAN__HTTP__LISTEN", "8080"),
        ("KENTONGAN__detect__hold_ms", "10000"),
        ("KENTONGAN____HTTP", "1"),
    ];
    let deep = format!("{}=1", ["a"; 9].join("."));
    let settings = [
        "detect.hold_ms",
        "=1",
        "detect=5",
        "ingest.lateness_ms=1000",
        deep.as_str(),
    ];
    insta::assert_snapshot!(mistakes("", &environment, &settings));
}

#[test]
fn the_account_key_comes_from_the_environment_only() {
    let variable = ("KENTONGAN__PRIVACY__ACCOUNT_KEY", KEY);
    let config = load("", &[variable], &[]).unwrap();
    let secret = config.privacy.account_secret().unwrap().unwrap();
    assert_eq!(secret.bytes()[..3], [0x00, 0x11, 0x22]);
    assert!(!format!("{config:?}{}", config.to_toml()).contains("0011"));
    assert_eq!(config.digest(), load("", &[], &[]).unwrap().digest());

    // A number to TOML, but digits all the same.
    let digits = (
        "KENTONGAN__PRIVACY__ACCOUNT_KEY",
        "12345678901234567890123456789e12",
    );
    assert!(
        load("", &[digits], &[])
            .unwrap()
            .privacy
            .account_key
            .is_some()
    );

    let file = format!("[privacy]\naccount_key = \"{KEY}\"\n");
    let setting = format!("privacy.account_key={KEY}");
    let refusal = mistakes(&file, &[variable], &[&setting]);
    assert!(!refusal.contains("0011"), "{refusal}");
    assert_eq!(refusal.lines().count(), 2, "{refusal}");

    let short = ("KENTONGAN__PRIVACY__ACCOUNT_KEY", "c0ffee");
    assert!(!mistakes("", &[short], &[]).contains("c0ffee"));
}

#[test]
fn the_account_key_has_one_place() {
    let variable = ("KENTONGAN__PRIVACY__ACCOUNT_KEY", KEY);
    insta::assert_snapshot!(
        mistakes("", &[variable], &["privacy.account_key_file=/run/key"]),
        @"environment KENTONGAN__PRIVACY__ACCOUNT_KEY: privacy.account_key: there is a privacy.account_key_file as well; keep one of the two"
    );
    let none: Privacy = load("", &[], &[]).unwrap().privacy;
    assert!(none.account_secret().unwrap().is_none());
}

#[test]
fn the_address_of_the_webhook_is_a_secret() {
    let variable = (
        "KENTONGAN__NOTIFY__WEBHOOK__URL",
        "https://hook.example/T0/s3cr3t",
    );
    let config = load("", &[variable], &[]).unwrap();
    let url = config.notify.webhook_url().unwrap().unwrap();
    assert_eq!(url.reveal(), variable.1);
    assert!(!format!("{config:?}{}", config.to_toml()).contains("s3cr3t"));
    assert_eq!(config.digest(), load("", &[], &[]).unwrap().digest());

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("webhook-url");
    fs::write(&path, format!("{}\n", variable.1)).unwrap();
    let setting = format!("notify.webhook.url_file={}", path.display());
    let from_file = load("", &[], &[&setting]).unwrap().notify;
    assert_eq!(from_file.webhook_url().unwrap(), Some(url));
    fs::write(&path, "http://hook.example/s3cr3t").unwrap();
    let refusal = from_file.webhook_url().unwrap_err().to_string();
    assert!(
        refusal.starts_with("notify.webhook.url_file: "),
        "{refusal}"
    );
    assert!(!refusal.contains("s3cr3t"), "{refusal}");

    let plain = (
        "KENTONGAN__NOTIFY__WEBHOOK__URL",
        "http://hook.example/s3cr3t",
    );
    insta::assert_snapshot!(
        mistakes("", &[plain], &[]),
        @"environment KENTONGAN__NOTIFY__WEBHOOK__URL: notify.webhook.url: plain http would show alerts to the network; write https, or notify.allow_http = true where the network is yours"
    );
    assert!(load("", &[plain], &["notify.allow_http=true"]).is_ok());
}

#[test]
fn a_file_that_cannot_be_read_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = |bytes: &[u8]| {
        let path = folder.path().join("k.toml");
        fs::write(&path, bytes).unwrap();
        let refusal = SourceFile::read(&path).err().unwrap().to_string();
        refusal.split_once("k.toml: ").unwrap().1.to_owned()
    };
    assert_eq!(
        refusal(b"a = 1\nb = \"\xff\"\n"),
        "line 2 is not UTF-8; save the file as UTF-8"
    );
    assert!(refusal(&vec![b'#'; 262_145]).starts_with("longer than 262144 bytes"));
    let missing = SourceFile::read(&folder.path().join("none")).err().unwrap();
    assert!(missing.to_string().contains("none: cannot be read: "));
}

#[test]
fn the_digest_changes_with_what_decides() {
    let digest = |settings: &[&str]| load("", &[], settings).unwrap().digest();
    let built_in = digest(&[]);
    assert_eq!(built_in.len(), 16);
    assert_eq!(built_in, digest(&["detect.minimum_posts=3"]));
    assert_eq!(built_in, digest(&["privacy.account_key_file=/run/key"]));
    assert_ne!(built_in, digest(&["detect.minimum_posts=5"]));
}
