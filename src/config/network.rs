//! A network of addresses, written as `10.0.0.0/8`: whom the page believes.

use std::fmt;
use std::net::IpAddr;

use serde::{Serialize, Serializer};

use crate::config::section::{Fault, quoted};

/// A network: the addresses that share its first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether `address` lies in it; an IPv4 address in IPv6 clothes is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - self.bits.min(32);
                (own.to_bits() ^ other.to_bits())
                    .checked_shr(shift)
                    .unwrap_or(0)
                    == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - self.bits.min(128);
                (own.to_bits() ^ other.to_bits())
                    .checked_shr(shift)
                    .unwrap_or(0)
                    == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.bits)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An address, or a network that does not hold every address there is.
pub(crate) fn network(text: &str) -> Result<Network, Fault> {
    let instead = "write one such as \"10.20.0.0/16\" or \"127.0.0.1\"";
    let wrong = |problem: String| Fault::new(problem, instead);
    let (address, bits) = text.split_once('/').unwrap_or((text, ""));
    let address: IpAddr = address
        .parse()
        .map_err(|_| wrong(format!("{} is not a network", quoted(text))))?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = if text.contains('/') {
        bits.parse().unwrap_or(u32::MAX)
    } else {
        most
    };
    if bits > most {
        return Err(wrong(format!("{} has not 1 to {most} bits", quoted(text))));
    }
    if bits == 0 {
        let problem = format!(
            "{} is every machine there is, who could call themselves anyone",
            quoted(text)
        );
        return Err(wrong(problem));
    }
    Ok(Network { address, bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, address: &str) -> bool {
        network(text)
            .ok()
            .unwrap()
            .contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_what_shares_its_bits() {
        assert!(holds("10.20.0.0/16", "10.20.255.1"));
        assert!(!holds("10.20.0.0/16", "10.21.0.1"));
        assert!(holds("10.20.0.0/16", "::ffff:10.20.1.1"));
        assert!(holds("127.0.0.1", "127.0.0.1"));
        assert!(!holds("127.0.0.1", "127.0.0.2"));
        assert!(holds("fd00::/8", "fd12::1"));
        assert!(!holds("fd00::/8", "fe80::1"));
        assert!(!holds("fd00::/8", "10.0.0.1"));
        assert!(holds("::1", "::1"));
        assert!(holds("128.0.0.0/1", "255.1.2.3"));
    }

    #[test]
    fn what_names_no_network_or_every_one_is_refused() {
        for text in [
            "",
            "proxy",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/x",
            "fd00::/129",
            "0.0.0.0/0",
            "::/0",
        ] {
            assert!(network(text).is_err(), "{text}");
        }
    }
}
