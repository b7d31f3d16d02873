use mmcred::{Error, ErrorKind};
use pyo3::prelude::*;

use crate::door;
use crate::entry::Verified;

/// What came of asking why a credential does not work, or what will soon go wrong.
///
/// >>> diagnosis = credential.diagnose()
/// >>> diagnosis.works, [finding.code for finding in diagnosis.findings]
/// (True, ['expires_soon'])
#[pyclass(module = "mmcred", frozen)]
pub struct Diagnosis(mmcred::Diagnosis);

impl From<mmcred::Diagnosis> for Diagnosis {
    fn from(diagnosis: mmcred::Diagnosis) -> Self {
        Self(diagnosis)
    }
}

#[pymethods]
impl Diagnosis {
    /// The base URL of the server that was asked.
    #[getter]
    fn server(&self) -> &str {
        &self.0.server
    }

    /// Whether the credential works; None where a network, a limit or a failing server kept it from being told.
    #[getter]
    fn works(&self) -> Option<bool> {
        self.0.works
    }

    /// What the server said of the owner; None where it did not accept the token.
    #[getter]
    fn verified(&self) -> Option<Verified> {
        self.0.verified.clone().map(Verified::from)
    }

    /// The way that was gone, in order.
    #[getter]
    fn steps(&self) -> Vec<Step> {
        self.0.steps.iter().map(Step::from).collect()
    }

    /// What was found, the worst first.
    #[getter]
    fn findings(&self) -> Vec<Finding> {
        self.0.findings.iter().map(Finding::from).collect()
    }

    /// All of it as JSON text, by the same names.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        door::enter(py, format_args!("to_json"), || {
            serde_json::to_string(&self.0)
                .map_err(|_| Error::new(ErrorKind::Internal, "The diagnosis could not be written as JSON."))
        })
    }

    fn __repr__(&self) -> String {
        let works = self.0.works.map_or("None", |works| if works { "True" } else { "False" });
        let codes: Vec<_> = self.0.findings.iter().map(|finding| finding.kind.name()).collect();
        format!("Diagnosis(server='{}', works={works}, findings=[{}])", self.0.server, codes.join(", "))
    }
}

/// A step of the way.
#[pyclass(module = "mmcred", frozen, get_all, eq)]
#[derive(PartialEq)]
pub struct Step {
    /// Its name.
    name: &'static str,
    /// How it ended: "passed", "warned", "undecided", "failed" or "skipped".
    mark: &'static str,
    /// What was seen, in a few words.
    says: String,
}

impl From<&mmcred::Step> for Step {
    fn from(step: &mmcred::Step) -> Self {
        Self { name: step.name, mark: step.mark.name(), says: step.says.clone() }
    }
}

#[pymethods]
impl Step {
    fn __repr__(&self) -> String {
        format!("Step({}: {} {:?})", self.name, self.mark, self.says)
    }
}

/// One thing that was found: what it was seen by, what causes it, and what to do.
#[pyclass(module = "mmcred", frozen, get_all, eq)]
#[derive(PartialEq)]
pub struct Finding {
    /// The ledger's name of it, the same in every language.
    code: &'static str,
    /// The ledger's number of it.
    number: u32,
    /// "note", "warning", "undecided" or "error".
    severity: &'static str,
    /// "exact" where the evidence proves it, else "likely".
    certainty: &'static str,
    /// What was seen, a sentence each.
    evidence: Vec<String>,
    /// Why it is so.
    cause: &'static str,
    /// What the user of the credential can do.
    fix: &'static str,
    /// What an administrator can do, in the words of Mattermost's own pages.
    admin_fix: Option<&'static str>,
    /// A command that does or prepares the fix; what is in capitals is for the reader to replace.
    call: Option<String>,
}

impl From<&mmcred::Finding> for Finding {
    fn from(finding: &mmcred::Finding) -> Self {
        let kind = finding.kind;
        Self {
            code: kind.name(),
            number: kind.number(),
            severity: kind.severity().name(),
            certainty: if kind.is_certain() { "exact" } else { "likely" },
            evidence: finding.evidence.clone(),
            cause: finding.cause(),
            fix: finding.fix(),
            admin_fix: finding.admin_fix(),
            call: finding.call.clone(),
        }
    }
}

#[pymethods]
impl Finding {
    fn __repr__(&self) -> String {
        let Self { code, severity, certainty, evidence, .. } = self;
        format!("Finding({code}: {severity}, {certainty}, evidence={evidence:?})")
    }
}

/// The answer to a test, as a dict.
#[derive(IntoPyObject)]
pub struct TestResult {
    status: &'static str,
    message: String,
}

impl From<mmcred::TestResult> for TestResult {
    fn from(mmcred::TestResult { status, message, .. }: mmcred::TestResult) -> Self {
        Self { status, message }
    }
}
