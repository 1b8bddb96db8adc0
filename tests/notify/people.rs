//! Channels to people against other sides that fail as they are told: HTTP with waits in headers and
//! bodies, one that never answers, a mail server.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use kentongan::config::{MailSecurity, SecretText};
use kentongan::notify::{
    Answer, Endpoint, MailForm, MailServer, Pager, Sender, Slack, Telegram, Templates, Webhook,
};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{arrive, carry, example, now};

fn templates() -> Arc<Templates> {
    Arc::new(Templates::read("").unwrap())
}

/// Answers the connections of one test, each request with the next of `answers`, and gives back what
/// was asked. The last answer goes to whoever still asks.
async fn answering<F: Future>(
    answers: &[&str],
    work: impl FnOnce(String) -> F,
) -> (F::Output, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut asked = Vec::new();
    let serve = async {
        let mut answers = answers.iter();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let answer = answers.next().unwrap_or(&"200 OK\r\n\r\nok");
            asked.push(request(stream, answer).await);
        }
    };
    let result = tokio::select! {
        result = work(url) => result,
        () = serve => panic!("the server stopped"),
    };
    (result, asked)
}

/// Reads one request and answers it; an empty answer: never.
async fn request(mut stream: TcpStream, answer: &str) -> String {
    let mut text = String::new();
    let mut buffer = vec![0; 65_536];
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        text.push_str(std::str::from_utf8(buffer.get(..read).unwrap()).unwrap());
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head.to_ascii_lowercase();
            let length = length.split("content-length: ").nth(1).unwrap();
            body.len() >= length.lines().next().unwrap().parse::<usize>().unwrap()
        });
        if whole {
            break;
        }
    }
    if answer.is_empty() {
        std::future::pending::<()>().await;
    }
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let length = body.len();
    let whole =
        format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(whole.as_bytes()).await.unwrap();
    text
}

/// The wait that another side asked for.
fn asked_ms(answers: &[Answer]) -> Option<i64> {
    match answers {
        [Answer::Later { after_ms, .. }] => *after_ms,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn telegram_says_in_its_body_how_long_to_wait() {
    let sender = Sender::new().unwrap();
    let begin = now();
    let body = r#"{"ok":false,"error_code":429,"parameters":{"retry_after":35}}"#;
    let answer = format!("429 Too Many Requests\r\n\r\n{body}");
    let ((), asked) = answering(&[&answer], async |url| {
        let base = Endpoint::parse(&url).unwrap();
        let form = Telegram::new(&base, &SecretText::default(), "-100", templates());
        let mut channel = Pager::new("chat", Arc::new(form), &[]);
        arrive(&mut channel, &example(1, begin), begin);
        assert_eq!(
            asked_ms(&carry(&mut channel, &sender, begin).await),
            Some(35_000)
        );
        assert_eq!(
            carry(&mut channel, &sender, begin.plus_millis(34_999)).await,
            []
        );
        let later = begin.plus_millis(35_000);
        assert_eq!(
            carry(&mut channel, &sender, later).await,
            [Answer::Accepted]
        );
    })
    .await;
    assert_eq!(asked.len(), 2);
    assert!(
        asked
            .iter()
            .all(|request| request.starts_with("POST /bot/sendMessage "))
    );
}

#[tokio::test]
async fn slack_is_tried_again_at_the_time_it_names_and_not_faster_than_it_likes() {
    let sender = Sender::new().unwrap();
    let begin = now();
    let dates = "date: Tue, 03 Mar 2026 20:00:00 GMT\r\nretry-after: Tue, 03 Mar 2026 20:01:30 GMT";
    let answers = [
        format!("503 Busy\r\n{dates}\r\n\r\n"),
        "500 Broken\r\n\r\n".to_owned(),
    ];
    let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
    answering(&answers, async |url| {
        let form = Slack::new(Endpoint::parse(&url).unwrap(), templates());
        let mut channel = Pager::new("desk", Arc::new(form), &[]);
        arrive(&mut channel, &example(1, begin), begin);
        arrive(&mut channel, &example(2, begin), begin);
        assert_eq!(
            asked_ms(&carry(&mut channel, &sender, begin).await),
            Some(90_000)
        );
        let second = begin.plus_millis(90_000);
        assert_eq!(asked_ms(&carry(&mut channel, &sender, second).await), None);
        let third = second.plus_millis(2_000);
        let taken = carry(&mut channel, &sender, third).await;
        assert_eq!(taken, [Answer::Accepted], "the next one a second later");
        let fourth = third.plus_millis(1_100);
        assert_eq!(
            carry(&mut channel, &sender, fourth).await,
            [Answer::Accepted]
        );
    })
    .await;
}

#[tokio::test]
async fn who_never_answers_is_given_up_and_tried_again() {
    let sender = Sender::with_patience(Duration::from_millis(200)).unwrap();
    let begin = now();
    let ((), asked) = answering(&[""], async |url| {
        let form = Slack::new(Endpoint::parse(&url).unwrap(), templates());
        let mut channel = Pager::new("desk", Arc::new(form), &[]);
        arrive(&mut channel, &example(1, begin), begin);
        let answers = carry(&mut channel, &sender, begin).await;
        let late = matches!(
            answers.as_slice(),
            [Answer::Later {
                may_have_arrived: true,
                ..
            }]
        );
        assert!(late, "{answers:?}");
    })
    .await;
    assert_eq!(asked.len(), 0, "it is still being served");
}

#[tokio::test]
async fn a_signed_webhook_can_be_checked_by_its_receiver() {
    let sender = Sender::new().unwrap();
    let begin = now();
    // "a secret of 24 characters" in base64; the signature is checked as a receiver would.
    let key = "YSBzZWNyZXQgb2YgMjQgY2hhcmFjdGVycw==";
    let ((), asked) = answering(&[], async |url| {
        let endpoint = Endpoint::parse(&url).unwrap();
        let mut channel = Webhook::new(endpoint, "/kentongan", 10).signed(key);
        arrive(&mut channel, &example(1, begin), begin);
        assert_eq!(
            carry(&mut channel, &sender, begin).await,
            [Answer::Accepted]
        );
    })
    .await;
    let (head, body) = asked.first().unwrap().split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}"))
    };
    let seconds = header("webhook-timestamp");
    assert_eq!(seconds, (begin.millis() / 1_000).to_string());
    assert_eq!(header("webhook-id"), header("ce-id"));
    let signed = format!("{}.{seconds}.{body}", header("webhook-id"));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"a secret of 24 characters");
    let signature = header("webhook-signature").strip_prefix("v1,").unwrap();
    let signature = base64::engine::general_purpose::STANDARD
        .decode(signature)
        .unwrap();
    ring::hmac::verify(&key, signed.as_bytes(), &signature).unwrap();
}

/// A mail server for one connection after another: `replies` answer the commands `RCPT` in turn, then 250.
/// Gives back what was said to it.
async fn mail_server<F: Future>(
    replies: &[&str],
    work: impl FnOnce(MailServer) -> F,
) -> (F::Output, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = MailServer {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        security: MailSecurity::None,
        credentials: None,
        from: "kentongan@example.id".to_owned(),
        to: "duty@example.id".to_owned(),
    };
    let mut said = String::new();
    let serve = async {
        let mut replies = replies.iter();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            converse(stream, &mut replies, &mut said).await;
        }
    };
    let result = tokio::select! {
        result = work(server) => result,
        () = serve => panic!("the server stopped"),
    };
    (result, said)
}

async fn converse<'a>(
    stream: TcpStream,
    replies: &mut impl Iterator<Item = &'a &'a str>,
    said: &mut String,
) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 ready\r\n").await.unwrap();
    let mut is_text = false;
    let mut line = String::new();
    while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
        said.push_str(&line);
        let reply = match line.trim_end() {
            "." => Some("250 kept"),
            _ if is_text => None,
            "DATA" => Some("354 go on"),
            command if command.starts_with("RCPT") => Some(*replies.next().unwrap_or(&"250 fine")),
            _ => Some("250 fine"),
        };
        is_text = (is_text || line.starts_with("DATA")) && line.trim_end() != ".";
        if let Some(reply) = reply
            && stream
                .write_all(format!("{reply}\r\n").as_bytes())
                .await
                .is_err()
        {
            return;
        }
        line.clear();
    }
}

#[tokio::test]
async fn a_mail_is_handed_over_after_the_server_was_busy() {
    let sender = Sender::new().unwrap();
    let begin = now();
    let ((), said) = mail_server(&["451 busy"], async |server| {
        let form = MailForm::new(server, templates());
        let mut channel = Pager::new("mail", Arc::new(form), &[]);
        arrive(&mut channel, &example(1, begin), begin);
        let answers = carry(&mut channel, &sender, begin).await;
        let [
            Answer::Later {
                detail,
                may_have_arrived: false,
                ..
            },
        ] = answers.as_slice()
        else {
            panic!("{answers:?}");
        };
        assert_eq!(detail, "SMTP status 451");
        let later = begin.plus_millis(2_000);
        assert_eq!(
            carry(&mut channel, &sender, later).await,
            [Answer::Accepted]
        );
    })
    .await;
    for line in [
        "MAIL FROM:<kentongan@example.id>",
        "RCPT TO:<duty@example.id>",
        "Subject: ",
        "References: <",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
}

#[tokio::test]
async fn a_mail_that_is_refused_is_dropped_but_a_refused_sign_in_waits() {
    let sender = Sender::new().unwrap();
    let begin = now();
    for (reply, is_final) in [("550 nobody", true), ("535 who are you", false)] {
        mail_server(&[reply], async |server| {
            let form = MailForm::new(server, templates());
            let mut channel = Pager::new("mail", Arc::new(form), &[]);
            arrive(&mut channel, &example(1, begin), begin);
            let answers = carry(&mut channel, &sender, begin).await;
            assert_eq!(answers.first().unwrap().is_final(), is_final, "{answers:?}");
        })
        .await;
    }
}
