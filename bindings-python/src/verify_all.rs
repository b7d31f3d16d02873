use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mmcred::{Result, VerifyAllOptions};
use pyo3::prelude::*;

use crate::argument::{InFlight, Timeout};
use crate::door;
use crate::entry::{Verified, quoted};

/// How many results cross from the core at a time.
const BATCH: usize = 256;

/// What became of one entry: it was `verified`, or there is an `error`.
#[pyclass(module = "mmcred", frozen, get_all)]
pub struct Checked {
    /// The entry's name; None for a row that is too damaged to tell it.
    name: Option<String>,
    /// The server's base URL; None for an entry that can not be read.
    server: Option<String>,
    /// Whether the token works.
    ok: bool,
    /// What the server said; None if the token does not work.
    verified: Option<Py<Verified>>,
    /// Why it does not; None if it works.
    error: Option<Py<PyAny>>,
}

impl Checked {
    pub fn new(py: Python<'_>, checked: mmcred::Checked) -> PyResult<Self> {
        let mmcred::Checked { name, server, outcome, .. } = checked;
        let (verified, error) = match outcome {
            Ok(verified) => (Some(Py::new(py, Verified::from(verified))?), None),
            Err(error) => (None, Some(door::to_python(py, &error).into_value(py).into_any())),
        };
        Ok(Self { name, server, ok: error.is_none(), verified, error })
    }

    pub fn list(py: Python<'_>, batch: Vec<mmcred::Checked>) -> PyResult<Vec<Self>> {
        batch.into_iter().map(|checked| Self::new(py, checked)).collect()
    }
}

#[pymethods]
impl Checked {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let name = self.name.as_deref().map_or_else(|| "None".to_owned(), quoted);
        let error = self.error.as_ref().map(|error| error.bind(py).repr()).transpose()?;
        Ok(match (&self.verified, error) {
            (Some(verified), _) => format!("Checked(name={name}, verified={})", verified.get().__repr__()),
            (None, error) => format!(
                "Checked(name={name}, error={})",
                error.map_or_else(String::new, |error| error.to_string())
            ),
        })
    }
}

/// A run of `Vault.verify_all`: an iterator over results in the order in which they arrive.
#[pyclass(module = "mmcred", frozen)]
pub struct VerifyAll {
    pub run: Arc<mmcred::VerifyAll>,
    ready: Mutex<VecDeque<mmcred::Checked>>,
}

impl VerifyAll {
    pub fn new(run: mmcred::VerifyAll) -> Self {
        Self { run: Arc::new(run), ready: Mutex::default() }
    }

    fn ready(&self) -> MutexGuard<'_, VecDeque<mmcred::Checked>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl VerifyAll {
    /// How many results there will be in all.
    #[getter]
    fn total(&self) -> usize {
        self.run.total()
    }

    /// Ends the run: its requests are dropped, and there are no more results.
    fn close(&self) {
        self.run.close();
        self.ready().clear();
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Checked>> {
        let mut next = self.ready().pop_front();
        if next.is_none() {
            let mut batch =
                VecDeque::from(door::wait(py, format_args!("verify_all"), next_batch(&self.run))?);
            next = batch.pop_front();
            self.ready().append(&mut batch);
        }
        next.map(|checked| Checked::new(py, checked)).transpose()
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyAny>) {
        self.close();
    }

    fn __reduce_ex__(&self, _protocol: u8) -> PyResult<()> {
        Err(door::not_copied("VerifyAll", "it belongs to its process"))
    }

    fn __copy__(&self) -> PyResult<()> {
        self.__reduce_ex__(0)
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> PyResult<()> {
        self.__reduce_ex__(0)
    }
}

pub async fn next_batch(run: &mmcred::VerifyAll) -> Result<Vec<mmcred::Checked>> {
    run.batch(BATCH).await
}

/// How to check many tokens, from Python's arguments.
pub fn options(in_flight: &InFlight, timeout: &Timeout) -> Result<VerifyAllOptions> {
    Ok(VerifyAllOptions::new().in_flight(in_flight.0)?.deadline(timeout.0))
}
