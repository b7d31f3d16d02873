use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use super::finding_kind::FindingKind;

/// How bad a finding is, from the harmless to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// It works, but not safely or not for long.
    Warning,
    /// It can not be told now: the network, a limit, a server that fails.
    Undecided,
    /// It does not work until somebody changes something.
    Error,
}

impl Severity {
    /// The name in every language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Undecided => "undecided",
            Self::Error => "error",
        }
    }
}

/// What the ledger says of a kind.
pub(super) struct About {
    pub(super) number: u32,
    pub(super) name: &'static str,
    pub(super) severity: Severity,
    pub(super) certain: bool,
    pub(super) cause: &'static str,
    pub(super) fix: &'static str,
    pub(super) admin_fix: Option<&'static str>,
    pub(super) call: Option<&'static str>,
}

impl FindingKind {
    /// The number, the same in every language.
    pub const fn number(self) -> u32 {
        self.about().number
    }

    /// The name in snake_case, the same in every language.
    pub const fn name(self) -> &'static str {
        self.about().name
    }

    /// How bad it is.
    pub const fn severity(self) -> Severity {
        self.about().severity
    }

    /// Whether such a finding can be proven; one with less evidence says so itself.
    pub const fn is_certain(self) -> bool {
        self.about().certain
    }
}

/// One thing that a diagnosis found: what it was seen by, what causes it, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// Whether the evidence proves it; otherwise it is the likely reading.
    pub is_certain: bool,
    /// What was seen, a sentence each.
    pub evidence: Vec<String>,
    /// A command that does or prepares the fix; capitals in it are for the reader to replace.
    pub call: Option<String>,
}

impl Finding {
    pub(super) fn new(kind: FindingKind, evidence: impl Into<String>) -> Self {
        let call = kind.about().call.map(str::to_owned);
        Self { kind, is_certain: kind.is_certain(), evidence: vec![evidence.into()], call }
    }

    /// Why it is so.
    pub fn cause(&self) -> &'static str {
        self.kind.about().cause
    }

    /// What the user of the credential can do.
    pub fn fix(&self) -> &'static str {
        self.kind.about().fix
    }

    /// What an administrator can do, in the words of Mattermost's own pages.
    pub fn admin_fix(&self) -> Option<&'static str> {
        self.kind.about().admin_fix
    }

    pub(super) fn likely(mut self) -> Self {
        self.is_certain = false;
        self
    }

    pub(super) fn and(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    /// Puts a value into the command, quoted for a shell.
    pub(super) fn with(mut self, place: &str, value: &str) -> Self {
        if let Some(call) = &mut self.call {
            let quoted = shlex::try_quote(value).unwrap_or_default();
            *call = call.replace(&format!("{{{place}}}"), &quoted);
        }
        self
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 9)?;
        finding.serialize_field("code", self.kind.name())?;
        finding.serialize_field("number", &self.kind.number())?;
        finding.serialize_field("severity", self.kind.severity().name())?;
        finding.serialize_field("certainty", if self.is_certain { "exact" } else { "likely" })?;
        finding.serialize_field("evidence", &self.evidence)?;
        finding.serialize_field("cause", self.cause())?;
        finding.serialize_field("fix", self.fix())?;
        finding.serialize_field("admin_fix", &self.admin_fix())?;
        finding.serialize_field("call", &self.call)?;
        finding.end()
    }
}
