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
  kentongan run --config kentongan.toml
  kentongan run --set kafka.brokers=kafka:9092 --roles ingest,detect
  kentongan run --config kentongan.toml --roles triage,desk

Start it on as many machines as you like with the same configuration: they share the work out, and
take over from one that dies. Give all of them one privacy.account_key_file (openssl rand -hex 16).
The Kafka topics must exist: see `kentongan topics --create`. The page is on
http.listen; /metrics, /live and /ready are on http.metrics_listen. SIGTERM ends it with exit code 0: it commits what it has and leaves its groups.")]
pub struct Arguments {
    /// What this process does, comma separated; all of it unless told
    #[arg(long, value_enum, value_name = "ROLES", value_delimiter = ',', default_values_t = Role::ALL)]
    pub roles: Vec<Role>,
}

/// Runs until a signal comes or a stage fails.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let config = Arc::new(context.config()?.clone());
    let signals = interrupt::listen()?;
    if arguments.roles.contains(&Role::Ingest) && config.privacy.account_secret()?.is_none() {
        tracing::warn!(
            "no account key is configured, so this process draws one: beside another process, or after \
             a restart, the same account counts twice; set privacy.account_key_file"
        );
    }
    let key = account_key(&config)?;
    let clock = Arc::new(clock::now);
    let service = Service::start(&config, &arguments.roles, &key, clock, Box::new(|_| ()))?;
    if let Some(page) = service.page() {
        tracing::info!(%page, "the page");
    }
    tracing::info!(address = %service.probes(), roles = ?arguments.roles, "running");
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
