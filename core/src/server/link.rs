//! One connection, and the questions that are asked on it one after another.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Context;

use http::Request;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};

use super::connect::Stream;
use super::reply::Reply;

type Connection = http1::Connection<Box<dyn Stream>, String>;

/// A connection that is moved on by whoever waits for it: no other task has to be woken for an answer.
pub(crate) struct Link {
    sender: SendRequest<String>,
    /// None once the server has closed it.
    connection: Option<Box<Connection>>,
}

/// Why a question has no answer.
pub(super) enum Unanswered {
    /// The connection was closed before: nothing was sent.
    Unsent(Box<Request<String>>, hyper::Error),
    Failed(hyper::Error),
    /// In the midst of the body.
    Cut(hyper::Error),
    TooLarge,
}

impl Link {
    pub(super) async fn open(stream: Box<dyn Stream>) -> Result<Self, hyper::Error> {
        let (sender, connection) = http1::handshake(stream).await?;
        Ok(Self { sender, connection: Some(Box::new(connection)) })
    }

    /// Once it has failed the link is of no more use.
    pub(super) async fn ask(&mut self, request: Request<String>) -> Result<Reply, Unanswered> {
        let Self { sender, connection } = self;
        let asked = async {
            match sender.try_send_request(request).await {
                Ok(response) => read(response).await,
                Err(mut error) => Err(match error.take_message() {
                    Some(request) => Unanswered::Unsent(Box::new(request), error.into_error()),
                    None => Unanswered::Failed(error.into_error()),
                }),
            }
        };
        while_moving(connection, asked).await
    }
}

async fn while_moving<T>(connection: &mut Option<Box<Connection>>, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        // Before, so that the work gets what has arrived; after, so that what it asks for is sent.
        advance(connection, context);
        let done = work.as_mut().poll(context);
        if done.is_pending() {
            advance(connection, context);
        }
        done
    })
    .await
}

fn advance(connection: &mut Option<Box<Connection>>, context: &mut Context<'_>) {
    // Its error is told to whoever asked.
    if let Some(open) = connection
        && Pin::new(open).poll(context).is_ready()
    {
        *connection = None;
    }
}

async fn read(response: http::Response<Incoming>) -> Result<Reply, Unanswered> {
    let (head, mut body) = response.into_parts();
    let mut reply = Reply { status: head.status.as_u16(), headers: head.headers, body: Vec::new() };
    while let Some(frame) = body.frame().await {
        if let Ok(chunk) = frame.map_err(Unanswered::Cut)?.into_data() {
            if reply.body.len() + chunk.len() > Reply::MAX_BODY {
                return Err(Unanswered::TooLarge);
            }
            reply.body.extend_from_slice(&chunk);
        }
    }
    Ok(reply)
}
