//! Characters of known crowds and campaigns; the level as a law.

use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::detect::{Change, WindowEvidence};
use crate::post::{EventTime, FeedKind, Language, TopicKey};
use crate::window::{PostSketch, Scale};

fn counts(posts: u32, originals: u32, accounts: u32, texts: u32, tag_sets: u32) -> CountTable {
    let of = f64::from(originals);
    let pair = |observed, expected| Pair { observed, expected };
    CountTable {
        posts: pair(posts, 1.0),
        originals: pair(originals, 1.0),
        accounts: pair(accounts, f64::from(posts) * 0.85),
        texts: pair(texts, of * 0.85),
        domains: pair(0, 0.0),
        tag_sets: pair(tag_sets, of * 0.95),
    }
}

fn unsigned(mut counts: CountTable) -> CountTable {
    counts.accounts = Pair {
        observed: 0,
        expected: 0.0,
    };
    counts
}

fn judged(counts: &CountTable) -> Character {
    character(counts).0
}

#[test]
fn a_crowd_is_organic_even_when_many_cry_the_same_words() {
    assert_eq!(judged(&counts(100, 100, 90, 95, 100)), Character::Organic);
    assert_eq!(judged(&counts(323, 323, 300, 65, 320)), Character::Organic);
}

#[test]
fn a_retweet_storm_is_organic() {
    assert_eq!(judged(&counts(500, 3, 480, 3, 3)), Character::Organic);
}

#[test]
fn a_storm_passed_on_by_few_accounts_is_amplified() {
    assert_eq!(judged(&counts(500, 3, 20, 3, 3)), Character::Amplified);
}

#[test]
fn the_three_pushes_are_amplified() {
    // Few accounts, other words, other tags.
    assert_eq!(judged(&counts(60, 60, 12, 58, 60)), Character::Amplified);
    // Paraphrases with fixed tags by many accounts, as soon as there are ten.
    assert_eq!(judged(&counts(11, 11, 10, 9, 1)), Character::Amplified);
    // One text by many accounts.
    assert_eq!(judged(&counts(80, 80, 78, 2, 80)), Character::Amplified);
}

#[test]
fn a_handful_of_posts_or_of_people_is_unclear() {
    assert_eq!(judged(&counts(9, 9, 9, 9, 9)), Character::Unclear);
    assert_eq!(judged(&counts(20, 20, 19, 20, 20)), Character::Unclear);
}

#[test]
fn without_authors_texts_and_tag_sets_decide() {
    let flood = unsigned(counts(100, 100, 0, 95, 100));
    assert_eq!(judged(&flood), Character::Organic);
    let copied = unsigned(counts(100, 100, 0, 3, 100));
    assert_eq!(judged(&copied), Character::Amplified);
    let tagged = unsigned(counts(100, 100, 0, 95, 4));
    assert_eq!(judged(&tagged), Character::Amplified);
    let why = character(&flood).1;
    assert!(why.iter().all(|(what, ..)| what != "accounts"), "{why:?}");
}

#[derive(Debug, Clone)]
struct Made {
    posts: u32,
    accounts: u32,
    surprise: f64,
    feeds: u8,
    places: u8,
    languages: u8,
    newest: u32,
}

fn signal(made: &Made, topic: &str) -> Signal {
    let mut counts = counts(
        made.posts,
        made.posts,
        made.accounts,
        made.posts,
        made.posts,
    );
    counts.accounts.expected = f64::from(made.posts);
    let at = EventTime::from_millis(0);
    let mut observed = vec![1; 50];
    observed.extend([made.newest; 10]);
    Signal {
        partition: 0,
        sent_at: at,
        episode: "0".to_owned(),
        change: Change::Opened,
        topic: TopicKey::new(topic),
        at,
        onset_at: at,
        opened_at: at,
        evidence: WindowEvidence {
            kind: FeedKind::Social,
            scale: Scale::OneHour,
            until: at,
            observed: made.posts,
            expected: 1.0,
            critical: 2,
            surprise: made.surprise,
        },
        counts,
        feeds: (0..made.feeds).map(|feed| (feed.to_string(), 1)).collect(),
        kinds: Vec::new(),
        voices: Vec::new(),
        terms: Vec::new(),
        leading_terms: Vec::new(),
        divergence: Vec::new(),
        first_seen: Vec::new(),
        languages: ["id", "en", "ms", "nl", "ja", "ar"]
            .into_iter()
            .take(usize::from(made.languages))
            .map(|language| (Language::parse(language).unwrap(), 1))
            .collect(),
        places: Vec::new(),
        hazards: Vec::new(),
        samples: Vec::new(),
        identities: PostSketch::of(std::iter::empty()),
        series: Series {
            observed,
            ..Series::default()
        },
        delayed: false,
    }
}

fn made() -> impl Strategy<Value = Made> {
    let numbers = (
        0_u32..4_000,
        0_u32..2_000,
        0.0..60.0,
        0_u8..5,
        0_u8..6,
        0_u32..50,
    );
    numbers.prop_map(
        |(posts, accounts, surprise, feeds, languages, newest)| Made {
            posts,
            accounts,
            surprise,
            feeds,
            places: 0,
            languages,
            newest,
        },
    )
}

proptest! {
    /// More of anything never lowers the level, and a hazard is never below another topic.
    #[test]
    fn the_level_is_monotone(less in made(), more in made()) {
        let more = Made {
            posts: less.posts.max(more.posts),
            accounts: less.accounts.max(more.accounts),
            surprise: less.surprise.max(more.surprise),
            feeds: less.feeds.max(more.feeds),
            places: less.places.max(more.places),
            languages: less.languages.max(more.languages),
            newest: less.newest.max(more.newest),
        };
        let levels = Config::built_in().unwrap().levels;
        let of = |made: &Made, topic| level(&levels, &signal(made, topic), Character::Organic);
        prop_assert!(of(&less, "tag:x") <= of(&more, "tag:x"));
        prop_assert!(of(&more, "tag:x") <= of(&more, "hazard:banjir"));
    }
}

#[test]
fn one_account_and_a_campaign_stay_at_the_lowest_level() {
    let levels = Config::built_in().unwrap().levels;
    let made = Made {
        posts: 5_000,
        accounts: 1,
        surprise: 99.0,
        feeds: 9,
        places: 0,
        languages: 6,
        newest: 500,
    };
    let of = |made: &Made, character| level(&levels, &signal(made, "hazard:gempa"), character);
    assert_eq!(of(&made, Character::Unclear), Level::Waspada);
    let crowd = Made {
        accounts: 4_000,
        ..made
    };
    assert_eq!(of(&crowd, Character::Organic), Level::Awas);
    assert_eq!(of(&crowd, Character::Amplified), Level::Waspada);
}

#[test]
fn a_push_among_the_usual_talk_of_a_place_is_not_called_organic_and_does_not_rise() {
    let mixed = counts(900, 900, 800, 700, 540);
    assert_eq!(judged(&mixed), Character::Unclear);
    let levels = Config::built_in().unwrap().levels;
    let loud = Made {
        posts: 900,
        accounts: 800,
        surprise: 50.0,
        feeds: 2,
        places: 0,
        languages: 4,
        newest: 90,
    };
    let mut signal = signal(&loud, "place:ID-JK");
    assert_eq!(level(&levels, &signal, Character::Unclear), Level::Awas);
    signal.counts.tag_sets = mixed.tag_sets;
    assert_eq!(level(&levels, &signal, Character::Unclear), Level::Waspada);
}
