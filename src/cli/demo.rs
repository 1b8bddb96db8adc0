//! `kentongan demo`: what the program does, in a minute, without anything else.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::{Context, exit};
use crate::alert::{Tongue, Words, Zone, line};
use crate::config::Config;
use crate::service::account_key;
use crate::service::clock::Stopwatch;
use crate::service::demo::{Demo, fast_clock};
use crate::service::interrupt;
use crate::service::run::{OnAlert, Role, Service};
use crate::simulate::parse_duration;

/// Ports that are tried when the configured one is taken.
const PORTS_TRIED: u16 = 20;

/// See it work: a broker in this process, simulated feeds with three events, the page.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kentongan demo
  kentongan demo --speed 20 --for 90s

A quiet Indonesian day is read first; then an earthquake begins, a coordinated hashtag push three
minutes later, and a slow flood. --speed shortens the wait. Everything is made up and in memory.
Semua peristiwa di sini rekaan.")]
pub struct Arguments {
    /// How many times faster than the wall clock events go
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=600))]
    pub speed: u32,
    /// Stop after this wall time, e.g. 90s
    #[arg(long = "for", value_name = "D", value_parser = parse_duration)]
    pub duration: Option<Duration>,
}

/// Runs the demo until its time is over or Ctrl-C.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    let signals = interrupt::listen()?;
    let mut config = context.config()?.clone();
    config.http.listen = free_address(config.http.listen)?;
    let clock = fast_clock(arguments.speed);
    context.print("Kentongan demo: writing a quiet day of made posts ...\n")?;
    let demo = Demo::prepare(&config, clock())?;
    let config = Arc::clone(demo.config());
    let key = account_key(&config)?;
    let on_alert = printer(&config)?;
    let service = Service::start(&config, &Role::ALL, &key, Arc::clone(&clock), on_alert)?;
    let address = service.listening();
    context.print(&format!("Page: http://{address}/  (Ctrl-C stops)\n"))?;
    let (stop, stopped) = mpsc::channel();
    let player = thread::spawn(move || demo.play(&clock, &stopped));
    let ended = loop {
        if let Some(ended) = service.ended(Duration::from_millis(200)) {
            break ended.map_err(Into::into);
        }
        if signals.try_recv().is_ok() {
            break Err(exit::Interrupted.into());
        }
        if arguments
            .duration
            .is_some_and(|duration| watch.elapsed() >= duration)
        {
            break Ok(());
        }
        if player.is_finished() {
            break Ok(());
        }
    };
    service.stop();
    drop(stop);
    match player.join() {
        Ok(played) => played.context("playing the made posts")?,
        Err(_) => anyhow::bail!("the simulation panicked"),
    }
    ended
}

/// Prints each alert as one readable line, in Indonesian and English.
fn printer(_config: &Config) -> anyhow::Result<OnAlert> {
    let words = Words::built_in()?;
    Ok(Box::new(move |alert| {
        let text = format!(
            "{}\n    {}\n",
            line(alert, &words, Tongue::Indonesian, Zone::Wib),
            alert.title.en
        );
        // Without standard output, the page still shows the alert.
        std::io::stdout()
            .lock()
            .write_all(text.as_bytes())
            .unwrap_or_default();
    }))
}

/// The configured address, or one of the next ports if it is taken.
fn free_address(wanted: SocketAddr) -> anyhow::Result<SocketAddr> {
    let mut address = wanted;
    for _ in 0..PORTS_TRIED {
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
        address.set_port(address.port().wrapping_add(1).max(1024));
    }
    anyhow::bail!("no free port from {wanted} on: name one with --set http.listen=127.0.0.1:PORT")
}
