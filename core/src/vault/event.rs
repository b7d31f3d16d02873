use serde::Serialize;

use crate::seal::{self, Context, Keys, Purpose, RowKey};
use crate::store::EventRow;

/// One line of the vault's history: which entry changed, how and when.
#[derive(Serialize)]
pub(crate) struct Event<'a> {
    /// Unix milliseconds.
    pub(crate) at: i64,
    pub(crate) what: What,
    pub(crate) name: &'a str,
    /// The former name, of a renamed entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<&'a str>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    Put,
    Replace,
    Remove,
    Rename,
}

impl Event<'_> {
    pub(crate) fn seal(&self, keys: &Keys, row: &RowKey, sequence: u64) -> EventRow {
        let plain = serde_json::to_vec(self).expect("text and numbers are JSON");
        let context = Context { purpose: Purpose::Event, row, version: sequence };
        EventRow { sequence, key: *row, seal: seal::seal(keys, &context, &plain) }
    }
}
