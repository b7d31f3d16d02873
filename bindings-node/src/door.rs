//! The one door: each exported function passes through it. It turns failures into values that JavaScript
//! throws (an error of napi's async functions would lose its code), and bugs into `internal`.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use mmcred::{Error, ErrorKind, Result};
use napi::bindgen_prelude::{Either, PromiseRaw, ToNapiValue};
use napi::{Env, tokio};
use napi_derive::napi;

/// What a function gives to JavaScript.
pub type Outcome<T> = Either<T, Failure>;

/// The promise of it.
pub type Promised<'env, T> = napi::Result<PromiseRaw<'env, Outcome<T>>>;

/// An error on its way to the class that JavaScript throws.
#[napi(object)]
pub struct Failure {
    /// The ledger's name. No other value that leaves here has a property of this name.
    pub failure: String,
    pub message: String,
    pub hint: String,
    pub retry_after: Option<f64>,
    pub request_id: Option<String>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            failure: error.kind().name().to_owned(),
            message: error.message().to_owned(),
            hint: error.hint().to_owned(),
            retry_after: error.retry_after().map(|wait| wait.as_secs_f64()),
            request_id: error.request_id().map(str::to_owned),
        }
    }
}

/// Runs `work` here and now, on JavaScript's thread.
pub fn enter<T>(work: impl FnOnce() -> Result<T>) -> Outcome<T> {
    outcome(catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(bug())))
}

/// Reads the arguments now, and runs the job they make on a thread that may not be kept for long.
pub fn promise<'env, T, J>(env: &'env Env, read: impl FnOnce() -> Result<J>) -> Promised<'env, T>
where
    T: ToNapiValue + Send + 'static,
    J: FnOnce() -> Result<T> + Send + 'static,
{
    promise_of(env, || read().map(|job| async move { job() }))
}

/// The same for a job that waits for a lock or a disk.
pub fn promise_later<'env, T, J>(env: &'env Env, read: impl FnOnce() -> Result<J>) -> Promised<'env, T>
where
    T: ToNapiValue + Send + 'static,
    J: FnOnce() -> Result<T> + Send + 'static,
{
    promise_of(env, || {
        read().map(|job| async { tokio::task::spawn_blocking(job).await.unwrap_or_else(|_| Err(bug())) })
    })
}

/// The same for a job that waits for the network.
pub fn promise_of<'env, T, F>(env: &'env Env, read: impl FnOnce() -> Result<F>) -> Promised<'env, T>
where
    T: ToNapiValue + Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let begun = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(bug()));
    env.spawn_future(async {
        Ok(outcome(match begun {
            Ok(work) => Guarded(pin!(work)).await,
            Err(error) => Err(error),
        }))
    })
}

/// A future whose panic is its failure.
struct Guarded<'a, F>(Pin<&'a mut F>);

impl<T, F: Future<Output = Result<T>>> Future for Guarded<'_, F> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let poll = AssertUnwindSafe(|| self.0.as_mut().poll(context));
        catch_unwind(poll).unwrap_or_else(|_| Poll::Ready(Err(bug())))
    }
}

fn outcome<T>(result: Result<T>) -> Outcome<T> {
    match result {
        Ok(value) => Either::A(value),
        Err(error) => Either::B(error.into()),
    }
}

fn bug() -> Error {
    Error::new(ErrorKind::Internal, "A bug in mmcred stopped the call.")
}

/// A bug on purpose, for the tests of this door.
#[cfg(debug_assertions)]
#[napi]
pub fn provoke_bug() -> Outcome<()> {
    enter(|| panic!("a bug on purpose"))
}

/// The same behind a promise.
#[cfg(debug_assertions)]
#[napi]
pub fn provoke_bug_later(env: &Env) -> Promised<'_, ()> {
    promise(env, || Ok(|| panic!("a bug on purpose")))
}
