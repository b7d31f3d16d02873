//! Servers on loopback that answer as they are told, and authorities that sign for them.
#![allow(dead_code, reason = "each test file uses its part")]

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mmcred::{AccessToken, Connection, Credential, Tls};
use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

pub const USER: &str = r#"{"id":"wx4dia1tmfgm8kzd95s1cs38na","username":"alice","roles":"system_user"}"#;

/// Serves each connection by `answer`; ends with the test's runtime.
pub async fn serve<F, R>(answer: F) -> SocketAddr
where
    F: Fn(TcpStream) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    address
}

/// A port that nobody listens at and nobody else gets, as long as it is held.
pub fn nobody() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Serves the same bytes to every request, then closes.
pub async fn serve_bytes(bytes: impl Into<Vec<u8>>) -> SocketAddr {
    let bytes: Arc<[u8]> = bytes.into().into();
    serve(move |mut stream| {
        let bytes = bytes.clone();
        async move {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
    })
    .await
}

/// A server that keeps its connections open, and what it was asked.
pub struct Keeping {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<(usize, String)>>>,
}

impl Keeping {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The head of each request, and the number of the connection it came on.
    pub fn asked(&self) -> Vec<(usize, String)> {
        self.asked.lock().unwrap().clone()
    }
}

/// Answers each request by `answer`, which is told how many came before; hangs up where that is empty.
pub async fn keep(answer: impl Fn(usize) -> String + Send + Sync + 'static) -> Keeping {
    let asked: Arc<Mutex<Vec<(usize, String)>>> = Arc::default();
    let (seen, answer, connections) = (Arc::clone(&asked), Arc::new(answer), AtomicUsize::new(0));
    let address = serve(move |mut stream| {
        let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
        let number = connections.fetch_add(1, Ordering::SeqCst);
        async move {
            let (mut buffer, mut head) = ([0; 4096], String::new());
            loop {
                match stream.read(&mut buffer).await {
                    Ok(0) | Err(_) => return,
                    Ok(read) => head.push_str(&String::from_utf8_lossy(&buffer[..read])),
                }
                if !head.ends_with("\r\n\r\n") {
                    continue;
                }
                let text = {
                    let mut seen = seen.lock().unwrap();
                    seen.push((number, std::mem::take(&mut head)));
                    answer(seen.len() - 1)
                };
                if text.is_empty() || stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    })
    .await;
    Keeping { address, asked }
}

/// An answer after which the connection is closed.
pub fn http(status: &str, body: &str) -> String {
    http_with(status, "Connection: close\r\n", body)
}

pub fn http_with(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
}

pub fn credential(url: &str, tls: Tls) -> Credential {
    let token = AccessToken::parse("ybndrfg8ejkmcpqxot1uwisza3").unwrap();
    let connection = Connection { tls, proxy: mmcred::Proxy::Direct, allow_http: true };
    Credential::with_connection(url, token, connection).unwrap()
}

/// An authority made for this test, and servers whose certificates it signs.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn file(&self, folder: &Path) -> Tls {
        let path = folder.join("ca.pem");
        std::fs::write(&path, self.0.pem()).unwrap();
        Tls::from_settings(Some(&path), false).unwrap()
    }

    /// A https server whose certificate is for `name`, with the dates that `change` gives it.
    pub async fn serve(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        serve_https(params.signed_by(&key, &self.0).unwrap(), &key).await
    }
}

/// A https server whose certificate for 127.0.0.1 nothing but itself vouches for, and the settings that trust it.
pub async fn serve_self_signed(
    folder: &Path,
    change: impl FnOnce(&mut CertificateParams),
) -> (SocketAddr, Tls) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    change(&mut params);
    let certificate = params.self_signed(&key).unwrap();
    let path = folder.join("itself.pem");
    std::fs::write(&path, certificate.pem()).unwrap();
    (serve_https(certificate, &key).await, Tls::from_settings(Some(&path), false).unwrap())
}

async fn serve_https(certificate: Certificate, key: &KeyPair) -> SocketAddr {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider();
    let config = ServerConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(http("200 OK", USER).as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    })
    .await
}
