//! The one doorway: every call passes through here, and only here is known what the interpreter demands. Work runs
//! detached from it, failures become exceptions, a panic becomes the error `internal`, and each call may be logged.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use mmcred::{Error, ErrorKind, Result};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// How long Ctrl-C may go unnoticed while the network is waited for.
const PATIENCE: Duration = Duration::from_millis(100);

/// Runs `work` detached from the interpreter.
pub fn enter<T: Send>(
    py: Python<'_>,
    what: fmt::Arguments<'_>,
    work: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    leave(py, what, py.detach(|| guard(work)))
}

/// Waits for `work` on this process's runtime, detached from the interpreter; Ctrl-C drops it.
pub fn wait<T: Send>(
    py: Python<'_>,
    what: fmt::Arguments<'_>,
    work: impl Future<Output = Result<T>> + Send,
) -> PyResult<T> {
    let mut work = pin!(guarded(work));
    let done = loop {
        let a_while = || Ok(mmcred::block_on(async { tokio::time::timeout(PATIENCE, work.as_mut()).await }));
        match py.detach(|| guard(a_while)) {
            Ok(Ok(done)) => break done,
            Ok(Err(_elapsed)) => py.check_signals()?,
            Err(bug) => break Err(bug),
        }
    };
    leave(py, what, done)
}

/// What a call gives back to Python.
pub fn leave<T>(py: Python<'_>, what: fmt::Arguments<'_>, done: Result<T>) -> PyResult<T> {
    // A failing handler of the host's logging is the host's to see.
    log(py, what, done.as_ref().err())?;
    done.map_err(|error| to_python(py, &error))
}

fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(bug()))
}

/// A future that ends with the error `internal` where it would panic.
pub async fn guarded<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        let poll = || work.as_mut().poll(context);
        catch_unwind(AssertUnwindSafe(poll)).unwrap_or_else(|_| Poll::Ready(Err(bug())))
    })
    .await
}

/// [`guard`] for work that blocks a thread of the runtime's.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(move || guard(work)).await.unwrap_or_else(|_| Err(bug()))
}

fn bug() -> Error {
    Error::new(ErrorKind::Internal, "mmcred failed in a way that it should not.")
}

/// The exception of the error's class, made by Python's side of the ledger.
pub fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    static CLASSES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = || {
        let classes = CLASSES
            .get_or_try_init(py, || py.import("mmcred._errors")?.getattr("BY_CODE").map(Bound::unbind))?;
        let details = PyDict::new(py);
        details.set_item("hint", error.hint())?;
        details.set_item("retry_after", error.retry_after().map(|wait| wait.as_secs_f64()))?;
        details.set_item("request_id", error.request_id())?;
        let class = classes.bind(py).get_item(error.kind().name())?;
        class.call((error.message(),), Some(&details)).map(PyErr::from_value)
    };
    make().unwrap_or_else(|failure| failure)
}

/// The exception for an argument of the wrong type or out of range.
pub fn invalid_argument(py: Python<'_>, message: String) -> PyErr {
    to_python(py, &Error::new(ErrorKind::InvalidArgument, message))
}

/// Why an object can be neither copied nor pickled.
pub fn not_copied(class: &str, why: &str) -> PyErr {
    PyTypeError::new_err(format!("A {class} can be neither pickled nor copied: {why}."))
}

/// Writes a line for the logger `mmcred`, at debug level. As long as nobody has imported `logging`, nobody listens.
fn log(py: Python<'_>, what: fmt::Arguments<'_>, error: Option<&Error>) -> PyResult<()> {
    static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    const DEBUG: u8 = 10;
    let logger = match LOGGER.get(py) {
        Some(logger) => logger,
        None => {
            let find = || Ok::<_, PyErr>(py.import("sys")?.getattr("modules")?.cast_into()?.unbind());
            let modules = MODULES.get_or_try_init(py, find)?.bind(py);
            let Some(logging) = modules.get_item(intern!(py, "logging"))? else { return Ok(()) };
            // Half imported by another thread: it has no loggers yet.
            let Ok(get) = logging.getattr("getLogger") else { return Ok(()) };
            LOGGER.get_or_try_init(py, || get.call1(("mmcred",)).map(Bound::unbind))?
        }
    };
    let logger = logger.bind(py);
    if !logger.call_method1(intern!(py, "isEnabledFor"), (DEBUG,))?.is_truthy()? {
        return Ok(());
    }
    let outcome = error.map_or_else(|| "ok".to_owned(), |error| format!("{}: {error}", error.kind().name()));
    logger.call_method1("debug", ("%s: %s", what.to_string(), outcome)).map(drop)
}
