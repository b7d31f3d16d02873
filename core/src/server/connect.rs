//! Connections to a server: to its address, or through a proxy.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec::IntoIter;

use http::Uri;
use hyper::rt;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use tower_service::Service;

use super::failure::{Cause, NoSuchHost};
use super::trust::{ProxyFor, proxy_for, tls_config};
use crate::error::{Error, Result};
use crate::{Connection, ErrorKind, ServerUrl};

/// What HTTP is spoken over.
pub(super) trait Stream: rt::Read + rt::Write + Send + Unpin {}

impl<T: rt::Read + rt::Write + Send + Unpin> Stream for T {}

type Tcp = HttpConnector<SystemResolver>;

/// Opens connections to one server.
pub(super) struct Connector {
    /// The server, or the proxy that passes plain HTTP on.
    to: Uri,
    way: Way,
    proxy: Option<ProxyFor>,
}

enum Way {
    Plain(Tcp),
    Tls(HttpsConnector<Tcp>),
    Tunnel(Box<HttpsConnector<Tunnel<HttpsConnector<Tcp>>>>),
}

impl Connector {
    pub(super) fn new(server: &ServerUrl, connection: &Connection, origin: Uri) -> Result<Self> {
        let mut tcp = HttpConnector::new_with_resolver(SystemResolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let proxy = proxy_for(server, &connection.proxy)?;
        if let Some(proxy) = &proxy
            && !matches!(proxy.uri().scheme_str(), Some("http" | "https"))
        {
            // From the environment, which may name one for SOCKS.
            let message = format!("The proxy {} is none for HTTP.", proxy.url());
            return Err(Error::new(ErrorKind::InvalidProxy, message));
        }
        let config = || Ok(Arc::new(tls_config(&connection.tls)?));
        let to = match &proxy {
            Some(proxy) if !server.is_https() => proxy.uri().clone(),
            _ => origin,
        };
        let way = match &proxy {
            Some(proxy) if server.is_https() => {
                let config = config()?;
                let to_proxy = HttpsConnector::from((tcp, Arc::clone(&config)));
                let mut tunnel = Tunnel::new(proxy.uri().clone(), to_proxy);
                if let Some(authorization) = proxy.authorization() {
                    tunnel = tunnel.with_auth(authorization.clone());
                }
                Way::Tunnel(Box::new(HttpsConnector::from((tunnel, config))))
            }
            _ if to.scheme() == Some(&http::uri::Scheme::HTTPS) => {
                Way::Tls(HttpsConnector::from((tcp, config()?)))
            }
            _ => Way::Plain(tcp),
        };
        Ok(Self { to, way, proxy })
    }

    pub(super) fn proxy(&self) -> Option<&ProxyFor> {
        self.proxy.as_ref()
    }

    pub(super) async fn connect(&self) -> std::result::Result<Box<dyn Stream>, Cause> {
        Ok(match &self.way {
            Way::Plain(tcp) => Box::new(call(tcp, &self.to).await?),
            Way::Tls(tls) => Box::new(call(tls, &self.to).await?),
            Way::Tunnel(tunnel) => Box::new(call(&**tunnel, &self.to).await?),
        })
    }
}

async fn call<S: Service<Uri> + Clone>(service: &S, to: &Uri) -> std::result::Result<S::Response, Cause>
where
    S::Error: Into<Cause>,
{
    let mut service = service.clone();
    poll_fn(|context| service.poll_ready(context)).await.map_err(Into::into)?;
    service.call(to.clone()).await.map_err(Into::into)
}

/// The system's resolver, with an error of its own type: a failed look-up is told apart by type, not by text.
#[derive(Clone)]
struct SystemResolver;

impl Service<Name> for SystemResolver {
    type Response = IntoIter<SocketAddr>;
    type Error = NoSuchHost;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self::Response, NoSuchHost>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<std::result::Result<(), NoSuchHost>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            let found: io::Result<Vec<SocketAddr>> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map(Iterator::collect);
            match found {
                Ok(addresses) if !addresses.is_empty() => Ok(addresses.into_iter()),
                Ok(_) => Err(NoSuchHost(None)),
                Err(error) => Err(NoSuchHost(Some(error))),
            }
        })
    }
}
