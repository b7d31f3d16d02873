//! Awaitables without a thread of ours in the interpreter: results wait in a queue until the event loop, woken
//! through a socket pair, takes them. One port an event loop.

use std::future::{Future, poll_fn};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use mmcred::Result;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::argument::{
    AdminName, Create, Folder, GivenAdmin, GivenCredential, GivenVault, InFlight, KeyFile, Name, Names,
    NewName, Replace, Timeout,
};
use crate::diagnosis::{Diagnosis, TestResult};
use crate::door;
use crate::entry::Verified;
use crate::vault::{Vault, options};
use crate::verify_all::{self, Checked, VerifyAll};

/// Turns a result into what the awaiting code gets. Called by the event loop.
type Delivery = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

/// Both ends are kept here, so that writing never meets a closed one.
struct Queue {
    done: Mutex<Vec<(u64, Delivery)>>,
    bell: UnixStream,
    ear: UnixStream,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Vec<(u64, Delivery)>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rings once for whatever number of results until the loop takes them.
    fn deliver(&self, number: u64, delivery: Delivery) {
        let mut done = self.lock();
        done.push((number, delivery));
        if done.len() == 1 {
            let _ = (&self.bell).write(&[0]);
        }
    }
}

/// Carries results to one event loop.
#[pyclass(module = "mmcred._native", frozen)]
pub struct Port {
    queue: Arc<Queue>,
}

/// A started call, if it has not ended at once. Cancelling it drops the request.
#[pyclass(module = "mmcred._native", frozen)]
pub struct Running(Option<AbortHandle>);

#[pymethods]
impl Running {
    fn cancel(&self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

impl Port {
    fn start<T: Send + 'static>(
        &self,
        number: u64,
        what: String,
        convert: fn(Python<'_>, T) -> PyResult<Py<PyAny>>,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Running {
        let queue = Arc::clone(&self.queue);
        let mut task = Box::pin(async move {
            let done = door::guarded(work).await;
            let delivery = move |py: Python<'_>| {
                door::leave(py, format_args!("{what}"), done).and_then(|value| convert(py, value))
            };
            queue.deliver(number, Box::new(delivery));
        });
        // Begun here: what ends without waiting crosses no thread, and a request leaves at once. Certificates are not read here
        // (`Transport::new`); a vault is, as by the verbs that are not awaited.
        // The runtime is asked for at each call, because the port may have been made before a fork.
        let begin = || {
            mmcred::block_on(poll_fn(|context| Poll::Ready((task.as_mut().poll(context), Handle::current()))))
        };
        // Detached, since it may have to wait for a fork, which waits for the interpreter.
        let (begun, runtime) = Python::attach(|py| py.detach(begin));
        Running(begun.is_pending().then(|| runtime.spawn(task).abort_handle()))
    }
}

fn convert<T: for<'py> IntoPyObject<'py>>(py: Python<'_>, value: T) -> PyResult<Py<PyAny>> {
    value.into_py_any(py)
}

#[pymethods]
impl Port {
    #[new]
    fn new() -> PyResult<Self> {
        let (bell, ear) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        ear.set_nonblocking(true)?;
        Ok(Self { queue: Arc::new(Queue { done: Mutex::default(), bell, ear }) })
    }

    /// What the event loop reads from.
    fn fileno(&self) -> i32 {
        self.queue.ear.as_raw_fd()
    }

    /// The results that arrived, each with its number: a value and None, or None and an exception.
    fn take(&self, py: Python<'_>) -> Vec<(u64, Option<Py<PyAny>>, Option<PyErr>)> {
        // The bell first: what is delivered after it rings again.
        let _ = (&self.queue.ear).read(&mut [0; 64]);
        let done = std::mem::take(&mut *self.queue.lock());
        let open = |(number, delivery): (u64, Delivery)| match delivery(py) {
            Ok(value) => (number, Some(value), None),
            Err(error) => (number, None, Some(error)),
        };
        done.into_iter().map(open).collect()
    }

    fn verify(&self, number: u64, credential: GivenCredential, timeout: Timeout) -> Running {
        let GivenCredential(credential) = credential;
        let what = format!("verify at {}", credential.server());
        self.start(number, what, |py, done| convert(py, Verified::from(done)), async move {
            credential.verify(timeout.0).await
        })
    }

    fn vault_verify(&self, number: u64, vault: GivenVault, name: Name, timeout: Timeout) -> Running {
        let (GivenVault(vault), Name(name)) = (vault, name);
        self.start(
            number,
            format!("verify {name:?}"),
            |py, done| convert(py, Verified::from(done)),
            async move { vault.verify(&name, timeout.0).await },
        )
    }

    fn verify_all(
        &self,
        number: u64,
        vault: GivenVault,
        names: Option<Names>,
        in_flight: InFlight,
        timeout: Timeout,
    ) -> Running {
        let GivenVault(vault) = vault;
        let made = |py: Python<'_>, run| convert(py, VerifyAll::new(run));
        let begin =
            move || vault.verify_all(names.map(|names| names.0), &verify_all::options(&in_flight, &timeout)?);
        self.start(number, "verify_all".to_owned(), made, door::blocking(begin))
    }

    /// A list of what has arrived; empty at the end.
    fn verify_all_next(&self, number: u64, run: &VerifyAll) -> Running {
        let run = Arc::clone(&run.run);
        let made = |py: Python<'_>, batch| convert(py, Checked::list(py, batch)?);
        self.start(number, "verify_all".to_owned(), made, async move { verify_all::next_batch(&run).await })
    }

    #[pyo3(signature = (number, credential, admin, timeout))]
    fn diagnose(
        &self,
        number: u64,
        credential: GivenCredential,
        admin: Option<GivenAdmin>,
        timeout: Timeout,
    ) -> Running {
        let GivenCredential(credential) = credential;
        let what = format!("diagnose at {}", credential.server());
        self.start(number, what, |py, done| convert(py, Diagnosis::from(done)), async move {
            let admin = admin.as_ref().map(|admin| &*admin.0);
            Ok(credential.diagnose(None, admin, timeout.0).await)
        })
    }

    #[pyo3(signature = (number, vault, name, admin, timeout))]
    fn vault_diagnose(
        &self,
        number: u64,
        vault: GivenVault,
        name: Name,
        admin: Option<AdminName>,
        timeout: Timeout,
    ) -> Running {
        let (GivenVault(vault), Name(name)) = (vault, name);
        let what = format!("diagnose {name:?}");
        self.start(number, what, |py, done| convert(py, Diagnosis::from(done)), async move {
            vault.diagnose(&name, admin.as_ref().map(|admin| admin.0.as_str()), timeout.0).await
        })
    }

    fn test(&self, number: u64, credential: GivenCredential, timeout: Timeout) -> Running {
        let GivenCredential(credential) = credential;
        let what = format!("test at {}", credential.server());
        self.start(number, what, |py, done| convert(py, TestResult::from(done)), async move {
            Ok(credential.test(timeout.0).await)
        })
    }

    #[pyo3(signature = (number, path, create, key_file))]
    fn open(&self, number: u64, path: Option<Folder>, create: Create, key_file: Option<KeyFile>) -> Running {
        let options = options(path, &create, key_file);
        let made = |py: Python<'_>, vault| convert(py, Vault { inner: Arc::new(vault) });
        self.start(number, "open".to_owned(), made, door::blocking(|| options.open()))
    }

    fn put(
        &self,
        number: u64,
        vault: GivenVault,
        name: Name,
        credential: GivenCredential,
        replace: Replace,
    ) -> Running {
        let (GivenVault(vault), Name(name), GivenCredential(credential)) = (vault, name, credential);
        let what = format!("put {name:?}");
        self.start(number, what, convert, door::blocking(move || vault.put(&name, &credential, replace.0)))
    }

    fn remove(&self, number: u64, vault: GivenVault, name: Name) -> Running {
        let (GivenVault(vault), Name(name)) = (vault, name);
        self.start(number, format!("remove {name:?}"), convert, door::blocking(move || vault.remove(&name)))
    }

    fn rename(&self, number: u64, vault: GivenVault, name: Name, to: NewName) -> Running {
        let (GivenVault(vault), Name(name), NewName(to)) = (vault, name, to);
        let what = format!("rename {name:?} to {to:?}");
        self.start(number, what, convert, door::blocking(move || vault.rename(&name, &to)))
    }

    fn close(&self, number: u64, vault: GivenVault) -> Running {
        let GivenVault(vault) = vault;
        self.start(number, "close".to_owned(), convert, door::blocking(move || vault.close()))
    }
}
