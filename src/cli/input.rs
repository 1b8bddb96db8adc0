//! Opening what people name on the line: a file, a compressed one, or standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 64 * 1024;

/// The lines of a file, unpacked if its name ends in `.gz`; `-` is standard input.
pub(super) fn open(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    open_through(path, |file| file)
}

/// As [`open`], with the file's own bytes read through `through`, which may count them.
pub(super) fn open_through<R: Read + Send + 'static>(
    path: &Path,
    through: impl FnOnce(File) -> R,
) -> io::Result<Box<dyn BufRead + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = through(File::open(path)?);
    let is_packed = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("gz"));
    if is_packed {
        let unpacked = MultiGzDecoder::new(file);
        return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, unpacked)));
    }
    Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, file)))
}
