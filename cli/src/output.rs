use std::io::{self, Write};

use mmcred::Error;
use serde::Serialize;

use crate::exit;

/// The number of the JSON output's schema, raised when a key changes its meaning or goes.
const SCHEMA: u32 = 1;

/// Why a command ended early.
pub enum Failure {
    /// A refusal that was explained already, on standard output as JSON; only the exit code is left to tell.
    Told(u8),
    /// An error of mmcred, about the entry of that name if there is one.
    Error(Option<String>, Error),
    /// A usage that clap can not see is wrong.
    Usage(String),
    /// The reader went away.
    Pipe,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(None, error)
    }
}

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Self {
        Self::Pipe
    }
}

pub type Outcome = Result<(), Failure>;

#[derive(Serialize)]
struct Document<T> {
    schema: u32,
    #[serde(flatten)]
    rest: T,
}

impl<T> Document<T> {
    fn of(rest: T) -> Self {
        Self { schema: SCHEMA, rest }
    }
}

/// Results to `out`, remarks and errors to `err`.
pub struct Output<O, E> {
    out: O,
    err: E,
}

impl<O: Write, E: Write> Output<O, E> {
    pub fn new(out: O, err: E) -> Self {
        Self { out, err }
    }

    pub fn line(&mut self, text: &str) -> Outcome {
        writeln!(self.out, "{text}")?;
        Ok(())
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> Outcome {
        self.out.write_all(bytes)?;
        Ok(())
    }

    pub fn remark(&mut self, text: &str) -> Outcome {
        writeln!(self.err, "{text}")?;
        Ok(())
    }

    /// One JSON document, with the schema's number first.
    pub fn json(&mut self, document: impl Serialize) -> Outcome {
        serde_json::to_writer_pretty(&mut self.out, &Document::of(document)).map_err(io::Error::from)?;
        self.line("")
    }

    /// The same on one line.
    pub fn json_line(&mut self, document: impl Serialize) -> Outcome {
        serde_json::to_writer(&mut self.out, &Document::of(document)).map_err(io::Error::from)?;
        self.line("")
    }

    /// Says what happened, why, and the next step; returns the exit code.
    pub fn failure(&mut self, failure: &Failure) -> u8 {
        match failure {
            Failure::Told(code) => *code,
            Failure::Pipe => exit::OK,
            Failure::Usage(message) => {
                let _ = writeln!(self.err, "mmcred: {message}");
                exit::USAGE
            }
            Failure::Error(name, error) => {
                let about = name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
                let _ = writeln!(self.err, "mmcred: {about}{error} [{}]", error.kind().name());
                let _ = writeln!(self.err, "  {}", error.hint());
                if let Some(id) = error.request_id() {
                    let _ = writeln!(self.err, "  Request id for the administrator: {id}");
                }
                exit::code(error.kind())
            }
        }
    }
}
