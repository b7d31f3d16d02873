//! The tokens of one server, asked about at its pace.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{sleep_until, timeout};

use super::link::Link;
use super::outbox::{Outbox, Place};
use super::pace::{Limits, Next, Pace, Turn};
use super::transport::Transport;
use super::verify::Verified;
use super::verify_all::{Checked, VerifyAllOptions};
use crate::error::{Error, Result};
use crate::{Connection, Credential, ErrorKind, ServerUrl};

/// A name and its credential, opened when its turn comes.
pub(crate) type Job = (String, Result<Credential>);

/// The tokens of one server that are reached the same way.
pub(crate) struct Lane {
    server: ServerUrl,
    connection: Connection,
    jobs: Box<dyn ExactSizeIterator<Item = Job> + Send>,
}

impl Lane {
    pub(super) fn new(
        (server, connection): (ServerUrl, Connection),
        jobs: impl ExactSizeIterator<Item = Job> + Send + 'static,
    ) -> Self {
        Self { server, connection, jobs: Box::new(jobs) }
    }

    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Asks about all.
    pub(super) async fn run(mut self, options: &VerifyAllOptions, out: &Arc<Outbox>) {
        let transport = &match Transport::new(&self.server, &self.connection).await {
            Ok(transport) => transport,
            Err(error) => return self.refuse(&error, out).await,
        };
        // Open connections that nobody is using.
        let mut idle = Vec::new();
        let mut crowd = Crowd::new(options.in_flight);
        let mut flying = FuturesUnordered::new();
        loop {
            let (turn, due) = (crowd.turn(), crowd.due());
            let may_start = turn != Turn::AfterAnAnswer;
            let room = flying.len() + crowd.waiting.len() < options.in_flight;
            let start = tokio::select! {
                biased;
                Some((asked, answer, link)) = flying.next() => {
                    idle.extend(link);
                    crowd.settle(asked, answer);
                    continue;
                }
                () = at(turn, due), if may_start && due.is_some() => crowd.take_due(),
                place = place(turn, out), if may_start && room && self.len() > 0 => {
                    self.open(place, crowd.given_up.as_ref())
                }
                else => return,
            };
            if let Some(asked) = start {
                crowd.pace.start();
                let link = if asked.way == Way::Kept { idle.pop() } else { None };
                flying.push(asked.ask(transport, link, options.deadline));
                // A fresh connection takes the place of an idle one: each holds a file descriptor.
                idle.truncate(options.in_flight - flying.len());
            }
        }
    }

    /// The next token, its secret opened; none if all is said of it already.
    fn open(&mut self, place: Place, given_up: Option<&Error>) -> Option<Asked> {
        let (name, credential) = self.jobs.next()?;
        let credential = match (credential, given_up) {
            (Ok(credential), None) => credential,
            (Ok(_), Some(error)) => {
                place.put(refused(name, &self.server, error));
                return None;
            }
            (Err(error), _) => {
                place.put(Checked::unread(Some(name), error));
                return None;
            }
        };
        let here = *credential.server() == self.server && *credential.connection() == self.connection;
        let way = if here { Way::Kept } else { Way::Alone };
        Some(Asked { name, credential, place, way, attempt: 1, at: Instant::now() })
    }

    /// Says the same of all.
    async fn refuse(self, error: &Error, out: &Arc<Outbox>) {
        for (name, _) in self.jobs {
            out.place().await.put(refused(name, &self.server, error));
        }
    }
}

fn refused(name: String, server: &ServerUrl, error: &Error) -> Checked {
    Checked { name: Some(name), server: Some(server.as_str().to_owned()), outcome: Err(error.again()) }
}

async fn at(turn: Turn, due: Option<Instant>) {
    let paced = if let Turn::At(time) = turn { Some(time) } else { None };
    if let Some(time) = paced.max(due) {
        sleep_until(time.into()).await;
    }
}

/// A place among the results, at the server's pace.
async fn place(turn: Turn, out: &Arc<Outbox>) -> Place {
    at(turn, None).await;
    out.place().await
}

/// A token that is asked about. Its place among the results is kept from the start: answers are taken at once,
/// however slow their reader is.
struct Asked {
    name: String,
    credential: Credential,
    place: Place,
    way: Way,
    attempt: u32,
    /// When it is to be asked about, or was.
    at: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// On a kept connection.
    Kept,
    /// On a fresh one, after a first refusal.
    Fresh,
    /// The entry moved to another server meanwhile: asked there.
    Alone,
}

type Answer = (Result<Verified>, Limits);

impl Asked {
    /// Its answer, and the connection if it is to be kept.
    async fn ask(
        mut self,
        transport: &Transport,
        mut link: Option<Link>,
        deadline: Duration,
    ) -> (Self, Answer, Option<Link>) {
        self.at = Instant::now();
        if self.way == Way::Alone {
            // In a box, since it is rare and would make the future of every token as large.
            let verdict = Box::pin(self.credential.verify(deadline)).await;
            return (self, (verdict, Limits::default()), None);
        }
        let asked = timeout(deadline, self.credential.ask(transport, &mut link)).await;
        let answer = asked.unwrap_or_else(|_| (Err(self.credential.timed_out(deadline)), Limits::default()));
        let link = link.filter(|_| self.way == Way::Kept);
        (self, answer, link)
    }

    fn deliver(self, outcome: Result<Verified>) {
        let server = Some(self.credential.server().as_str().to_owned());
        self.place.put(Checked { name: Some(self.name), server, outcome });
    }
}

/// The tokens that have been taken up, and what their answers taught.
struct Crowd {
    pace: Pace,
    waiting: Vec<Asked>,
    given_up: Option<Error>,
}

impl Crowd {
    fn new(in_flight: usize) -> Self {
        Self { pace: Pace::new(in_flight), waiting: Vec::new(), given_up: None }
    }

    /// To say that a server was given up needs no turn.
    fn turn(&self) -> Turn {
        if self.given_up.is_some() { Turn::Now } else { self.pace.turn(Instant::now()) }
    }

    /// When the first of those that wait is to be asked about.
    fn due(&self) -> Option<Instant> {
        self.waiting.iter().map(|asked| asked.at).min()
    }

    fn take_due(&mut self) -> Option<Asked> {
        let first = (0..self.waiting.len()).min_by_key(|place| self.waiting[*place].at)?;
        Some(self.waiting.swap_remove(first))
    }

    /// Delivers a verdict, or decides when to ask again.
    fn settle(&mut self, mut asked: Asked, (verdict, limits): Answer) {
        let (now, started) = (Instant::now(), asked.at);
        let next = match &verdict {
            Err(error) if error.kind() == ErrorKind::RateLimited => {
                self.pace.limited(started, now, &limits, jitter())
            }
            Err(error) if is_no_verdict(error.kind()) => {
                self.pace.failed(started, now, asked.attempt, &limits, jitter())
            }
            _ => {
                self.pace.answered(started, now, &limits);
                return self.judged(asked, verdict, now);
            }
        };
        match (next, verdict) {
            (Next::Again(time), Err(error)) if self.given_up.is_none() => {
                asked.attempt += u32::from(error.kind() != ErrorKind::RateLimited);
                asked.at = time;
                self.waiting.push(asked);
            }
            (Next::GiveUpServer, Err(error)) if self.given_up.is_none() => {
                self.waiting.drain(..).for_each(|asked| asked.deliver(Err(error.again())));
                self.given_up = Some(error.again());
                asked.deliver(Err(error));
            }
            (_, verdict) => asked.deliver(verdict),
        }
    }

    /// One refusal is no verdict.
    fn judged(&mut self, mut asked: Asked, verdict: Result<Verified>, now: Instant) {
        match (asked.way, verdict) {
            (Way::Kept, Err(error)) if error.kind() == ErrorKind::TokenRejected => {
                (asked.way, asked.at) = (Way::Fresh, now);
                self.waiting.push(asked);
            }
            (Way::Fresh, again) => {
                let outcome = asked.credential.second_opinion(again);
                asked.deliver(outcome);
            }
            (_, verdict) => asked.deliver(verdict),
        }
    }
}

/// Whether the failure is the server's or the network's, and may pass.
fn is_no_verdict(kind: ErrorKind) -> bool {
    kind.may_retry() && kind != ErrorKind::ReplicasDisagree
}

/// Between 0 and 1: those who failed together do not come back together.
fn jitter() -> f64 {
    let mut random = [0; 4];
    // Without randomness they do, and nothing worse.
    let _ = aws_lc_rs::rand::fill(&mut random);
    f64::from(u32::from_ne_bytes(random)) / f64::from(u32::MAX)
}
