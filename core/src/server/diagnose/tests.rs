use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

use super::evidence::{AdminAnswers, Answer, Certificate, Evidence, Way};
use super::walk::walk;
use super::{Diagnosis, FindingKind};
use crate::error::Error;
use crate::server::judge::judge;
use crate::server::reply::Reply;
use crate::{AccessToken, Connection, Credential, ErrorKind, Facts, Kind, Tls};

#[derive(Deserialize)]
struct Vector {
    name: String,
    evidence: Recorded,
    /// The codes, in order.
    findings: Vec<String>,
    /// What must not be found, though it nearly is.
    near_miss: Option<String>,
    works: Option<bool>,
    /// Those findings that are a guess here, though their kind can be proven.
    #[serde(default)]
    only_likely: Vec<String>,
    /// A sentence of a finding's evidence, by its code.
    #[serde(default)]
    seen: BTreeMap<String, String>,
    /// How steps end, by name; those that matter.
    #[serde(default)]
    marks: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    server: String,
    token: String,
    #[serde(default)]
    allow_unauthorized_certs: bool,
    #[serde(default)]
    facts: RecordedFacts,
    now: i64,
    #[serde(default)]
    resolved: bool,
    #[serde(default)]
    connected: bool,
    #[serde(default)]
    certificate: RecordedCertificate,
    me: RecordedAnswer,
    again: Option<RecordedAnswer>,
    config: Option<RecordedAnswer>,
    sessions: Option<RecordedAnswer>,
    admin: Option<RecordedAdmin>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RecordedFacts {
    kind: String,
    user_id: Option<String>,
    token_id: Option<String>,
    expires_at: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RecordedCertificate {
    self_signed: bool,
    names: Vec<String>,
    bound: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RecordedAnswer {
    Failure { failure: String },
    Reply { status: u16, headers: Vec<(String, String)>, body: Value },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedAdmin {
    unusable: Option<String>,
    config: Option<RecordedAnswer>,
    token: Option<RecordedAnswer>,
    owner: Option<RecordedAnswer>,
    search: Option<RecordedAnswer>,
    tokens: Option<RecordedAnswer>,
    sessions: Option<RecordedAnswer>,
}

impl RecordedAnswer {
    fn answer(self) -> Answer {
        let (status, recorded, body) = match self {
            Self::Failure { failure } => {
                let kind =
                    ErrorKind::ALL.iter().find(|kind| kind.name() == failure).expect("a known failure");
                return Err(Error::new(*kind, format!("It failed: {failure}.")));
            }
            Self::Reply { status, headers, body } => (status, headers, body),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in recorded {
            headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        }
        let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned).into_bytes();
        Ok(Reply { status, headers, body })
    }
}

impl Recorded {
    fn evidence(self) -> Evidence {
        let connection = Connection {
            allow_http: true,
            tls: Tls::from_settings(None, self.allow_unauthorized_certs).unwrap(),
            ..Connection::default()
        };
        let token = AccessToken::parse(&self.token).unwrap();
        let facts = Facts {
            kind: Kind::from_name(&self.facts.kind),
            user_id: self.facts.user_id,
            token_id: self.facts.token_id,
            expires_at: self.facts.expires_at,
            ..Facts::default()
        };
        let credential =
            Credential::with_connection(&self.server, token, connection).unwrap().with_facts(facts);
        let mut evidence = Evidence::new(&credential, self.now, self.me.answer());
        evidence.way = Way { resolved: self.resolved, connected: self.connected };
        let RecordedCertificate { self_signed, names, bound } = self.certificate;
        evidence.certificate = Certificate { self_signed, names, bound };
        let again = self.again.map(RecordedAnswer::answer);
        evidence.again = again.map(|again| again.and_then(|reply| judge(credential.server(), &reply)));
        evidence.config = self.config.map(RecordedAnswer::answer);
        evidence.sessions = self.sessions.map(RecordedAnswer::answer);
        evidence.admin = self.admin.map(|admin| AdminAnswers {
            unusable: admin.unusable,
            config: admin.config.map(RecordedAnswer::answer),
            token: admin.token.map(RecordedAnswer::answer),
            owner: admin.owner.map(RecordedAnswer::answer),
            search: admin.search.map(RecordedAnswer::answer),
            tokens: admin.tokens.map(RecordedAnswer::answer),
            sessions: admin.sessions.map(RecordedAnswer::answer),
        });
        evidence
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("../../../../tests/vectors/diagnoses.json")).unwrap()
}

fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.findings.iter().map(|finding| finding.kind.name()).collect()
}

#[test]
fn every_vector_finds_what_it_says_and_nothing_else() {
    let mut wrong = Vec::new();
    for Vector { name, evidence, findings, near_miss, works, .. } in vectors() {
        let diagnosis = walk(&evidence.evidence(), None);
        let found = codes(&diagnosis);
        if found != findings || diagnosis.works != works {
            wrong.push(format!("{name}: {found:?}, works {:?}", diagnosis.works));
        }
        assert!(near_miss.is_none_or(|code| !findings.contains(&code)), "{name} misses what it finds");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_vector_is_as_sure_as_it_says_by_what_it_says() {
    for Vector { name, evidence, only_likely, seen, .. } in vectors() {
        let findings = walk(&evidence.evidence(), None).findings;
        let guesses = findings.iter().filter(|finding| finding.kind.is_certain() && !finding.is_certain);
        let guesses: Vec<&str> = guesses.map(|finding| finding.kind.name()).collect();
        assert_eq!(guesses, only_likely, "{name}");
        for (code, sentence) in seen {
            let finding = findings.iter().find(|finding| finding.kind.name() == code).unwrap();
            assert!(finding.evidence.contains(&sentence), "{name}: {:?}", finding.evidence);
        }
    }
}

#[test]
fn every_vector_ends_its_steps_as_it_says() {
    let mut compared = BTreeSet::new();
    for Vector { name, evidence, marks, .. } in vectors() {
        let steps = walk(&evidence.evidence(), None).steps;
        for (step, mark) in marks {
            let ended = steps.iter().find(|one| one.name == step).unwrap().mark.name();
            assert_eq!(ended, mark, "{name}: {step}");
            compared.insert(ended);
        }
    }
    assert_eq!(compared.len(), 5, "no vector ends a step otherwise than {compared:?}");
}

#[test]
fn every_finding_has_a_vector_and_a_near_miss() {
    let ledger: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/findings.json")).unwrap();
    let known: BTreeSet<&str> = ledger["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["name"].as_str().unwrap())
        .collect();
    let vectors = vectors();
    let hit: BTreeSet<&str> =
        vectors.iter().flat_map(|vector| &vector.findings).map(String::as_str).collect();
    let missed: BTreeSet<&str> = vectors.iter().filter_map(|vector| vector.near_miss.as_deref()).collect();
    assert_eq!(known.difference(&hit).collect::<Vec<_>>(), Vec::<&&str>::new(), "no vector");
    assert_eq!(known.difference(&missed).collect::<Vec<_>>(), Vec::<&&str>::new(), "no near miss");
    assert!(hit.union(&missed).all(|code| known.contains(code)));
}

#[test]
fn no_text_of_a_diagnosis_repeats_the_token_a_server_echoes() {
    const PLANTED: &str = "ybndrfg8ejkmcpqxot1uwisza3";
    let mut planted = 0;
    for Vector { name, evidence, .. } in vectors() {
        let echoes = matches!(&evidence.me, RecordedAnswer::Reply { headers, body, .. }
            if format!("{headers:?}{body}").contains(PLANTED));
        planted += usize::from(echoes && evidence.token == PLANTED);
        let own = evidence.token == PLANTED;
        let text = serde_json::to_string(&walk(&evidence.evidence(), None)).unwrap();
        assert!(!own || !text.contains(PLANTED), "{name}");
    }
    assert!(planted >= 2);
}

#[test]
fn a_command_is_ready_to_copy() {
    let vectors = vectors();
    let vector = vectors.into_iter().find(|vector| vector.name == "token_refused").unwrap();
    let diagnosis = walk(&vector.evidence.evidence(), Some("my bot"));
    assert_eq!(diagnosis.findings[0].call.as_deref(), Some("mmcred diagnose 'my bot' --admin ADMIN"));
    assert_eq!(diagnosis.findings[0].kind, FindingKind::TokenRejected);
}

#[test]
fn no_command_keeps_a_place_that_was_not_filled() {
    for Vector { name, evidence, .. } in vectors() {
        let diagnosis = walk(&evidence.evidence(), None);
        let calls = diagnosis.findings.iter().filter_map(|finding| finding.call.as_deref());
        assert!(calls.into_iter().all(|call| !call.contains('{')), "{name}");
    }
}
