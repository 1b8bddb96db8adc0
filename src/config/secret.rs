//! Secrets in files, and the one behind the account hashes.
//!
//! In: hexadecimal digits from a file or the environment. Out: [`AccountSecret`], 16 bytes.
//! Rule: no message, Debug or written configuration shows a digit of it.
//! Not here: drawing one where none is configured (`service`), hashing (`feed`).

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::config::section::Fault;

/// What stands for a secret wherever it could be read.
pub(crate) const HIDDEN: &str = "***";
/// Digits that a key needs: 128 bits.
const DIGITS_MIN: usize = 32;
/// Longest file of a secret, bytes.
const FILE_BYTES_MAX: u64 = 8192;

/// The key of the account hashes: 128 secret bits.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountSecret {
    bytes: [u8; 16],
}

impl AccountSecret {
    /// A secret of these bytes.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self { bytes }
    }

    /// The bytes, for the account hashes only.
    pub fn bytes(&self) -> [u8; 16] {
        self.bytes
    }

    /// Reads the secret in the file `path`: 32 hexadecimal digits or more on one line, of which
    /// the first 32 are the key.
    pub fn read(path: &Path) -> Result<Self, SecretError> {
        read_secret("privacy.account_key_file", path, Self::parse)
    }

    /// Reads hexadecimal digits; blanks around them are dropped.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        const INSTEAD: &str = "draw one with: openssl rand -hex 16";
        let digits = text.trim();
        if let Some(at) = digits.chars().position(|digit| !digit.is_ascii_hexdigit()) {
            let problem = format!("character {} is not a hexadecimal digit", at + 1);
            return Err(Fault::new(problem, INSTEAD));
        }
        let Some(first) = digits.get(..DIGITS_MIN) else {
            let problem = format!(
                "{} hexadecimal digits, but {DIGITS_MIN} are needed",
                digits.len()
            );
            return Err(Fault::new(problem, INSTEAD));
        };
        if first
            .bytes()
            .all(|digit| first.starts_with(char::from(digit)))
        {
            return Err(Fault::new(
                "the same digit over and over is no secret",
                INSTEAD,
            ));
        }
        let key = u128::from_str_radix(first, 16)
            .map_err(|_| Fault::new("not a hexadecimal number", INSTEAD))?;
        Ok(Self::new(key.to_be_bytes()))
    }
}

impl std::fmt::Debug for AccountSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(HIDDEN)
    }
}

impl Serialize for AccountSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

/// The first `bytes` of a text file: what no reader should need is not read.
pub(crate) fn read_start(path: &Path, bytes: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(bytes).read_to_string(&mut text)?;
    Ok(text)
}

/// Reads the secret in the file `path`, which the configuration names as `key`.
pub(crate) fn read_secret<T>(
    key: &'static str,
    path: &Path,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Result<T, SecretError> {
    let unreadable = |source| SecretError::Unreadable {
        key,
        path: path.to_owned(),
        source,
    };
    let text = read_start(path, FILE_BYTES_MAX).map_err(unreadable)?;
    parse(&text).map_err(|fault| SecretError::Malformed {
        key,
        path: path.to_owned(),
        problem: fault.problem,
        instead: fault.instead,
    })
}

/// Why a secret could not be read from its file.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read as text.
    #[error("{key}: reading {path}", path = path.display())]
    Unreadable {
        /// The key that names the file.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{key}: {path}: {problem}; {instead}", path = path.display())]
    Malformed {
        /// The key that names the file.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong, without any of its digits.
        problem: String,
        /// What to do.
        instead: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: &str = "000102030405060708090a0b0c0d0e0f";

    #[test]
    fn the_first_32_digits_are_the_key() {
        let secret = AccountSecret::parse(&format!("{DIGITS}ffff\n"))
            .ok()
            .unwrap();
        assert_eq!(
            secret.bytes(),
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
        );
    }

    #[test]
    fn a_secret_shows_itself_nowhere() {
        let secret = AccountSecret::parse(DIGITS).ok().unwrap();
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        let refusal = |text: &str| AccountSecret::parse(text).err().map(|fault| fault.problem);
        assert_eq!(
            refusal("").as_deref(),
            Some("0 hexadecimal digits, but 32 are needed")
        );
        assert_eq!(
            refusal(&DIGITS.replace('e', "x")).as_deref(),
            Some("character 30 is not a hexadecimal digit")
        );
        assert!(refusal(&"0".repeat(32)).is_some());
        assert!(refusal("ümlaut").is_some());
    }

    #[test]
    fn a_key_file_is_read_and_a_missing_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("account.key");
        std::fs::write(&path, DIGITS).unwrap();
        assert_eq!(
            AccountSecret::read(&path).unwrap(),
            AccountSecret::parse(DIGITS).ok().unwrap()
        );
        let missing = AccountSecret::read(&folder.path().join("none")).unwrap_err();
        assert!(
            missing
                .to_string()
                .starts_with("privacy.account_key_file: reading ")
        );
    }
}
