//! Percent-encoding, for links and for HTTP headers.

use std::fmt::Write as _;

/// `text` with every byte that `keeps` does not keep as `%XX`.
pub(super) fn encode(text: &str, keeps: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keeps(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(encoded, "%{byte:02X}").unwrap_or_default();
        }
    }
    encoded
}

/// `text` as the value of an HTTP header, by the rule of the HTTP binding of CloudEvents.
pub fn header_value(text: &str) -> String {
    encode(text, in_header)
}

/// What stands in a link as it is; `:` and `@` too, so that topic keys stay readable.
pub(super) fn in_link(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte)
}

/// What stands in a header of the HTTP binding of CloudEvents as it is.
pub(super) fn in_header(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'"' && byte != b'%'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_whatever_an_incident_is_called() {
        let encoded = encode("20260303-tag:bañjir #1/2", in_link);
        assert_eq!(encoded, "20260303-tag:ba%C3%B1jir%20%231%2F2");
        assert_eq!(encode("hazard:gempa@ID-NB", in_link), "hazard:gempa@ID-NB");
    }
}
