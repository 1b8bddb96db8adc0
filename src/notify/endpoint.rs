//! An address that alerts are sent to.
//!
//! Rule: paths and queries of webhooks hold secrets, so nothing that is printed shows them.

use std::fmt;

use reqwest::Url;

/// An HTTP address.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why a text is not such an address. It does not repeat the text, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not a URL.
    #[error("not a URL: write it as https://host/path")]
    NotUrl,
    /// A URL of another kind.
    #[error("a URL that is neither https:// nor http://")]
    NotHttp,
}

impl Endpoint {
    /// Reads an `https://` or `http://` URL.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let url = Url::parse(text).map_err(|_| EndpointError::NotUrl)?;
        if matches!(url.scheme(), "https" | "http") && url.has_host() {
            Ok(Self(url))
        } else {
            Err(EndpointError::NotHttp)
        }
    }

    /// The address with `path` behind its own.
    #[must_use]
    pub fn join(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        let joined = format!("{}/{path}", url.path().trim_end_matches('/'));
        url.set_path(&joined);
        Self(url)
    }

    /// The whole address: for sending, not for showing.
    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        write!(formatter, "{}://{host}", self.0.scheme())?;
        if let Some(port) = self.0.port() {
            write!(formatter, ":{port}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Endpoint({self}/***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_holds_no_secret() {
        let endpoint =
            Endpoint::parse("https://user:pass@hook.example:8443/T0/secret?k=v").unwrap();
        assert_eq!(endpoint.to_string(), "https://hook.example:8443");
        assert_eq!(
            format!("{endpoint:?}"),
            "Endpoint(https://hook.example:8443/***)"
        );
    }

    #[test]
    fn only_http_addresses_are_taken() {
        assert_eq!(Endpoint::parse("hook"), Err(EndpointError::NotUrl));
        assert_eq!(Endpoint::parse("ftp://h/x"), Err(EndpointError::NotHttp));
        assert_eq!(Endpoint::parse("javascript:x"), Err(EndpointError::NotHttp));
    }

    #[test]
    fn a_path_is_joined_behind_a_prefix() {
        let joined = |base: &str| {
            Endpoint::parse(base)
                .unwrap()
                .join("api/v2/alerts")
                .0
                .to_string()
        };
        assert_eq!(joined("http://a:9093"), "http://a:9093/api/v2/alerts");
        assert_eq!(
            joined("http://a:9093/am/"),
            "http://a:9093/am/api/v2/alerts"
        );
    }
}
