//! `kentongan run`: the service.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::{Context, exit};
use crate::service::interrupt::{self, Interrupt};
use crate::service::run::{Role, Service};
use crate::service::{account_key, clock};

/// Run the service: read the feeds, detect spikes, write alerts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kentongan --config kentongan.toml run
  kentongan --set kafka.brokers=kafka:9092 run --roles ingest,detect
  kentongan --config kentongan.toml run --roles triage,desk

The Kafka topics must exist: see `kentongan topics --create`. The page, /metrics, /live and /ready
are on http.listen. SIGTERM stops the service: it commits what it has and leaves its groups.")]
pub struct Arguments {
    /// What this process does; all of it unless told
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Role::ALL)]
    pub roles: Vec<Role>,
}

/// Runs until a signal comes or a stage fails.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let config = Arc::new(context.config()?.clone());
    let signals = interrupt::listen()?;
    let key = account_key(&config)?;
    let clock = Arc::new(clock::now);
    let service = Service::start(&config, &arguments.roles, &key, clock, Box::new(|_| ()))?;
    tracing::info!(address = %service.listening(), roles = ?arguments.roles, "running");
    loop {
        if let Some(ended) = service.ended(Duration::from_millis(200)) {
            service.stop();
            return Ok(ended?);
        }
        match signals.try_recv() {
            Ok(Interrupt::Person) => {
                service.stop();
                return Err(exit::Interrupted.into());
            }
            Ok(Interrupt::Supervisor) => {
                service.stop();
                return Ok(());
            }
            Err(_) => {}
        }
    }
}
