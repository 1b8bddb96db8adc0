//! A proxy that has asked who it is, and says so in a header.
//!
//! In: the header, and where the request comes from. Out: the person, and whether they may act.
//! Rule: the header counts only from the named networks; anyone else could have written it.

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::access::{Holder, Role};
use crate::config::{Http, Network};

/// Longest name, bytes.
const NAME_BYTES_MAX: usize = 100;
/// Who stands for everyone.
const EVERYONE: &str = "*";

/// A trusted proxy.
#[derive(Debug)]
pub(super) struct Proxy {
    header: String,
    networks: Vec<Network>,
    operators: Vec<String>,
}

impl Proxy {
    /// The one that is configured, if one is.
    pub(super) fn of(http: &Http) -> Option<Self> {
        (!http.proxy_header.is_empty()).then(|| Self {
            header: http.proxy_header.clone(),
            networks: http.proxy_networks.clone(),
            operators: http.proxy_operators.clone(),
        })
    }

    /// Who asks, if a proxy says so; a header that is there twice says nothing.
    pub(super) fn person(&self, headers: &HeaderMap, client: IpAddr) -> Option<Holder> {
        if !self.networks.iter().any(|network| network.contains(client)) {
            return None;
        }
        let mut values = headers.get_all(self.header.as_str()).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return None;
        };
        let name = value.to_str().ok()?.trim();
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return None;
        }
        let may_act = |one: &String| one == EVERYONE || one == name;
        let role = if self.operators.iter().any(may_act) {
            Role::Operator
        } else {
            Role::Viewer
        };
        Some(Holder {
            name: name.to_owned(),
            role,
        })
    }
}
