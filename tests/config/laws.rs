//! What holds for any configuration.

use std::collections::BTreeMap;

use kentongan::config::{Config, DEFAULT_TOML};
use proptest::prelude::*;

use crate::{load, mistakes};

/// Every dotted key of a configuration's text, `feeds` for the list as a whole.
fn keys(text: &str) -> Vec<String> {
    fn add(path: &str, table: &toml::Table, keys: &mut Vec<String>) {
        for (key, value) in table {
            let path = format!("{path}{key}");
            match value.as_table() {
                Some(section) => add(&format!("{path}."), section, keys),
                None => keys.push(path),
            }
        }
    }
    let mut keys = Vec::new();
    add("", &toml::from_str(text).unwrap(), &mut keys);
    keys
}

#[test]
fn the_built_in_configuration_written_back_is_the_same() {
    let built_in = Config::built_in().unwrap();
    let written = built_in.to_toml();
    assert_eq!(load(&written, &[], &[]).unwrap(), built_in);
    assert_eq!(keys(&written), keys(DEFAULT_TOML));
}

#[test]
fn no_difference_between_equals() {
    let built_in = Config::built_in().unwrap();
    assert_eq!(built_in.differences(&built_in), []);
}

/// No number may be -1, so each refuses it and says its range.
#[test]
fn the_range_of_each_number_is_in_its_comment() {
    let comments: BTreeMap<_, _> = crate::document::sections()
        .into_iter()
        .flat_map(|section| {
            let dotted = move |key: &str| format!("{}.{key}", section.name);
            section
                .keys
                .into_iter()
                .map(move |key| (dotted(&key.name), key.comment))
        })
        .collect();
    let table: toml::Table = toml::from_str(DEFAULT_TOML).unwrap();
    let mut count = 0;
    for (key, comment) in comments
        .iter()
        .filter(|(key, _)| !key.starts_with("feeds."))
    {
        let default = key
            .split('.')
            .fold(None, |value: Option<&toml::Value>, name| {
                Some(value.map_or_else(|| &table[name], |value| &value[name]))
            })
            .unwrap();
        if default.is_integer() || default.is_float() {
            let refusal = mistakes("", &[], &[&format!("{key}=-1")]);
            let (_, range) = refusal.split_once("number from ").unwrap();
            assert!(
                comment.contains(range),
                "{key}: \"{range}\" is not in \"{comment}\""
            );
            count += 1;
        }
    }
    assert_eq!(count, 53);
}

/// Both ends of a number's range are accepted, one step beyond is not.
#[test]
fn ranges_include_their_ends() {
    for (key, low, high) in [
        ("kafka.counts_partitions", 1_u64, 1024),
        ("kafka.replication_factor", 1, 15),
        ("topics.max_per_post", 1, 16),
        ("topics.phrases_per_post", 0, 16),
        ("detect.minimum_accounts", 2, 100_000),
        ("detect.hold_ms", 10_000, 604_800_000),
        ("triage.update_interval_ms", 0, 86_400_000),
    ] {
        for accepted in [low, high] {
            assert!(
                load("", &[], &[&format!("{key}={accepted}")]).is_ok(),
                "{key}={accepted}"
            );
        }
        for refused in [i128::from(low) - 1, i128::from(high) + 1] {
            assert!(
                load("", &[], &[&format!("{key}={refused}")]).is_err(),
                "{key}={refused}"
            );
        }
    }
}

/// Texts that look enough like a configuration to get past the first character.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("[kafka]\n".to_owned()),
        Just("[[feeds]]\n".to_owned()),
        Just("[feeds]\n".to_owned()),
        Just("[detect.hold_ms]\n".to_owned()),
        Just("name = ".to_owned()),
        Just("kind = \"news\"\n".to_owned()),
        Just("brokers = ".to_owned()),
        Just("hold_ms = ".to_owned()),
        Just("privacy.account_key = ".to_owned()),
        "[-+0-9a-f_.xbeinf]{0,40}\n",
        "\"[^\"\n]{0,8}\"\n",
        "[\\[\\]{}=,.'\"#\n ]{1,6}",
        "\\PC{0,6}",
    ];
    proptest::collection::vec(word, 0..24).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn any_text_is_a_configuration_or_a_list_of_mistakes(text in text()) {
        if let Err(mistakes) = load(&text, &[], &[]) {
            prop_assert!(mistakes.count() > 0);
            prop_assert_eq!(mistakes.to_string().lines().count(), mistakes.list.len());
        }
    }

    #[test]
    fn any_bytes_that_are_text_are_read(text in "\\PC{0,200}|[\\x00-\\x7f]{0,200}") {
        if let Err(mistakes) = load(&text, &[], &[]) {
            prop_assert!(mistakes.count() > 0);
        }
    }

    #[test]
    fn any_variable_and_setting_is_read(
        name in "[A-Z_\\PC]{0,30}",
        value in "\\PC{0,40}|[\\x00-\\x7f]{0,40}",
        setting in "[a-z_.=\\PC]{0,30}",
    ) {
        let name = format!("KENTONGAN__{name}");
        if let Err(mistakes) = load("", &[(&name, &value)], &[&setting]) {
            for mistake in &mistakes.list {
                prop_assert_eq!(mistake.to_string().lines().count(), 1);
            }
        }
    }

    #[test]
    fn what_was_accepted_reads_back(
        posts in 1..100_000_u32,
        days in 0.1..365.0_f64,
        name in "[a-z][a-z.-]{0,20}",
        enabled: bool,
    ) {
        let settings = [
            format!("detect.minimum_posts={posts}"),
            format!("detect.memory_days={days:?}"),
            format!("feeds=[{{name=\"feed.{name}\", kind=\"news\"}}]"),
            format!("relevance.enabled={enabled}"),
        ];
        let settings: Vec<_> = settings.iter().map(String::as_str).collect();
        let config = load("", &[], &settings).unwrap();
        let again = load(&config.to_toml(), &[], &[]).unwrap();
        prop_assert_eq!(again.digest(), config.digest());
        prop_assert_eq!(again, config);
    }
}

/// One line for each of the first `count` numbers.
fn numbered(count: usize, line: fn(usize) -> String) -> String {
    let lines: Vec<_> = (0..count).map(line).collect();
    lines.concat()
}

#[test]
fn hostile_text_is_refused_within_its_limits() {
    let long = 260_000;
    let texts = [
        format!("a = {}", "[".repeat(long)),
        format!("a = {}", "{a=".repeat(long / 3)),
        format!("{}a = 1", "a.".repeat(long / 2)),
        format!("[{}a]", "a.".repeat(long / 2)),
        "= ".repeat(long / 2),
        "=\n".repeat(long / 2),
        "[[feeds]]\n".repeat(long / 10),
        numbered(long / 13, |number| format!("a{number:07} = 1\n")),
        numbered(long / 23, |number| {
            format!("[[feeds]]\nname='{number:05}'\n")
        }),
        format!(
            "kafka = {{{}}}",
            numbered(long / 10, |number| format!("a{number:06}=1,"))
        ),
        format!("[http]\nlisten = \"{}\"", "x".repeat(long)),
        format!("{} = 1", "x".repeat(long)),
    ];
    for text in &texts {
        let start = text.get(..20).unwrap();
        let mistakes = load(text, &[], &[]).unwrap_err();
        assert!(mistakes.list.len() <= 100, "{start}");
        assert!(mistakes.to_string().len() < 40_000, "{start}");
    }
}
