//! Once its buffers have grown, a post is read, judged and given its topics without one allocation.
//!
//! Not here: what a post adds to the sums, which grow with topics, not with posts.

use kentongan::config::{Config, Format};
use kentongan::feed::{AccountKey, Decoder};
use kentongan::relevance::{Gate, Reading};
use kentongan::topic::{Extractor, PostTopics};

const LINES: [&str; 5] = [
    r#"{"id":"1","kind":"social","platform":"x","author":"a","created_at":"2026-03-04T05:06:07Z","text":"Banjir merendam Demak, jalan ke Semarang putus 😢 #banjir #PrayForDemak https://t.co/a","lang":"id"}"#,
    r#"{"id":"2","kind":"news","platform":"contoh.id","created_at":"2026-03-04T05:06:08Z","title":"Quake of magnitude 6 in Java","text":"JAKARTA - An earthquake was felt in West Java.","url":"https://News.contoh.id/gempa"}"#,
    r#"{"id":"3","kind":"social","platform":"x","author":"b","created_at":"2026-03-04T05:06:09Z","text":"印尼雅加达发生洪水","location":"Jakarta, Indonesia"}"#,
    r#"{"id":"4","kind":"social","platform":"x","author":"c","created_at":"2026-03-04T05:06:10Z","text":"زلزال في إندونيسيا", "location":"-6.2,106.8"}"#,
    r#"{"id":"5","kind":"social","platform":"x","author":"d","created_at":"2026-03-04T05:06:11Z","text":"good morning, nothing to see here","lang":"en"}"#,
];

#[test]
fn a_post_costs_no_allocation() {
    let config = Config::built_in().unwrap();
    let decoder = Decoder::new(AccountKey::new([0; 16]), 1 << 20);
    let gate = Gate::new(&config.relevance).unwrap();
    let extractor = Extractor::new(&config.topics);
    let (mut reading, mut topics) = (Reading::default(), PostTopics::default());
    let mut keys = 0;
    let mut pass = || {
        for line in LINES {
            let decoded = decoder.decode(Format::Plain, Some(line.as_bytes()));
            let post = decoded.unwrap();
            gate.read(&post, &mut reading);
            extractor.extract(&post, &reading, &mut topics);
            keys += topics.len();
        }
    };
    pass();
    let counted = allocation_counter::measure(pass);
    assert_eq!(counted.count_total, 0, "{counted:?}");
    assert!(keys >= 20, "the posts have topics: {keys}");
}
