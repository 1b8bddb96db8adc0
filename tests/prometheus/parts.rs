//! Processes that tests of what Prometheus sees share: each is ended with its test.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process of a test's own, ended with it.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().map(drop).unwrap_or_default();
    }
}

/// `None` when it is not installed and the quick run was asked for.
pub(crate) fn start(command: &mut Command) -> Option<Running> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Ok(child) => Some(Running(child)),
        Err(_) if std::env::var("KENTONGAN_QUICK").is_ok() => {
            eprintln!("{command:?} is not installed: skipped in the quick run");
            None
        }
        Err(error) => panic!("{command:?}: {error}; install it: make setup"),
    }
}

/// An address of this machine on which nobody listens.
pub(crate) fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A Prometheus that listens on `address`, scrapes `target` each second, and evaluates `rules`.
pub(crate) fn prometheus(
    address: &str,
    target: &str,
    rules: &[&Path],
    folder: &Path,
) -> Option<Running> {
    let rules: Vec<String> = rules
        .iter()
        .map(|file| format!("'{}'", file.display()))
        .collect();
    let text = format!(
        "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
         rule_files: [{}]\n\
         scrape_configs: [{{ job_name: kentongan, static_configs: [{{ targets: ['{target}'] }}] }}]\n",
        rules.join(", ")
    );
    let config = folder.join("prometheus.yml");
    std::fs::write(&config, text).unwrap();
    let storage = folder.join("tsdb");
    start(
        Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", storage.display()))
            .arg(format!("--web.listen-address={address}")),
    )
}
