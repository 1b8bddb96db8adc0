//! Giving rights to users, in Kafka's own words: the client library of the program has none for it.
//!
//! In: users and rights. Out: the broker has them.
//! Rule: the oldest form of the requests (version 1, without tags), written by hand: lengths and numbers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::rights::{Operation, Resource, Right};

const CREATE_ACLS: i16 = 30;
const DESCRIBE_ACLS: i16 = 29;
const VERSION: i16 = 1;
const ANY: u8 = 1;
const LITERAL: u8 = 3;
const PREFIXED: u8 = 4;
const ALLOW: u8 = 3;
const DEADLINE: Duration = Duration::from_secs(20);

/// Gives each user the rights, and waits until the broker goes by them.
pub(crate) fn give(broker: &str, rights: &[(String, Right)]) {
    let mut body = length(rights.len());
    for (user, right) in rights {
        body.push(resource(right.resource));
        body.extend(text(&right.name));
        body.push(if right.is_prefix { PREFIXED } else { LITERAL });
        body.extend(text(&format!("User:{user}")));
        body.extend(text("*"));
        body.push(operation(right.operation));
        body.push(ALLOW);
    }
    let answer = ask(broker, CREATE_ACLS, &body);
    // After the throttle time and the count, an error code for each.
    let mut rest = &answer[8..];
    for (user, right) in rights {
        let code = i16::from_be_bytes([rest[0], rest[1]]);
        assert_eq!(code, 0, "{user}: {right:?}");
        let words = i16::from_be_bytes([rest[2], rest[3]]);
        rest = &rest[4 + usize::try_from(words.max(0)).unwrap()..];
    }
    let end = Instant::now() + DEADLINE;
    while known(broker) < rights.len() {
        assert!(Instant::now() < end, "the broker does not know all rights");
    }
}

/// How many rights the broker goes by.
fn known(broker: &str) -> usize {
    let mut body = vec![ANY];
    body.extend((-1_i16).to_be_bytes());
    body.push(ANY);
    body.extend((-1_i16).to_be_bytes());
    body.extend((-1_i16).to_be_bytes());
    body.extend([ANY, ANY]);
    let answer = ask(broker, DESCRIBE_ACLS, &body);
    // Throttle time, error code, error message, then the resources, each with its rights.
    let mut rest = Bytes(&answer[4..]);
    assert_eq!(
        rest.short(),
        0,
        "the broker does not say which rights there are"
    );
    rest.text();
    let mut count = 0;
    for _ in 0..rest.int() {
        rest.skip(1);
        rest.text();
        rest.skip(1);
        for _ in 0..rest.int() {
            rest.text();
            rest.text();
            rest.skip(2);
            count += 1;
        }
    }
    count
}

struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn skip(&mut self, bytes: usize) {
        self.0 = &self.0[bytes..];
    }

    fn short(&mut self) -> i16 {
        let number = i16::from_be_bytes([self.0[0], self.0[1]]);
        self.skip(2);
        number
    }

    fn int(&mut self) -> i32 {
        let number = i32::from_be_bytes(self.0[..4].try_into().unwrap());
        self.skip(4);
        number
    }

    fn text(&mut self) {
        let bytes = self.short();
        self.skip(usize::try_from(bytes.max(0)).unwrap());
    }
}

fn resource(resource: Resource) -> u8 {
    match resource {
        Resource::Topic => 2,
        Resource::Group => 3,
        Resource::TransactionalId => 5,
    }
}

fn operation(operation: Operation) -> u8 {
    match operation {
        Operation::Read => 3,
        Operation::Write => 4,
    }
}

fn length(count: usize) -> Vec<u8> {
    i32::try_from(count).unwrap().to_be_bytes().to_vec()
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = i16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

/// Sends one request and gives the body of its answer.
fn ask(broker: &str, request: i16, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(broker).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut message = [request, VERSION].map(i16::to_be_bytes).concat();
    message.extend(7_i32.to_be_bytes());
    message.extend(text("kentongan-test"));
    message.extend(body);
    stream.write_all(&length(message.len())).unwrap();
    stream.write_all(&message).unwrap();
    let mut size = [0; 4];
    stream.read_exact(&mut size).unwrap();
    let mut answer = vec![0; usize::try_from(i32::from_be_bytes(size)).unwrap()];
    stream.read_exact(&mut answer).unwrap();
    // The number of the request.
    answer.split_off(4)
}
