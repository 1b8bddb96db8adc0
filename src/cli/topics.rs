//! `kentongan topics`: the Kafka topics that the configuration needs, beside those that there are.
//!
//! In: the configuration. Out: a table; with `--create` also what was missing.
//! Rule: changes nothing that exists; drift is refused with a sentence on what to do.

use std::io::Write;

use anyhow::{Context, bail};
use clap::Args;

use crate::config::Config;
use crate::log::kafka::KafkaSettings;
use crate::log::kafka::catalogue::Catalogue;
use crate::log::kafka::topics::{Fixed, Found, Needed, Standing, needed};

/// Show the Kafka topics that are needed beside those that there are, or make what is missing
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  kentongan topics                                  needed and found, side by side
  kentongan topics --create                         make what is missing
  kentongan topics --create --set kafka.replication_factor=3

A Kafka topic with another number of partitions than its records depend on, or with another
cleanup policy, is refused (exit code 1): nothing that exists is ever changed.")]
pub struct Arguments {
    /// Make the Kafka topics that are missing, and wait until the cluster shows them.
    #[arg(long)]
    pub create: bool,
}

/// Runs the command; the table goes to `out`.
pub fn run(config: &Config, arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let settings = KafkaSettings::new(&config.kafka);
    let catalogue = Catalogue::connect(&settings, config.kafka.replication_factor)?;
    let needed = needed(config);
    let mut found = catalogue
        .find(&needed)
        .with_context(|| format!("looking for the Kafka topics at {}", settings.brokers))?;
    if arguments.create {
        for needed in &needed {
            if !found.contains_key(&needed.name) {
                catalogue.create(needed)?;
            }
        }
        found = catalogue.find(&needed)?;
    }
    let rows: Vec<(&Needed, Option<&Found>)> = needed
        .iter()
        .map(|needed| (needed, found.get(&needed.name)))
        .collect();
    print_table(&rows, out)?;
    conclude(&rows, out)
}

fn print_table(rows: &[(&Needed, Option<&Found>)], out: &mut dyn Write) -> std::io::Result<()> {
    let names = rows.iter().map(|(needed, _)| needed.name.len());
    let width = names.max().unwrap_or(0).max("KAFKA TOPIC".len());
    let header = ("KAFKA TOPIC", "FOR", "NEEDED", "FOUND");
    let (name, purpose, wanted, there) = header;
    writeln!(out, "{name:width$}  {purpose:13}  {wanted:18}  {there}")?;
    for (needed, found) in rows {
        let wanted = match needed.fixed {
            Fixed::Yes => partitions(needed.partitions),
            Fixed::No => "any number".to_owned(),
        };
        let there = found.map_or("missing".to_owned(), |found| partitions(found.partitions));
        let (name, purpose) = (&needed.name, needed.purpose);
        writeln!(out, "{name:width$}  {purpose:13}  {wanted:18}  {there}")?;
    }
    Ok(())
}

fn partitions(number: u32) -> String {
    match number {
        1 => "1 partition".to_owned(),
        number => format!("{number} partitions"),
    }
}

/// Says below the table what differs, what is missing and what must not be used.
fn conclude(rows: &[(&Needed, Option<&Found>)], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut drifted = Vec::new();
    let mut missing = 0;
    for (needed, found) in rows {
        match needed.standing(*found) {
            Standing::Missing => missing += 1,
            Standing::Usable(notes) => {
                for note in notes {
                    writeln!(out, "{note}")?;
                }
            }
            Standing::Drifted(sentence) => drifted.push(sentence),
        }
    }
    if missing > 0 {
        writeln!(
            out,
            "{missing} missing: `kentongan topics --create` makes them"
        )?;
    }
    if !drifted.is_empty() {
        bail!("{}", drifted.join("\n"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_table_shows_needed_beside_found_and_drift_is_an_error() {
        let needed = needed(&Config::built_in().unwrap());
        let feed = Found {
            partitions: 3,
            settings: BTreeMap::new(),
        };
        let counts = Found {
            partitions: 16,
            settings: BTreeMap::from([("retention.ms".to_owned(), "1".to_owned())]),
        };
        let rows: Vec<_> = needed
            .iter()
            .map(|needed| match needed.name.as_str() {
                "feeds.news" => (needed, Some(&feed)),
                "counts" => (needed, Some(&counts)),
                _ => (needed, None),
            })
            .collect();
        let mut out = Vec::new();
        print_table(&rows, &mut out).unwrap();
        let error = conclude(&rows, &mut out).unwrap_err();
        let text = format!("{}error: {error}\n", String::from_utf8(out).unwrap());
        insta::assert_snapshot!(text);
    }
}
