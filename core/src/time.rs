//! Moments in Unix milliseconds, as people and HTTP write them.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// A moment as UTC, for a person.
///
/// ```
/// assert_eq!(mmcred::day_and_minute(0), "1970-01-01 00:00 UTC");
/// ```
pub fn day_and_minute(milliseconds: i64) -> String {
    match Timestamp::from_millisecond(milliseconds) {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => format!("{milliseconds} ms"),
    }
}

/// This moment.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// The `Date` header of an answer (RFC 9110).
pub(crate) fn from_http_date(text: &str) -> Option<i64> {
    let moment = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(moment.as_millisecond())
}
