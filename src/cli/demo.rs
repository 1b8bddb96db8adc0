//! `kentongan demo`: what the program does, in a minute, without anything else.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::{Context, exit};
use crate::alert::{Tongue, UtcTime, Words, Zone, line};
use crate::config::Config;
use crate::service::account_key;
use crate::service::clock::Stopwatch;
use crate::service::demo::{Demo, fast_clock};
use crate::service::interrupt;
use crate::service::run::{OnAlert, Role, Service};
use crate::simulate::{EventKind, Truth, parse_duration};

/// Ports that are tried when the configured one is taken.
const PORTS_TRIED: u16 = 20;
/// How long one look at what may end the demo takes.
const LOOK: Duration = Duration::from_millis(200);

/// See it work: a broker in this process, simulated feeds with three events and a hoax, the page.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kentongan demo
  kentongan demo --speed 20 --for 90s

A quiet Indonesian day is read first; then an earthquake begins, a coordinated hashtag push three
minutes later, a hoax that fact-checkers know, and a slow flood. --speed shortens the wait. Everything is made up and in memory.
Semua peristiwa di sini rekaan.")]
pub struct Arguments {
    /// How many times faster than the wall clock events go
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=600))]
    pub speed: u32,
    /// Stop after this wall time, e.g. 90s
    #[arg(long = "for", value_name = "D", value_parser = parse_duration)]
    pub duration: Option<Duration>,
}

/// What a newcomer reads first.
const INTRODUCTION: &str = "\
Kentongan demo. Everything here is made up; nothing leaves this process. Semua di sini rekaan.
Writing a quiet Indonesian day into two feeds ...
";

/// What the lines mean.
const LEGEND: &str = "\
Each alert is a line: level, time in Jakarta, new / updated / escalated, how many posts in how long and
how many are usual, whether people speak by themselves (alami), in concert (digerakkan) or neither is
clear, and how long after the first post. `>>>` tells what really begins.
";

/// Runs the demo until its time is over or Ctrl-C.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    let signals = interrupt::listen()?;
    let mut config = context.config()?.clone();
    config.http.listen = free_address(config.http.listen, None)?;
    config.http.metrics_listen =
        free_address(config.http.metrics_listen, Some(config.http.listen))?;
    let clock = fast_clock(arguments.speed);
    context.print(INTRODUCTION)?;
    let demo = Demo::prepare(&config, clock())?;
    let config = Arc::clone(demo.config());
    let key = account_key(&config)?;
    let count = Arc::new(AtomicU64::new(0));
    let on_alert = printer(Arc::clone(&count))?;
    let service = Service::start(&config, &Role::ALL, &key, Arc::clone(&clock), on_alert)?;
    context.print(&welcome(&config, &service, arguments))?;
    let (stop, stopped) = mpsc::channel();
    let player =
        thread::spawn(move || demo.play(&clock, &stopped, &mut |truth| say(&begins(truth))));
    let ended = loop {
        if let Some(ended) = service.ended(LOOK) {
            break ended.map_err(Into::into);
        }
        if signals.try_recv().is_ok() {
            break Err(exit::Interrupted.into());
        }
        let is_over = |length| watch.elapsed() >= length;
        if arguments.duration.is_some_and(is_over) || player.is_finished() {
            break Ok(());
        }
    };
    service.stop();
    drop(stop);
    match player.join() {
        Ok(played) => played.context("playing the made posts")?,
        Err(_) => anyhow::bail!("the simulation panicked"),
    }
    let count = count.load(Ordering::Relaxed);
    say(&format!("Kentongan demo: over after {count} alerts.\n"));
    ended
}

fn welcome(config: &Config, service: &Service, arguments: &Arguments) -> String {
    let speed = arguments.speed;
    let page = service.page().unwrap_or(config.http.listen);
    let probes = service.probes();
    format!(
        "The page: http://{page}/  Time runs {speed} times faster. Ctrl-C stops.\n\
         Metrics and probes: http://{probes}/metrics\n{LEGEND}\n"
    )
}

/// What really begins, so that a person can compare.
fn begins(truth: &Truth) -> String {
    let (english, indonesian) = match truth.kind {
        EventKind::Earthquake => ("an earthquake", "gempa bumi"),
        EventKind::Flood => ("a slow flood", "banjir yang naik perlahan"),
        EventKind::Push => ("a coordinated hashtag push", "penggalangan tagar"),
        EventKind::Chorus => ("one message in many words", "satu pesan dalam banyak kata"),
        EventKind::Rumour => ("a copied rumour", "kabar berantai"),
        EventKind::Relay => ("a storm of reposts", "badai unggahan ulang"),
        EventKind::Press => ("a story in foreign newsrooms", "berita media asing"),
    };
    let clock = Zone::Wib.clock(UtcTime(truth.onset_at));
    format!(
        ">>>         {clock}  {english} begins in {} ({indonesian})\n",
        truth.place
    )
}

/// Prints each alert as one readable line, in Indonesian and English.
fn printer(count: Arc<AtomicU64>) -> anyhow::Result<OnAlert> {
    let words = Words::built_in()?;
    Ok(Box::new(move |alert| {
        count.fetch_add(1, Ordering::Relaxed);
        say(&format!(
            "{}\n    {}\n",
            line(alert, &words, Tongue::Indonesian, Zone::Wib),
            alert.title.en
        ));
        if let Some(claim) = alert.claims.first() {
            say(&format!("    {}\n    {}\n", claim.line.id, claim.line.en));
        }
    }))
}

/// Writes to standard output. Without one, the page still shows the alerts.
fn say(text: &str) {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes()).unwrap_or_default();
}

/// The configured address, or one of the next ports if it is taken, or is `other`.
fn free_address(wanted: SocketAddr, other: Option<SocketAddr>) -> anyhow::Result<SocketAddr> {
    let mut address = wanted;
    for _ in 0..PORTS_TRIED {
        let is_other =
            other.is_some_and(|other| other.port() != 0 && other.port() == address.port());
        if !is_other && TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
        address.set_port(address.port().wrapping_add(1).max(1024));
    }
    anyhow::bail!("no free port from {wanted} on: name one with --set http.listen=127.0.0.1:PORT")
}
