//! A file of fact-checks, one record a line, into the claims that are held.
//!
//! In: lines. Out: how many were read, how many refused and why the first was.
//! Rule: a line that is no fact-check is counted and passed over: one bad line must not cost the others.
//! Not here: what a record says (`claims`).

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::claims::{ClaimRecord, Claims, Refused};

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadClaims {
    /// Records that were read.
    pub read: u64,
    /// Lines that were refused.
    pub refused: u64,
    /// The first of them: its line, from 1, and why.
    pub first: Option<(u64, Refused)>,
}

impl ReadClaims {
    /// Tells of refused lines.
    pub fn warn(&self, path: &Path) {
        if let Some((line, why)) = &self.first {
            let (path, refused) = (path.display(), self.refused);
            tracing::warn!(%path, refused, line, %why, "some fact-checks could not be read");
        }
    }
}

/// The lines of a file, unpacked if its name ends in `.gz`.
pub fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let file = File::open(path)?;
    let is_packed = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("gz"));
    if is_packed {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(file))));
    }
    Ok(Box::new(BufReader::new(file)))
}

/// Reads `lines` into `claims`; of a line, no more than `longest` bytes are kept.
pub fn read(mut lines: impl BufRead, longest: u32, claims: &mut Claims) -> io::Result<ReadClaims> {
    let mut told = ReadClaims::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let limit = u64::from(longest) + 2;
        if lines.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.last() != Some(&b'\n') {
            lines.skip_until(b'\n')?;
        }
        let record = line.trim_ascii();
        if record.is_empty() {
            continue;
        }
        match ClaimRecord::decode(record, longest as usize) {
            Ok(record) => {
                told.read += 1;
                claims.apply(record);
            }
            Err(refused) => {
                told.refused += 1;
                told.first.get_or_insert((number, refused));
            }
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
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
}
