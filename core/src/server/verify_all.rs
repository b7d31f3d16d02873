//! Many tokens at once: what is asked is planned in lanes, one a server, and results come as they arrive.

use std::collections::HashMap;
use std::io;
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use serde::ser::{Serialize, SerializeMap, Serializer};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;

use super::lane::{Job, Lane};
use super::outbox::{End, Outbox};
use super::verify::{DEFAULT_DEADLINE, Verified};
use crate::error::{Error, Result};
use crate::fork_gate;
use crate::{Connection, Credential, ErrorKind, ServerUrl};

/// How many requests may be in flight in all, whatever the number of servers: each holds a file descriptor.
const MOST_IN_FLIGHT: usize = 512;

/// How many results wait for whoever is slow to take them; then nothing more is asked.
const BACKLOG: usize = 2 * MOST_IN_FLIGHT;

/// How to check many tokens.
///
/// ```
/// use std::time::Duration;
/// let options = mmcred::VerifyAllOptions::new().in_flight(256)?.deadline(Duration::from_secs(3));
/// # Ok::<(), mmcred::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifyAllOptions {
    pub(super) in_flight: usize,
    pub(super) deadline: Duration,
}

impl Default for VerifyAllOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl VerifyAllOptions {
    /// 64 requests in flight at each server, ten seconds for each.
    pub fn new() -> Self {
        Self { in_flight: 64, deadline: DEFAULT_DEADLINE }
    }

    /// How many requests may be in flight at one server.
    ///
    /// # Errors
    /// `invalid_argument` unless it is between 1 and 512.
    pub fn in_flight(mut self, in_flight: usize) -> Result<Self> {
        if !(1..=MOST_IN_FLIGHT).contains(&in_flight) {
            let message = format!("The argument in_flight must be between 1 and {MOST_IN_FLIGHT}.");
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        self.in_flight = in_flight;
        Ok(self)
    }

    /// How long one request may take in all.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

/// What became of one token.
///
/// Serializes to `name`, `server`, `ok`, and then either the members of [`Verified`] or `error`, the members of [`Error`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Checked {
    /// The name it was given; `None` for a row of a vault that is too damaged to tell its name.
    pub name: Option<String>,
    /// The server's base URL; `None` for an entry that could not be read.
    pub server: Option<String>,
    /// As [`Credential::verify`] says it.
    pub outcome: Result<Verified>,
}

impl Checked {
    /// One that could not even be asked about.
    pub(crate) fn unread(name: Option<String>, error: Error) -> Self {
        Self { name, server: None, outcome: Err(error) }
    }
}

impl Serialize for Checked {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("server", &self.server)?;
        map.serialize_entry("ok", &self.outcome.is_ok())?;
        match &self.outcome {
            Ok(verified) => {
                map.serialize_entry("user_id", &verified.user_id)?;
                map.serialize_entry("username", &verified.username)?;
                map.serialize_entry("roles", &verified.roles)?;
                map.serialize_entry("is_bot", &verified.is_bot)?;
                map.serialize_entry("server_version", &verified.server_version)?;
            }
            Err(error) => map.serialize_entry("error", error)?,
        }
        map.end()
    }
}

/// Asks about each credential, by the rules of [`Credential::verify`]. The names are only given back.
///
/// Connections are kept, at most `in_flight` to a server. What a server's limiter says is obeyed, by all requests to
/// it. A 429, a 5xx or a network failure is asked again, a few times; it never is a verdict on the token. A server
/// that is down, or makes everybody wait for more than a minute, is given up, and all its tokens with its error.
///
/// ```no_run
/// # async fn example(credentials: Vec<(String, mmcred::Credential)>) -> mmcred::Result<()> {
/// let run = mmcred::verify_all(credentials, &mmcred::VerifyAllOptions::new());
/// while let Some(checked) = run.next().await? {
///     println!("{:?}: {:?}", checked.name, checked.outcome);
/// }
/// # Ok(()) }
/// ```
pub fn verify_all(
    credentials: impl IntoIterator<Item = (String, Credential)>,
    options: &VerifyAllOptions,
) -> VerifyAll {
    let mut plan = Plan::<(String, Credential)>::default();
    for (name, credential) in credentials {
        let place = (credential.server().clone(), credential.connection().clone());
        plan.add(place, (name, credential));
    }
    plan.start(options, |(name, credential), _| (name, Ok(credential)))
}

/// What is to be asked, by server and by how it is reached.
pub(crate) struct Plan<T> {
    lanes: HashMap<(ServerUrl, Connection), Vec<T>>,
    unread: Vec<Checked>,
}

impl<T> Default for Plan<T> {
    fn default() -> Self {
        Self { lanes: HashMap::new(), unread: Vec::new() }
    }
}

impl<T: Send + 'static> Plan<T> {
    pub(crate) fn add(&mut self, place: (ServerUrl, Connection), item: T) {
        self.lanes.entry(place).or_default().push(item);
    }

    pub(crate) fn add_unread(&mut self, name: Option<String>, error: Error) {
        self.unread.push(Checked::unread(name, error));
    }

    /// Starts to ask; `open` makes a credential of an item when its turn comes.
    pub(crate) fn start(
        self,
        options: &VerifyAllOptions,
        open: impl Fn(T, &Connection) -> Job + Clone + Send + 'static,
    ) -> VerifyAll {
        let mut lanes: Vec<Lane> = self
            .lanes
            .into_iter()
            .map(|(place, items)| {
                let (open, connection) = (open.clone(), place.1.clone());
                Lane::new(place, items.into_iter().map(move |item| open(item, &connection)))
            })
            .collect();
        // Small ones first: a large one that is slow holds nobody up.
        lanes.sort_by_key(Lane::len);
        VerifyAll::start(lanes, self.unread, options.clone())
    }
}

/// A run of [`verify_all()`] or [`Vault::verify_all`](crate::Vault::verify_all): results in the order in which they
/// arrive. Dropping it ends the run. It may be shared; each result goes to one taker.
#[derive(Debug)]
pub struct VerifyAll {
    process: u32,
    total: usize,
    outbox: Arc<Outbox>,
    unstarted: Option<io::Error>,
}

impl VerifyAll {
    fn start(lanes: Vec<Lane>, unread: Vec<Checked>, options: VerifyAllOptions) -> Self {
        let total = unread.len() + lanes.iter().map(Lane::len).sum::<usize>();
        let outbox = Arc::new(Outbox::new(BACKLOG));
        let run = Run(Arc::clone(&outbox));
        // Where the system starts no thread, the future is dropped, and with it `Run`: the run is broken.
        let started = on_its_own_thread(async move {
            tokio::select! {
                biased;
                () = run.0.attend() => {}
                () = drive(lanes, unread, &options, &run.0) => run.0.end(End::Complete),
            }
        });
        Self { process: process::id(), total, outbox, unstarted: started.err() }
    }

    /// How many results there will be in all.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The next result, waited for; `None` when there are no more. Cancel safe.
    ///
    /// # Errors
    /// As [`batch`](Self::batch).
    pub async fn next(&self) -> Result<Option<Checked>> {
        Ok(self.batch(1).await?.pop())
    }

    /// The results that have arrived, at most so many, at least one; none when there are no more. Cancel safe.
    ///
    /// # Errors
    /// `closed` in a process that was forked since the run began; `internal` if the run broke off.
    pub async fn batch(&self, most: usize) -> Result<Vec<Checked>> {
        // Before the lock, which another thread of the parent may have held.
        if self.is_inherited() {
            return Err(Error::new(ErrorKind::Closed, "The run belongs to the process that began it."));
        }
        match self.outbox.take(most.max(1)).await {
            Ok(batch) => Ok(batch),
            Err(End::Complete | End::Closed) => Ok(Vec::new()),
            Err(End::Broken) => Err(match &self.unstarted {
                Some(source) => Error::new(
                    ErrorKind::Internal,
                    format!("The run could not be started: {source}."),
                )
                .with_hint(
                    "Free threads and file descriptors, or raise the limits on them (ulimit -u, ulimit -n).",
                ),
                None => Error::new(ErrorKind::Internal, "The run broke off."),
            }),
        }
    }

    /// Ends the run: its requests are dropped, and there are no more results.
    pub fn close(&self) {
        // A child has no such thread, and may have inherited its lock taken.
        if !self.is_inherited() {
            self.outbox.end(End::Closed);
        }
    }

    fn is_inherited(&self) -> bool {
        process::id() != self.process
    }
}

impl Drop for VerifyAll {
    fn drop(&mut self) {
        self.close();
        if self.is_inherited() {
            // Locks in it may be held by a thread that is not in this process.
            std::mem::forget(Arc::clone(&self.outbox));
        }
    }
}

/// The end of a run whose thread ends without having said so.
struct Run(Arc<Outbox>);

impl Drop for Run {
    fn drop(&mut self) {
        self.0.end(End::Broken);
    }
}

/// What belongs together stays together: to pass answers from one thread to the next costs a fifth of the processor's time,
/// and reading the vault would hold up whatever else runs on a shared runtime.
fn on_its_own_thread(work: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let runtime = {
        let _pass = fork_gate::pass();
        // A few answers at a time, so that their servers do not wait for the next requests until all are judged.
        Builder::new_current_thread().max_io_events_per_tick(16).enable_all().build()?
    };
    thread::Builder::new().name("mmcred-verify".to_owned()).spawn(move || runtime.block_on(work)).map(drop)
}

async fn drive(lanes: Vec<Lane>, unread: Vec<Checked>, options: &VerifyAllOptions, out: &Arc<Outbox>) {
    for checked in unread {
        out.place().await.put(checked);
    }
    let room = &Semaphore::new(MOST_IN_FLIGHT);
    let run = |lane: Lane| async move {
        let wanted = lane.len().min(options.in_flight);
        let _held = room.acquire_many(wanted as u32).await;
        lane.run(options, out).await;
    };
    stream::iter(lanes).for_each_concurrent(MOST_IN_FLIGHT, run).await;
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use tokio::time::timeout;

    use super::*;

    fn run(open: impl Fn((), &Connection) -> Job + Clone + Send + 'static) -> VerifyAll {
        let mut plan = Plan::default();
        plan.add((ServerUrl::parse("https://127.0.0.1:1").unwrap(), Connection::default()), ());
        plan.start(&VerifyAllOptions::new(), open)
    }

    #[tokio::test]
    async fn a_run_whose_thread_panics_is_broken_and_tells_all_who_wait() {
        let run = run(|(), _| panic!("as a test wants it"));
        let told = timeout(Duration::from_secs(5), join_all([run.next(), run.next(), run.next()]));
        for told in told.await.unwrap() {
            assert_eq!(told.unwrap_err().kind(), ErrorKind::Internal);
        }
    }

    #[tokio::test]
    async fn a_run_of_another_process_is_closed_and_left_alone() {
        let missing = || Err(Error::new(ErrorKind::EntryMissing, ""));
        let mut run = run(move |(), _| (String::new(), missing()));
        run.process += 1;
        assert_eq!(run.next().await.unwrap_err().kind(), ErrorKind::Closed);
        run.close();
        let outbox = Arc::clone(&run.outbox);
        drop(run);
        for expected in [Ok(1), Err(End::Complete)] {
            let taken = timeout(Duration::from_secs(5), outbox.take(2)).await.unwrap();
            assert_eq!(taken.map(|taken| taken.len()), expected);
        }
    }
}
