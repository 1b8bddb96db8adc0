//! Mail over TLS with a sign-in: the real program against a mail server with a certificate of this test's own,
//! which the program trusts only when it is told to (`SSL_CERT_FILE`, as `OpenSSL` has it).

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

const PATIENCE: Duration = Duration::from_secs(20);
const PASSWORD: &str = "kata sandi";

/// How the server wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// TLS from the first byte.
    Tls,
    /// In plain text until STARTTLS.
    Starttls,
    /// It knows no TLS.
    Plain,
}

/// What the server was told.
#[derive(Debug, Default)]
struct Heard {
    /// In plain text.
    open: Vec<String>,
    /// Under TLS.
    sealed: Vec<String>,
}

/// A folder with a certificate for `localhost` and the one that signed it. `None`: the quick run, without openssl.
fn certificates(folder: &Path) -> Option<()> {
    std::fs::write(
        folder.join("openssl.cnf"),
        "[req]\ndistinguished_name=name\n[name]\n",
    )
    .unwrap();
    let make = |line: &str| {
        let words = "req -x509 -config openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
        let mut command = Command::new("openssl");
        command
            .current_dir(folder)
            .args(words.split(' '))
            .args(line.split(' '));
        match command.output() {
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{command:?}: {said}");
                Some(())
            }
            Err(_) if std::env::var("KENTONGAN_QUICK").is_ok() => {
                eprintln!("openssl is not installed: skipped in the quick run");
                None
            }
            Err(error) => panic!("openssl: {error}; install it: apt-get install openssl"),
        }
    };
    make(
        "-subj /CN=signer -keyout signer.key -out signer.pem -addext basicConstraints=critical,CA:TRUE",
    )?;
    make(
        "-subj /CN=localhost -keyout key.pem -out server.pem -CA signer.pem -CAkey signer.key \
         -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE",
    )
}

fn tls(folder: &Path) -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_file(folder.join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = builder
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.unwrap())
}

/// Serves one connection; what was heard comes when it ends.
fn serve(wants: Wants, tls: Arc<ServerConfig>) -> (u16, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut heard = Heard::default();
        let mut seals = wants == Wants::Tls;
        if !seals {
            greet(&mut stream);
            let offer = if wants == Wants::Starttls {
                "STARTTLS"
            } else {
                "AUTH PLAIN"
            };
            seals = talk(&mut stream, offer, &mut heard.open);
        }
        if seals {
            let mut connection = ServerConnection::new(tls).unwrap();
            let mut stream: Stream<'_, _, TcpStream> = Stream::new(&mut connection, &mut stream);
            if wants == Wants::Tls {
                greet(&mut stream);
            }
            talk(&mut stream, "AUTH PLAIN", &mut heard.sealed);
        }
        tell.send(heard).ok();
    });
    (port, heard)
}

/// Whoever hangs up is heard of in `talk`.
fn greet(stream: &mut impl Write) {
    stream.write_all(b"220 localhost ready\r\n").ok();
}

/// Answers until STARTTLS (true) or the end (false).
fn talk(stream: &mut (impl Read + Write), offer: &str, heard: &mut Vec<String>) -> bool {
    let mut is_text = false;
    while let Some(line) = read_line(stream) {
        heard.push(line.clone());
        let word = line.split(' ').next().unwrap_or_default();
        let reply = match word {
            "." => "250 kept".to_owned(),
            _ if is_text => continue,
            "EHLO" => format!("250-localhost\r\n250 {offer}"),
            "STARTTLS" => "220 go on".to_owned(),
            "AUTH" if line.ends_with(&sign_in()) => "235 welcome".to_owned(),
            "AUTH" => "535 who are you".to_owned(),
            "DATA" => "354 go on".to_owned(),
            "QUIT" => "221 good bye".to_owned(),
            _ => "250 fine".to_owned(),
        };
        is_text = word == "DATA";
        if stream.write_all(format!("{reply}\r\n").as_bytes()).is_err() || word == "QUIT" {
            return false;
        }
        if word == "STARTTLS" {
            return true;
        }
    }
    false
}

fn read_line(stream: &mut impl Read) -> Option<String> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while !line.ends_with(b"\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        line.push(byte[0]);
    }
    String::from_utf8(line)
        .ok()
        .map(|line| line.trim_end().to_owned())
}

/// Name and password as `AUTH PLAIN` writes them.
fn sign_in() -> String {
    base64::engine::general_purpose::STANDARD.encode(format!("\0kentongan\0{PASSWORD}"))
}

/// `kentongan notify test` over one such server.
fn try_out(folder: &Path, wants: Wants, security: &str, is_trusted: bool) -> (Output, Heard) {
    let (port, heard) = serve(wants, tls(folder));
    let password = folder.join("password");
    let config = format!(
        "[[notify.channels]]\nname = \"duty\"\ntype = \"mail\"\nserver = \"localhost:{port}\"\nsecurity = \"{security}\"\n\
         user = \"kentongan\"\npassword_file = \"{}\"\nfrom = \"kentongan@example.id\"\nto = \"duty@example.id\"\n",
        password.display()
    );
    std::fs::write(folder.join("config.toml"), config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kentongan"));
    command
        .current_dir(folder)
        .args(["--config", "config.toml", "notify", "test"]);
    if is_trusted {
        command.env("SSL_CERT_FILE", folder.join("signer.pem"));
    }
    let output = command.output().unwrap();
    (output, heard.recv_timeout(PATIENCE).unwrap())
}

fn folder() -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), PASSWORD).unwrap();
    certificates(folder.path())?;
    Some(folder)
}

fn has(lines: &[String], begin: &str) -> bool {
    lines.iter().any(|line| line.starts_with(begin))
}

#[test]
fn a_mail_goes_out_under_tls_and_after_a_sign_in() {
    let Some(folder) = folder() else { return };
    for (wants, security) in [(Wants::Tls, "tls"), (Wants::Starttls, "starttls")] {
        let (output, heard) = try_out(folder.path(), wants, security, true);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{security}: {said} {heard:?}");
        for line in [
            "AUTH PLAIN",
            "MAIL FROM:<kentongan@example.id>",
            "RCPT TO:<duty@example.id>",
            "Subject: ",
        ] {
            assert!(
                has(&heard.sealed, line),
                "{security}: no {line} in {heard:?}"
            );
        }
        assert!(heard.sealed.iter().any(|line| line.contains(&sign_in())));
        let open: Vec<_> = heard
            .open
            .iter()
            .filter(|line| !line.starts_with("EHLO"))
            .collect();
        assert!(
            open.iter().all(|line| *line == "STARTTLS"),
            "{security}: {open:?}"
        );
    }
}

#[test]
fn a_wrong_password_is_told_and_no_mail_goes_out() {
    let Some(folder) = folder() else { return };
    std::fs::write(folder.path().join("password"), "another").unwrap();
    let (output, heard) = try_out(folder.path(), Wants::Starttls, "starttls", true);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("535"), "{said}");
    assert!(!has(&heard.sealed, "MAIL"), "{heard:?}");
}

#[test]
fn neither_password_nor_mail_goes_to_a_server_without_tls_or_with_an_unknown_certificate() {
    let Some(folder) = folder() else { return };
    for (wants, security, is_trusted) in [
        (Wants::Plain, "starttls", true),
        (Wants::Starttls, "starttls", false),
        (Wants::Tls, "tls", false),
    ] {
        let (output, heard) = try_out(folder.path(), wants, security, is_trusted);
        assert_eq!(output.status.code(), Some(1), "{wants:?}: {heard:?}");
        let all: Vec<String> = heard.open.into_iter().chain(heard.sealed).collect();
        assert!(
            !has(&all, "AUTH") && !has(&all, "MAIL"),
            "{wants:?}: {all:?}"
        );
    }
}
