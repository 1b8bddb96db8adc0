//! A file of fact-checks, one record a line, into the claims that are held.
//!
//! In: lines. Out: how many were read, how many refused and why the first was.
//! Rule: a line that is no fact-check is counted and passed over: one bad line must not cost the others.
//! Not here: what a record says (`claims`).

#[cfg(test)]
mod tests;

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
