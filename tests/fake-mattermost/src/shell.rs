//! The thin HTTP shell: reads a request, applies planted faults, asks the state machine, writes the answer.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;

use crate::call::Call;
use crate::faults::{self, Sending};
use crate::reply::Reply;
use crate::world::World;
use crate::{auth, control, server};

/// More of a body than this is not read; the configured limits lie far below.
const READ_AT_MOST: usize = 16 << 20;

/// How long after its first half a cut answer ends.
const CUT_AFTER: Duration = Duration::from_millis(20);

/// Which of the two addresses a connection came to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The server's.
    Server,
    /// The control address.
    Control,
}

/// Accepts connections for ever.
pub async fn serve(listener: TcpListener, world: Arc<World>, door: Door) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                tokio::spawn(connection(stream, peer, Arc::clone(&world), door));
            }
            // Out of file handles, for example: give others the time to close some.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(mut stream: TcpStream, peer: SocketAddr, world: Arc<World>, door: Door) {
    if !looks_like_http(&stream).await {
        // A TLS hello on the plain port, for example (recording 400-garbage-to-http-port).
        let page = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request";
        // Whoever sent garbage may be gone already.
        let _ = stream.write_all(page.as_bytes()).await;
        let _ = stream.shutdown().await;
        return;
    }
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        async move { respond(request, peer, world, door).await }
    });
    // A client that breaks off is no event for a fake.
    let _ = hyper::server::conn::http1::Builder::new()
        .title_case_headers(true)
        .max_headers(1_000)
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn looks_like_http(stream: &TcpStream) -> bool {
    let mut first = [0];
    match stream.peek(&mut first).await {
        Ok(1) => first[0].is_ascii_alphabetic() || first[0] == b'\r' || first[0] == b'\n',
        _ => true,
    }
}

/// The planted end of a connection.
#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

async fn respond(
    request: Request<Incoming>,
    peer: SocketAddr,
    world: Arc<World>,
    door: Door,
) -> Result<Response<Sent>, Closed> {
    let mut call = read(request, peer).await;
    if door == Door::Control {
        return Ok(write(control::answer(&world, &call), Sending::Whole, false));
    }
    world.log.record(&call);
    let plan = world.faults.plan(&call.method, &call.path);
    tokio::time::sleep(plan.wait).await;
    if matches!(plan.sending, Sending::Close) {
        return Err(Closed);
    }
    call.stale_replica = plan.stale;
    let reply = {
        let mut state = world.state();
        match &plan.instead {
            Some(kind) => faults::replacement(kind, &auth::parse_token(&call).0, &state.ids.next()),
            None => server::answer(&mut state, &mut call),
        }
    };
    Ok(write(reply, plan.sending, call.method == "HEAD"))
}

async fn read(request: Request<Incoming>, peer: SocketAddr) -> Call {
    let (parts, mut incoming) = request.into_parts();
    let mut call = Call { method: parts.method.to_string(), peer: peer.ip().to_string(), ..Call::default() };
    call.parse_target(parts.uri.path_and_query().map_or("/", |target| target.as_str()));
    for (name, value) in &parts.headers {
        call.headers.push((name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    }
    while let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut incoming).poll_frame(cx)).await {
        if let Some(data) = frame.data_ref() {
            call.body.extend_from_slice(data);
        }
        if call.body.len() > READ_AT_MOST {
            break;
        }
    }
    call
}

fn write(reply: Reply, sending: Sending, head: bool) -> Response<Sent> {
    let length = reply.body.len();
    let mut response = Response::new(Sent::new(reply.body.into(), sending, head));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).unwrap_or_default();
    let bare = reply.status == 304;
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    if bare {
        // Go takes it from an answer that may have no body.
        response.headers_mut().remove(hyper::header::CONTENT_TYPE);
    } else {
        response.headers_mut().insert(hyper::header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

/// A body on its way, perhaps with a planted end or pace.
struct Sent {
    rest: Bytes,
    sending: Sending,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Sent {
    fn new(body: Bytes, sending: Sending, head: bool) -> Self {
        let rest = match sending {
            _ if head => Bytes::new(),
            Sending::Cut => body.slice(..body.len() / 2),
            _ => body,
        };
        Self { rest, sending, pause: None }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        let Sending::Drip(pace) = self.sending else {
            let all = self.rest.split_off(0);
            if !all.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(all))));
            }
            if !matches!(self.sending, Sending::Cut) {
                return Poll::Ready(None);
            }
            // The half goes out first: an error at once would throw away what is still buffered.
            let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(CUT_AFTER)));
            return pause.as_mut().poll(cx).map(|()| Some(Err(Closed)));
        };
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(pace)));
        if pause.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.pause = None;
        let byte = self.rest.split_to(1);
        Poll::Ready(Some(Ok(Frame::data(byte))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
