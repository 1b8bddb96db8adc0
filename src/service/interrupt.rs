//! Waiting for the signals that ask a process to stop.

use std::sync::mpsc::{self, Receiver};
use std::thread;

/// Which signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupt {
    /// SIGINT: a person pressed Ctrl-C.
    Person,
    /// SIGTERM: a supervisor wants the process to end.
    Supervisor,
}

/// A channel that tells of SIGINT and SIGTERM.
pub fn listen() -> std::io::Result<Receiver<Interrupt>> {
    let (sender, receiver) = mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                use tokio::signal::unix::{SignalKind, signal};
                let Ok(mut terminate) = signal(SignalKind::terminate()) else {
                    return;
                };
                loop {
                    let interrupt = tokio::select! {
                        _ = tokio::signal::ctrl_c() => Interrupt::Person,
                        _ = terminate.recv() => Interrupt::Supervisor,
                    };
                    if sender.send(interrupt).is_err() {
                        return;
                    }
                }
            });
        })?;
    Ok(receiver)
}
