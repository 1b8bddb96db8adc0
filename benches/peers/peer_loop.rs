//! The limit that every engine is measured against: a librdkafka loop that only reads, or only decodes.
//!
//! In: a Kafka topic of posts in the plain format. Out: how many were read; with `sums`, what Kentongan
//! has written into `counts`, a line for each topic and pane.
//! Rule: reads from the start to the end that the partitions have when it gets there, then ends.
//! Not here: measuring (`run.py`), the job itself.
//!
//! `cargo run --release --example peer_loop -- fetch|decode|sums BROKERS TOPIC`

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use kentongan::ingest::Batch;
use rdkafka::Message;
use rdkafka::TopicPartitionList;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::Offset;
use serde::Deserialize;

type Outcome<T> = Result<T, Box<dyn Error>>;

const DEADLINE: Duration = Duration::from_secs(10);

/// The members that the job needs, and those that Kentongan reads besides.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    platform: Cow<'a, str>,
    #[serde(borrow)]
    author: Cow<'a, str>,
    #[serde(borrow)]
    created_at: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    lang: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [mode, brokers, topic] => run(mode, brokers, topic),
        _ => Err("usage: peer_loop fetch|decode|sums BROKERS TOPIC".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if nobody reads this.
            writeln!(io::stderr(), "{error}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

fn run(mode: &str, brokers: &str, topic: &str) -> Outcome<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut sums: BTreeMap<(String, i64), u64> = BTreeMap::new();
    let mut bytes = 0_usize;
    let posts = read(brokers, topic, |value| {
        match mode {
            "fetch" => bytes += black_box(value).len(),
            "decode" => bytes += decode(value)?,
            "sums" => add(value, &mut sums)?,
            _ => return Err("fetch, decode or sums".into()),
        }
        Ok(())
    })?;
    for ((topic, pane), posts) in sums {
        writeln!(out, "{topic}\t{pane}\t{posts}")?;
    }
    writeln!(io::stderr(), "posts={posts} bytes={bytes}")?;
    Ok(out.flush()?)
}

fn decode(value: &[u8]) -> Outcome<usize> {
    let text = simdutf8::basic::from_utf8(value)?;
    let fields: Fields<'_> = black_box(serde_json::from_str(text)?);
    let all = [
        fields.id,
        fields.platform,
        fields.author,
        fields.created_at,
        fields.text,
        fields.lang,
        fields.url,
    ];
    Ok(all.iter().map(|field| field.len()).sum())
}

fn add(value: &[u8], sums: &mut BTreeMap<(String, i64), u64>) -> Outcome<()> {
    for entry in Batch::decode(value)?.entries {
        let key = (entry.topic.as_str().to_owned(), entry.pane.0);
        *sums.entry(key).or_default() += u64::from(entry.tally.posts);
    }
    Ok(())
}

/// Hands every record's value to `visit`; how many there were.
fn read(brokers: &str, topic: &str, mut visit: impl FnMut(&[u8]) -> Outcome<()>) -> Outcome<u64> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "peer-loop")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("queued.max.messages.kbytes", "16384")
        .set("fetch.queue.backoff.ms", "2")
        .create()?;
    let metadata = consumer.fetch_metadata(Some(topic), DEADLINE)?;
    let found = metadata.topics().first().ok_or("no such topic")?;
    let mut assignment = TopicPartitionList::new();
    for partition in found.partitions() {
        assignment.add_partition_offset(topic, partition.id(), Offset::Beginning)?;
    }
    consumer.assign(&assignment)?;
    let (mut open, mut records) = (found.partitions().len(), 0);
    while open > 0 {
        match consumer.poll(DEADLINE) {
            Some(Ok(message)) => {
                visit(message.payload().unwrap_or_default())?;
                records += 1;
            }
            Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
            Some(Err(error)) => return Err(error.into()),
            None => return Err("nothing to read for ten seconds".into()),
        }
    }
    Ok(records)
}
