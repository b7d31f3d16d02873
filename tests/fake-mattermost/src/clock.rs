//! The injected clock. It starts at the machine's time, because suites that drive the fake by plain HTTP compute
//! `expires_at` from theirs; a test that needs time to stand still or to jump says so through the control address.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the epoch, as the server counts.
pub type Millis = i64;

/// One second in milliseconds.
pub const SECOND: Millis = 1_000;
/// One hour in milliseconds.
pub const HOUR: Millis = 3_600 * SECOND;
/// One day in milliseconds.
pub const DAY: Millis = 24 * HOUR;

/// Either running beside the machine's clock, or frozen.
#[derive(Default)]
pub struct Clock {
    frozen: Option<Millis>,
    offset: Millis,
}

impl Clock {
    /// The time every rule of the fake goes by.
    pub fn now(&self) -> Millis {
        self.frozen.unwrap_or_else(|| machine().saturating_add(self.offset))
    }

    /// Jumps to a moment; a frozen clock stays frozen there.
    pub fn set(&mut self, now: Millis) {
        match &mut self.frozen {
            Some(frozen) => *frozen = now,
            None => self.offset = now.saturating_sub(machine()),
        }
    }

    /// Moves forward (or back, with a negative number).
    pub fn advance(&mut self, by: Millis) {
        self.set(self.now().saturating_add(by));
    }

    /// Stops at the present moment.
    pub fn freeze(&mut self) {
        self.frozen = Some(self.now());
    }

    /// Runs on from the present moment.
    pub fn run(&mut self) {
        let now = self.now();
        self.frozen = None;
        self.set(now);
    }
}

fn machine() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// A moment as in HTTP and cookies: `Wed, 09 Aug 2017 13:56:20 GMT`.
pub fn http_date(now: Millis) -> String {
    let seconds = now.div_euclid(SECOND);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days.rem_euclid(7) as usize];
    let (year, month, day) = civil(days);
    let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        [month as usize - 1];
    format!(
        "{weekday}, {day:02} {name} {year:04} {:02}:{:02}:{:02} GMT",
        rest / 3_600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Days since the epoch to year, month, day (the well-known era arithmetic of the Gregorian calendar).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_in_the_recorded_cookies() {
        assert_eq!(http_date(1_502_200_580_000 + DAY), "Wed, 09 Aug 2017 13:56:20 GMT");
        assert_eq!(http_date(1_709_164_800_000), "Thu, 29 Feb 2024 00:00:00 GMT");
    }

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let mut clock = Clock::default();
        clock.set(5_000);
        clock.freeze();
        let at = clock.now();
        clock.advance(HOUR);
        assert_eq!(clock.now(), at + HOUR);
    }
}
