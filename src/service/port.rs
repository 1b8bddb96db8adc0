//! The two ports: that of the page, and that of the metrics and probes, which every process has.
//!
//! In: the desk, the roles of this process. Out: routes, a listener, answers until the service stops.
//! Not here: the routes themselves (`desk`).

use std::net::SocketAddr;
use std::sync::Arc;

use super::run::{POLL, Role, ServiceError, Shared};
use crate::config::Config;
use crate::desk::{Access, AccessError, Desk, probes_router, router};

/// Who may see the page; `None`: this process has none.
pub(super) fn access(config: &Config, roles: &[Role]) -> Result<Option<Access>, AccessError> {
    if !roles.contains(&Role::Desk) {
        return Ok(None);
    }
    Access::of(&config.http).map(Some)
}

/// A port that is listened on, and what is answered there.
pub(super) struct Port {
    listener: std::net::TcpListener,
    routes: axum::Router,
    /// Where it is.
    pub(super) address: SocketAddr,
}

impl Port {
    /// The port of the page.
    pub(super) fn of_page(
        config: &Config,
        desk: &Arc<Desk>,
        access: Access,
    ) -> Result<Self, ServiceError> {
        Self::open(config.http.listen, router(Arc::clone(desk), access))
    }

    /// The port of the metrics and probes.
    pub(super) fn of_probes(config: &Config, desk: &Arc<Desk>) -> Result<Self, ServiceError> {
        Self::open(config.http.metrics_listen, probes_router(Arc::clone(desk)))
    }

    fn open(wanted: SocketAddr, routes: axum::Router) -> Result<Self, ServiceError> {
        let listener = listen(wanted)?;
        let address = listener.local_addr().unwrap_or(wanted);
        Ok(Self {
            listener,
            routes,
            address,
        })
    }
}

fn listen(address: SocketAddr) -> Result<std::net::TcpListener, ServiceError> {
    let bind = || {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(|source| ServiceError::Listen {
        listen: address,
        source,
    })
}

pub(super) fn serve(shared: &Arc<Shared>, port: Port) {
    let Port {
        listener,
        routes,
        address,
    } = port;
    let served = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|runtime| {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let shared = Arc::clone(shared);
                let stopped = async move {
                    let mut look = tokio::time::interval(POLL);
                    while !shared.is_stopping() {
                        look.tick().await;
                    }
                };
                axum::serve(
                    listener,
                    routes.into_make_service_with_connect_info::<SocketAddr>(),
                )
                .with_graceful_shutdown(stopped)
                .await
            })
        });
    if let Err(source) = served {
        shared.end(Err(ServiceError::Listen {
            listen: address,
            source,
        }));
    }
}
