//! The file of tokens: who has which, and what they may do.
//!
//! In: lines of a file. Out: the holder of a token.
//! Rule: a token shows itself nowhere, and comparing it takes the same time whichever of its characters
//! is wrong.

use std::fmt;
use std::path::Path;

use super::access::{AccessError, Holder, Role};
use crate::config::read_start;

/// Longest file of tokens, bytes.
const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Lengths of a token: 32 hexadecimal digits are 128 bits.
const TOKEN_CHARACTERS: std::ops::RangeInclusive<usize> = 32..=256;

struct Token {
    secret: String,
    holder: Holder,
}

/// Every token of a file.
pub(super) struct Tokens(Vec<Token>);

impl Tokens {
    pub(super) fn read(path: &Path) -> Result<Self, AccessError> {
        let unreadable = |source| AccessError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let text = read_start(path, FILE_BYTES_MAX).map_err(unreadable)?;
        Self::parse(&text)
    }

    /// Reads the lines of a file of tokens; `#` begins a comment.
    pub(super) fn parse(text: &str) -> Result<Self, AccessError> {
        let mut tokens: Vec<Token> = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            let malformed = |problem| AccessError::Malformed { line, problem };
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let token = Token::parse(content).map_err(malformed)?;
            if tokens.iter().any(|known| known.secret == token.secret) {
                return Err(malformed("the same token a second time"));
            }
            tokens.push(token);
        }
        if tokens.is_empty() {
            let problem = "no token in it";
            return Err(AccessError::Malformed { line: 0, problem });
        }
        Ok(Self(tokens))
    }

    /// Whose token this is. Every token is compared, so that time tells nothing.
    pub(super) fn holder(&self, secret: &str) -> Option<Holder> {
        let mut found = None;
        for token in &self.0 {
            if token.is(secret) {
                found = Some(&token.holder);
            }
        }
        found.cloned()
    }
}

impl Token {
    fn parse(line: &str) -> Result<Self, &'static str> {
        let mut words = line.split_whitespace();
        let (Some(role), Some(name), Some(secret), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err("not three words");
        };
        let role = match role {
            "viewer" => Role::Viewer,
            "operator" => Role::Operator,
            _ => return Err("the role is neither viewer nor operator"),
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !secret.bytes().all(is_plain) {
            return Err("a token is made of letters, digits, `.`, `_` and `-`");
        }
        if !TOKEN_CHARACTERS.contains(&secret.len()) {
            return Err("a token has 32 to 256 characters");
        }
        Ok(Self {
            secret: secret.to_owned(),
            holder: Holder {
                name: name.to_owned(),
                role,
            },
        })
    }

    fn is(&self, secret: &str) -> bool {
        let pairs = self.secret.bytes().zip(secret.bytes());
        let differences = pairs.fold(0, |all, (left, right)| all | (left ^ right));
        self.secret.len() == secret.len() && std::hint::black_box(differences) == 0
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Tokens({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "0123456789abcdef0123456789abcdef";
    const SECOND: &str = "0123456789abcdef0123456789abcdee";

    #[test]
    fn each_token_has_its_holder_and_what_is_near_has_none() {
        let text = format!("# desk\n viewer wall {FIRST}\n\noperator rina {SECOND}\n");
        let tokens = Tokens::parse(&text).unwrap();
        let name = |secret: &str| tokens.holder(secret).map(|holder| holder.name);
        assert_eq!(name(FIRST).as_deref(), Some("wall"));
        assert_eq!(name(SECOND).as_deref(), Some("rina"));
        for near in [
            "",
            FIRST.trim_start_matches('0'),
            FIRST.to_uppercase().as_str(),
            format!("{FIRST}0").as_str(),
        ] {
            assert_eq!(name(near), None, "{near}");
        }
        assert_eq!(format!("{tokens:?}"), "Tokens(2)");
    }

    #[test]
    fn a_line_that_is_none_is_refused_without_showing_the_token() {
        let refused = |text: &str| Tokens::parse(text).unwrap_err().to_string();
        let same = format!("viewer a {FIRST}\nviewer b {FIRST}");
        for (text, problem) in [
            ("# nobody\n", "line 0: no token"),
            ("viewer wall", "line 1: not three words"),
            (format!("admin a {FIRST}").as_str(), "line 1: the role"),
            ("\nviewer a short", "line 2: a token has 32"),
            (
                format!("viewer a {FIRST}=").as_str(),
                "line 1: a token is made of",
            ),
            (same.as_str(), "line 2: the same token"),
        ] {
            let message = refused(text);
            assert!(message.contains(problem), "{message}");
            assert!(!message.contains("0123456789"), "{message}");
        }
    }
}
