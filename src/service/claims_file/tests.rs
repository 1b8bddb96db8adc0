//! Files of fact-checks: packed or not, with bad lines, too large.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::claims::{ClaimRefusal, Limits};

const LIMITS: Limits = Limits {
    claims: 1_000,
    threshold: 0.5,
};

/// Lines that are made as they are read.
struct Lines {
    left: std::ops::Range<u32>,
    line: Vec<u8>,
    at: usize,
}

impl Read for Lines {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            let Some(number) = self.left.next() else {
                return Ok(0);
            };
            self.line.clear();
            writeln!(self.line, r#"{{"id":"{number}","title":"sumur {number}"}}"#)?;
            self.at = 0;
        }
        let rest = self.line.get(self.at..).unwrap_or_default();
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        Ok(length)
    }
}

#[test]
fn a_million_claims_meet_the_limit_and_are_counted() {
    let mut claims = Claims::new(LIMITS);
    let lines = Lines {
        left: 0..1_000_000,
        line: Vec::new(),
        at: 0,
    };
    let told = read(BufReader::new(lines), 65_536, &mut claims).unwrap();
    assert_eq!((told.read, told.refused), (1_000_000, 0));
    assert_eq!(claims.len(), 1_000);
    assert_eq!(claims.counters().turned_away, 999_000);
    let best = claims.nearest("sumur 17", 1);
    assert_eq!(&*best[0].claim.id, "17", "those that are held still answer");
}

#[test]
fn a_claim_of_a_megabyte_is_refused_and_those_around_it_are_read() {
    let mut claims = Claims::new(LIMITS);
    let long = "x".repeat(1_048_576);
    let text = format!(
        "{{\"id\":\"1\",\"title\":\"a\"}}\n{{\"id\":\"2\",\"claim\":\"{long}\"}}\n\n{{\"id\":\"3\",\"title\":\"b\"}}"
    );
    let told = read(text.as_bytes(), 65_536, &mut claims).unwrap();
    assert_eq!((told.read, told.refused, claims.len()), (2, 1, 2));
    let (line, why) = told.first.unwrap();
    assert_eq!((line, why.reason), (2, ClaimRefusal::TooLong));
}

#[test]
fn a_packed_file_is_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    for (name, is_packed) in [("a.jsonl", false), ("a.jsonl.gz", true)] {
        let path = folder.path().join(name);
        let mut file = File::create(&path).unwrap();
        let line = b"{\"id\":\"1\",\"title\":\"sumur\"}\n";
        if is_packed {
            let mut packed = GzEncoder::new(file, Compression::fast());
            packed.write_all(line).unwrap();
            packed.finish().unwrap();
        } else {
            file.write_all(line).unwrap();
        }
        let mut claims = Claims::new(LIMITS);
        let told = read(open(&path).unwrap(), 65_536, &mut claims).unwrap();
        assert_eq!((told.read, claims.len()), (1, 1), "{name}");
    }
}
