//! The links of a post: topic keys and domains.
//!
//! In: the addresses that the scan found. Out: `host/path` without what changes from copy to copy,
//! and the domain that belongs to one owner.
//! Rule: a shortened address says nothing about where it leads: it gives no key and no domain.
//! Not here: resolving addresses; nothing is fetched.

/// Longest key of a link, bytes.
const KEY_MAX: usize = 160;

/// Hosts whose addresses are made anew for each post.
const SHORTENERS: [&str; 17] = [
    "bit.ly",
    "buff.ly",
    "cutt.ly",
    "dlvr.it",
    "fb.me",
    "goo.gl",
    "ift.tt",
    "is.gd",
    "ln.is",
    "ow.ly",
    "pic.twitter.com",
    "s.id",
    "shorturl.at",
    "t.co",
    "tinyurl.com",
    "wp.me",
    "youtu.be",
];

/// Second-level labels under which owners register (`detik.co.id`, `bbc.co.uk`).
const SHARED_LABELS: [&str; 16] = [
    "ac", "biz", "co", "com", "desa", "edu", "go", "gov", "info", "mil", "my", "net", "or", "org",
    "sch", "web",
];

/// An address cut into the parts that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link<'a> {
    host: &'a str,
    path: &'a str,
}

impl<'a> Link<'a> {
    /// From an address without its scheme; `None` for shorteners and what is no host.
    pub(crate) fn parse(address: &'a str) -> Option<Self> {
        let end = address.find(['/', '?', '#', ':']).unwrap_or(address.len());
        let (host, rest) = (address.get(..end)?, address.get(end..)?);
        let host = host.trim_end_matches('.');
        let host = ["www.", "m.", "amp."].iter().fold(host, |host, prefix| {
            host.strip_prefix(prefix).unwrap_or(host)
        });
        if !host.contains('.') || SHORTENERS.contains(&host) {
            return None;
        }
        let path = rest
            .find('/')
            .and_then(|start| rest.get(start..))
            .unwrap_or("");
        let path = path.split(['?', '#']).next().unwrap_or("");
        let path = path.trim_end_matches(['/', '.', '…', ':', '!', '*', '_']);
        Some(Self { host, path })
    }

    /// The key's parts, `None` for a bare host: that is a newsroom, not a topic.
    pub(crate) fn key(&self) -> Option<[&'a str; 2]> {
        let whole = self.host.len() + self.path.len();
        (self.path.len() > 1 && whole <= KEY_MAX).then_some([self.host, self.path])
    }

    /// The part of the host that has one owner: two labels, three where the second is shared.
    pub(crate) fn domain(&self) -> &'a str {
        let dots = || self.host.rmatch_indices('.').map(|(at, _)| at);
        let label = dots().nth(1).map_or(0, |at| at + 1);
        let second = self
            .host
            .get(label..)
            .and_then(|end| end.split('.').next())
            .unwrap_or("");
        let shared = SHARED_LABELS.contains(&second) && dots().count() >= 2;
        let start = dots()
            .nth(if shared { 2 } else { 1 })
            .map_or(0, |at| at + 1);
        self.host.get(start..).unwrap_or(self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_drop_what_changes_from_copy_to_copy() {
        let key = |address| Link::parse(address).and_then(|link| link.key());
        assert_eq!(key("www.detik.com/a/b/?utm=1"), Some(["detik.com", "/a/b"]));
        assert_eq!(key("m.detik.com/a/b#top"), Some(["detik.com", "/a/b"]));
        assert_eq!(key("detik.com"), None);
        assert_eq!(key("t.co/abc"), None);
        assert_eq!(key("localhost/x"), None);
    }

    #[test]
    fn domains_have_one_owner() {
        let domain = |address| Link::parse(address).map(|link| link.domain());
        assert_eq!(domain("news.detik.com/x"), Some("detik.com"));
        assert_eq!(domain("bnpb.go.id"), Some("bnpb.go.id"));
        assert_eq!(domain("geoportal.bnpb.go.id/x"), Some("bnpb.go.id"));
        assert_eq!(domain("a.b.bbc.co.uk:8080/x"), Some("bbc.co.uk"));
        assert_eq!(domain("s.id"), None);
    }
}
