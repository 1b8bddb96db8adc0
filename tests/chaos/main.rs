//! Chaos on a real broker: three processes of the program, killed at random moments, and then the
//! promises: no post lost, none counted twice, outputs equal to a fold of the logs, no alert twice.
//!
//! `KENTONGAN_TEST_BOOTSTRAP` names the broker (`scripts/kafka start` prints it).
//! `KENTONGAN_CHAOS_KILLS` is the number of kills (5), `KENTONGAN_CHAOS_SEED` what they are drawn from,
//! `KENTONGAN_CHAOS_PROTOCOL` how processes share partitions ("classic").
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test: a failure is a panic, and a wait has a deadline"
)]

mod posts;
mod proofs;
mod side_by_side;
mod town;
mod undisturbed;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use posts::Writer;
use town::Town;

const PROCESSES: usize = 3;

/// Held by each test: the broker is stopped and started.
static BROKER: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    BROKER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn number(variable: &str, default: u64) -> u64 {
    let told = std::env::var(variable).ok();
    told.map_or(default, |told| told.parse().unwrap())
}

#[test]
fn whatever_dies_and_whenever_no_post_is_lost_and_none_counted_twice_real() {
    let _alone = alone();
    let Ok(brokers) = std::env::var("KENTONGAN_TEST_BOOTSTRAP") else {
        eprintln!("KENTONGAN_TEST_BOOTSTRAP is not set: not run");
        return;
    };
    let kills = number("KENTONGAN_CHAOS_KILLS", 5);
    let seed = number("KENTONGAN_CHAOS_SEED", 1);
    let mut dice = Pcg64Mcg::seed_from_u64(seed);
    let mut town = Town::found(&brokers);
    let mut writer = Writer::connect(&town, seed);
    let history = writer.write_history();
    town.start(0);
    for event in 1..=kills {
        let wait_ms = dice.random_range(1_000..8_000);
        writer.write_live(Duration::from_millis(wait_ms));
        // Kills are to meet processes at work, not between two posts.
        writer.write_dense(Duration::from_millis(dice.random_range(100..400)));
        // Replicas: one, three after a fifth of the kills, two for the last fifth.
        if event == kills.div_ceil(5) + 1 {
            (1..PROCESSES).for_each(|member| town.start(member));
        } else if event == kills - kills / 5 + 1 {
            town.leave(PROCESSES - 1);
        }
        let running = town.running();
        let member = running[dice.random_range(0..running.len())];
        eprintln!("{event} of {kills}: kills member {member} of {running:?} after {wait_ms} ms");
        town.kill(member);
        town.start(member);
        if event % 5 == 3 {
            let zombie = running[dice.random_range(0..running.len())];
            eprintln!("member {zombie} stands still for longer than its session");
            town.signal(zombie, "STOP");
            writer.write_live(2 * town.settings.session_timeout);
            town.signal(zombie, "CONT");
        }
        match event % 10 {
            4 => {
                // So that what is under way when the broker stops has posts in it.
                writer.write_burst();
                Town::pause_broker();
            }
            5 => Town::restart_broker(),
            _ => {}
        }
    }
    let written = writer.finish(&town);
    eprintln!("{history} posts of history, {written} in all");
    town.stop_without_broker();
    town.print_troubles();
    proofs::refold_is_equal(&town);
    proofs::every_post_is_in_the_ledger_once(&town, written);
    proofs::closed_windows_are_those_of_a_naive_recount(&town);
    proofs::every_refused_post_is_a_dead_letter_once(&town);
    proofs::no_alert_is_there_twice(&town);
    undisturbed::spikes_and_episodes_are_those_of_an_undisturbed_run(&town);
}
