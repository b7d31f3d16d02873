use std::io;
use std::net::SocketAddr;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use url::Url;

use super::failure::{NoSuchHost, failure};
use super::reply::Reply;
use super::trust::{ProxyFor, proxy_for, tls_config};
use crate::error::{Error, Result};
use crate::fork_gate;
use crate::{Connection, Credential, ErrorKind, ServerUrl};

/// How requests reach a server. The only file that knows the HTTP crate.
///
/// It follows no redirect, stores no cookie, asks for no compression.
pub(crate) struct Transport {
    client: Client,
    /// Of the server's API, with a slash at its end.
    base: Url,
}

impl Transport {
    /// Pools no connection, so that each request has a fresh one.
    pub(crate) fn new(server: &ServerUrl, connection: &Connection) -> Result<Self> {
        Self::pooled(server, connection, 0)
    }

    /// Keeps so many connections for further requests. For one server: settings and address hold for no other.
    pub(crate) fn pooled(server: &ServerUrl, connection: &Connection, most: usize) -> Result<Self> {
        // As in the runtime: the TLS and HTTP libraries too make things once in a process.
        let _pass = fork_gate::pass();
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .pool_max_idle_per_host(most)
            .dns_resolver(SystemResolver)
            .user_agent(concat!("mmcred/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        if server.is_https() {
            builder = builder.tls_backend_preconfigured(tls_config(&connection.tls)?);
        } else {
            // Never used for http://, but a builder without it would look for a default it does not have.
            builder = builder.tls_backend_preconfigured(super::trust::no_roots());
        }
        if let Some(proxy) = proxy_for(server, &connection.proxy)? {
            builder = builder.proxy(to_reqwest(&proxy)?);
        }
        let client = builder.build().map_err(|source| {
            Error::new(ErrorKind::Internal, "The HTTP client could not be built.")
                .with_source(source.without_url())
        })?;
        let base = Url::parse(&server.api("")).map_err(|source| bad_url(server).with_source(source))?;
        Ok(Self { client, base })
    }

    fn api(&self, server: &ServerUrl, path: &str) -> Result<Url> {
        self.base.join(path).map_err(|source| bad_url(server).with_source(source))
    }

    /// `GET <base>/api/v4/<path>` with the credential's token.
    pub(crate) async fn get_api(&self, credential: &Credential, path: &str) -> Result<Reply> {
        self.send(credential, self.client.get(self.api(credential.server(), path)?)).await
    }

    /// `POST <base>/api/v4/<path>` with the credential's token and a body of JSON.
    pub(crate) async fn post_api(&self, credential: &Credential, path: &str, body: &Value) -> Result<Reply> {
        let request = self.client.post(self.api(credential.server(), path)?).body(body.to_string());
        self.send(credential, request.header(CONTENT_TYPE, "application/json")).await
    }

    async fn send(&self, credential: &Credential, request: RequestBuilder) -> Result<Reply> {
        let server = credential.server();
        let request = request.header(ACCEPT, "application/json").header(AUTHORIZATION, bearer(credential)?);
        let response = request.send().await.map_err(|error| failure(server, error))?;
        Ok(read(server, response).await?.without(credential.token()))
    }
}

fn bad_url(server: &ServerUrl) -> Error {
    Error::new(ErrorKind::InvalidServerUrl, format!("{server} can not be asked."))
}

fn bearer(credential: &Credential) -> Result<HeaderValue> {
    // EXPOSE: the server wants the token's text; the value is marked so that nothing prints it.
    let mut value = HeaderValue::from_str(&credential.authorization())
        .map_err(|_| Error::new(ErrorKind::InvalidToken, "The access token does not fit into a header."))?;
    value.set_sensitive(true);
    Ok(value)
}

async fn read(server: &ServerUrl, mut response: Response) -> Result<Reply> {
    let mut reply = Reply {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body: Vec::new(),
    };
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(server, error))? {
        if reply.body.len() + chunk.len() > Reply::MAX_BODY {
            return Err(Error::new(ErrorKind::ReplyTooLarge, format!("{server} sent more than 1 MiB.")));
        }
        reply.body.extend_from_slice(&chunk);
    }
    Ok(reply)
}

fn to_reqwest(proxy: &ProxyFor) -> Result<reqwest::Proxy> {
    let made = reqwest::Proxy::all(proxy.url()).map_err(|source| {
        Error::new(ErrorKind::InvalidProxy, "The proxy's URL can not be used.")
            .with_source(source.without_url())
    })?;
    Ok(match proxy.credentials() {
        Some((user, password)) => made.basic_auth(&user, &password),
        None => made,
    })
}

/// The system's resolver, with an error of its own type: a failed look-up is told apart by type, not by text.
struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: io::Result<Vec<SocketAddr>> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map(Iterator::collect);
            match found {
                Ok(addresses) if !addresses.is_empty() => Ok(Box::new(addresses.into_iter()) as Addrs),
                Ok(_) => Err(NoSuchHost(None).into()),
                Err(error) => Err(NoSuchHost(Some(error)).into()),
            }
        })
    }
}
