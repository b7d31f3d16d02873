use serde::{Serialize, Serializer};

use super::evidence::Evidence;
use super::finding::{Finding, FindingKind, Severity};
use super::{Diagnosis, answer, owner, token, way};

/// How a step of the walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// All is well there.
    Passed,
    /// It works, with a finding to read.
    Warned,
    /// It can not be told now.
    Undecided,
    /// The credential does not get past it.
    Failed,
    /// It was not reached, or there was nothing to look at.
    Skipped,
}

impl Mark {
    /// The name in every language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Undecided => "undecided",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A step of the walk.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// How it ended.
    pub mark: Mark,
    /// What was seen, in a few words.
    pub says: String,
}

/// What one step has to say.
#[derive(Default)]
pub(super) struct Outcome {
    says: String,
    looked: bool,
    findings: Vec<Finding>,
}

impl Outcome {
    /// Nothing to look at.
    pub(super) fn skipped() -> Self {
        Self::default()
    }

    /// Nothing was looked at, for that reason.
    pub(super) fn left_out(why: &str) -> Self {
        Self { says: why.to_owned(), ..Self::default() }
    }

    pub(super) fn says(says: impl Into<String>) -> Self {
        Self { says: says.into(), looked: true, findings: Vec::new() }
    }

    pub(super) fn finding(mut self, finding: impl Into<Option<Finding>>) -> Self {
        self.findings.extend(finding.into());
        self
    }

    /// A step that ends with one finding.
    pub(super) fn ends(kind: FindingKind, evidence: impl Into<String>) -> Self {
        let evidence = evidence.into();
        Self::says(evidence.clone()).finding(Finding::new(kind, evidence))
    }

    fn mark(&self) -> Mark {
        match self.findings.iter().map(|finding| finding.kind.severity()).max() {
            Some(Severity::Error) => Mark::Failed,
            Some(Severity::Undecided) => Mark::Undecided,
            Some(Severity::Warning) => Mark::Warned,
            Some(Severity::Note) | None if self.looked => Mark::Passed,
            _ => Mark::Skipped,
        }
    }
}

type Look = fn(&Evidence) -> Outcome;

/// The walk: each step is the function of its name.
const WALK: [(&str, Look); 14] = [
    ("address", way::address),
    ("host_name", way::host_name),
    ("connection", way::connection),
    ("encryption", way::encryption),
    ("redirect", answer::redirect),
    ("in_between", answer::in_between),
    ("mattermost", answer::mattermost),
    ("base_url", answer::base_url),
    ("token_shape", token::token_shape),
    ("acceptance", token::acceptance),
    ("exact_cause", token::exact_cause),
    ("rights", owner::rights),
    ("expiry", owner::expiry),
    ("clock", owner::clock),
];

/// Goes the way over the evidence and tells what it saw.
pub(super) fn walk(evidence: &Evidence, name: Option<&str>) -> Diagnosis {
    let mut steps = Vec::new();
    let mut findings = Vec::new();
    for (step, look) in WALK {
        let outcome = look(evidence);
        let mark = outcome.mark();
        steps.push(Step { name: step, mark, says: outcome.says });
        findings.extend(outcome.findings);
    }
    prefer_the_exact(&mut findings);
    // Stable: what is met first on the way comes first among its like.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.kind.severity()));
    let findings: Vec<Finding> = findings
        .into_iter()
        .map(|finding| finding.with("name", name.unwrap_or("NAME")).with("server", evidence.server.as_str()))
        .collect();
    let mut diagnosis = Diagnosis {
        server: evidence.server.to_string(),
        works: None,
        verified: evidence.owner().cloned(),
        steps,
        findings,
    };
    diagnosis.works = match diagnosis.severity() {
        Some(Severity::Error) => Some(false),
        Some(Severity::Undecided) => None,
        _ => diagnosis.verified.is_some().then_some(true),
    };
    without_token(&mut diagnosis, evidence);
    diagnosis
}

/// A refusal whose cause is known needs no list of possible causes: what is proven outdoes what is likely, and any
/// likely cause the general one.
fn prefer_the_exact(findings: &mut Vec<Finding>) {
    use FindingKind::{TokenNeverArrived, TokenRejected};
    let is_error = |finding: &Finding| finding.kind.severity() == Severity::Error;
    let is_general = |finding: &Finding| matches!(finding.kind, TokenRejected | TokenNeverArrived);
    if findings.iter().any(|finding| is_error(finding) && finding.is_certain) {
        findings.retain(|finding| !is_error(finding) || finding.is_certain);
    } else if findings.iter().any(|finding| is_error(finding) && !is_general(finding)) {
        findings.retain(|finding| !is_general(finding));
    }
}

/// Takes out what a server may have put in: the token it was sent.
fn without_token(diagnosis: &mut Diagnosis, evidence: &Evidence) {
    let says = diagnosis.steps.iter_mut().map(|step| &mut step.says);
    let seen = diagnosis
        .findings
        .iter_mut()
        .flat_map(|finding| finding.evidence.iter_mut().chain(&mut finding.call));
    // EXPOSE: to find it where it must not be.
    evidence.token.expose(|token| {
        for text in says.chain(seen).filter(|text| text.contains(token)) {
            *text = text.replace(token, "[token]");
        }
    });
}
