//! The one port: who may see what, and the thread that serves it.
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
    Access::of(config.http.listen, &config.http.tokens_file).map(Some)
}

pub(super) fn routes(desk: Arc<Desk>, access: Option<Access>) -> axum::Router {
    match access {
        Some(access) => router(desk, access),
        None => probes_router(desk),
    }
}

/// The configured port, or the next free ones where the port is not taken on purpose.
pub(super) fn listen(address: SocketAddr) -> Result<std::net::TcpListener, ServiceError> {
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

pub(super) fn serve(shared: &Arc<Shared>, routes: axum::Router, listener: std::net::TcpListener) {
    let address = shared.config.http.listen;
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
                axum::serve(listener, routes)
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
