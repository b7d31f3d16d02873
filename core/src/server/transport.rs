use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT,
};
use http::{Method, Request, Uri};
use serde_json::Value;
use tokio::task::yield_now;

use super::connect::Connector;
use super::failure::{Cause, failure};
use super::link::{Link, Unanswered};
use super::reply::Reply;
use super::trust::ProxyFor;
use crate::error::{Error, Result};
use crate::fork_gate;
use crate::{Connection, Credential, ErrorKind, ServerUrl};

/// How requests reach a server.
///
/// It follows no redirect, stores no cookie, asks for no compression.
pub(crate) struct Transport {
    server: ServerUrl,
    connector: Connector,
    /// What a request names before `/api/v4/`: the path of the server, or all of its URL where a proxy reads it.
    target: String,
    /// What each request tells.
    headers: HeaderMap,
}

impl Transport {
    /// For one server: settings and address hold for no other.
    pub(crate) async fn new(server: &ServerUrl, connection: &Connection) -> Result<Self> {
        if server.is_https() {
            // Certificates are read from files. The first poll may be that of an event loop, which must not wait for them.
            yield_now().await;
        }
        Self::made(server, connection)
    }

    fn made(server: &ServerUrl, connection: &Connection) -> Result<Self> {
        // As in the runtime: the TLS and HTTP libraries too make things once in a process.
        let _pass = fork_gate::pass();
        let unusable = || bad_url(server);
        let origin: Uri = server.origin().parse().map_err(|source| unusable().with_source(source))?;
        let authority = origin.authority().ok_or_else(unusable)?;
        let host =
            HeaderValue::from_str(authority.as_str()).map_err(|source| unusable().with_source(source))?;
        let mut headers = HeaderMap::from_iter([
            (HOST, host),
            (USER_AGENT, HeaderValue::from_static(concat!("mmcred/", env!("CARGO_PKG_VERSION")))),
            (ACCEPT, HeaderValue::from_static("application/json")),
        ]);
        let connector = Connector::new(server, connection, origin)?;
        // A proxy that passes plain HTTP on reads it.
        let forward = connector.proxy().filter(|_| !server.is_https());
        if let Some(authorization) = forward.and_then(ProxyFor::authorization) {
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        let target = if forward.is_some() { server.as_str() } else { server.path() }.to_owned();
        Ok(Self { server: server.clone(), connector, target, headers })
    }

    /// `GET <base>/api/v4/<path>` with the credential's token, on a fresh connection.
    pub(crate) async fn get_api(&self, credential: &Credential, path: &str) -> Result<Reply> {
        self.get_api_over(&mut None, credential, path).await
    }

    /// The same over `link`, which is opened where there is none, and left there for the next question.
    pub(crate) async fn get_api_over(
        &self,
        link: &mut Option<Link>,
        credential: &Credential,
        path: &str,
    ) -> Result<Reply> {
        let request = self.request(Method::GET, path, credential, String::new())?;
        Box::pin(self.ask(link, credential, request)).await
    }

    /// `POST <base>/api/v4/<path>` with the credential's token and a body of JSON, on a fresh connection.
    pub(crate) async fn post_api(&self, credential: &Credential, path: &str, body: &Value) -> Result<Reply> {
        let mut request = self.request(Method::POST, path, credential, body.to_string())?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Box::pin(self.ask(&mut None, credential, request)).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        credential: &Credential,
        body: String,
    ) -> Result<Request<String>> {
        let target = format!("{}/api/v4/{path}", self.target);
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = target.parse().map_err(|source| bad_url(&self.server).with_source(source))?;
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().insert(AUTHORIZATION, bearer(credential)?);
        Ok(request)
    }

    /// To be put in a box: it is large, and diagnose waits for some of them at once.
    async fn ask(
        &self,
        link: &mut Option<Link>,
        credential: &Credential,
        mut request: Request<String>,
    ) -> Result<Reply> {
        let reply = loop {
            let (mut open, was_kept) = match link.take() {
                Some(kept) => (kept, true),
                None => (self.connect().await?, false),
            };
            match open.ask(request).await {
                Ok(reply) => {
                    *link = Some(open);
                    break reply;
                }
                // A server may close what it kept at any moment.
                Err(Unanswered::Unsent(unsent, _)) if was_kept => request = *unsent,
                Err(unanswered) => return Err(self.unanswered(unanswered)),
            }
        };
        Ok(reply.without(credential.token()))
    }

    async fn connect(&self) -> Result<Link> {
        let failed = |cause| self.failure(cause, ErrorKind::ConnectionFailed);
        let stream = self.connector.connect().await.map_err(failed)?;
        Link::open(stream).await.map_err(|cause| failed(cause.into()))
    }

    fn failure(&self, cause: Cause, otherwise: ErrorKind) -> Error {
        failure(&self.server, self.connector.proxy(), cause, otherwise)
    }

    fn unanswered(&self, unanswered: Unanswered) -> Error {
        let server = &self.server;
        match unanswered {
            Unanswered::Unsent(_, cause) | Unanswered::Failed(cause) => {
                self.failure(cause.into(), ErrorKind::ConnectionFailed)
            }
            Unanswered::Cut(cause) => self.failure(cause.into(), ErrorKind::ReplyCut),
            Unanswered::TooLarge => {
                Error::new(ErrorKind::ReplyTooLarge, format!("{server} sent more than 1 MiB."))
            }
        }
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{AccessToken, Proxy};

    #[tokio::test]
    async fn a_kept_connection_that_was_closed_between_two_questions_fails_neither() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
            }
        });
        let connection = Connection { proxy: Proxy::Direct, ..Connection::default() };
        let token = AccessToken::parse("secret").unwrap();
        let credential = Credential::with_connection(&url, token, connection).unwrap();
        let transport = Transport::new(credential.server(), credential.connection()).await.unwrap();
        let mut link = None;
        for _ in 0..2 {
            let reply = transport.get_api_over(&mut link, &credential, "users/me").await.unwrap();
            assert_eq!((reply.status, link.is_some()), (200, true));
            // Until the end of the connection has arrived.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
