/// A moment in Unix milliseconds as UTC, for a person.
pub fn day_and_minute(milliseconds: i64) -> String {
    match jiff::Timestamp::from_millisecond(milliseconds) {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => format!("{milliseconds} ms"),
    }
}
