//! The real program as a process: started, asked over HTTP, stopped by a signal.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(5);
/// How long one look lasts where nothing else is to be waited for.
const LOOK: Duration = Duration::from_millis(50);

/// The program as cargo built it, with nothing of the tester's own configuration.
pub(crate) fn kentongan(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kentongan"));
    let own = std::env::vars().filter(|(name, _)| name.starts_with("KENTONGAN"));
    for (name, _) in own {
        command.env_remove(name);
    }
    command.env_remove("RUST_LOG").args(arguments);
    command
}

/// Runs it to its end; it must succeed.
pub(crate) fn done(arguments: &[&str]) -> Output {
    let output = kentongan(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    output
}

/// A process that runs until it is told to stop. What it writes goes to files.
pub(crate) struct Program {
    child: Child,
    output: PathBuf,
    errors: PathBuf,
}

impl Program {
    pub(crate) fn start(arguments: &[&str], folder: &Path, name: &str) -> Self {
        let path = |kind: &str| folder.join(format!("{name}.{kind}"));
        let (output, errors) = (path("out"), path("err"));
        let child = kentongan(arguments)
            .stdin(Stdio::null())
            .stdout(File::create(&output).unwrap())
            .stderr(File::create(&errors).unwrap())
            .spawn()
            .unwrap();
        Self {
            child,
            output,
            errors,
        }
    }

    pub(crate) fn output(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap()
    }

    pub(crate) fn errors(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Kills it in the middle of whatever it does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills it if it still runs.
    pub(crate) fn kill_if_alive(&mut self) {
        if !self.has_ended() {
            self.kill();
        }
    }

    /// Asks it to end as a supervisor does, and gives its exit code.
    pub(crate) fn terminate(&mut self, deadline: Duration) -> Option<i32> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
        self.ended(deadline)
    }

    /// Its exit code once it ends by itself.
    pub(crate) fn ended(&mut self, deadline: Duration) -> Option<i32> {
        until(deadline, || self.child.try_wait().unwrap()).and_then(|status| status.code())
    }
}

impl Drop for Program {
    /// A test that failed leaves no process behind.
    fn drop(&mut self) {
        self.kill_if_alive();
        if std::thread::panicking() {
            eprintln!("--- {}\n{}", self.errors.display(), self.errors());
        }
    }
}

/// Looks again and again until there is something to see, `None` after the deadline.
pub(crate) fn until<T>(deadline: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + deadline;
    let (_silent, nothing) = std::sync::mpsc::channel::<()>();
    loop {
        let seen = look();
        if seen.is_some() || Instant::now() >= end {
            return seen;
        }
        nothing.recv_timeout(LOOK).unwrap_err();
    }
}

/// What `address` answers to a GET: status and body; `None` if nobody does.
pub(crate) fn get(address: &str, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, body.to_owned()))
}
