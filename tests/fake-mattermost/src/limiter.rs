//! Rate limiting: GCRA, settings read at the start, headers added and not set (facts 7).

use std::collections::HashMap;

use crate::auth::{self, Place};
use crate::call::Call;
use crate::clock::{Millis, SECOND};
use crate::config::Config;

/// The body of a 429.
pub const BODY: &str = "limit exceeded\n";
/// Its type.
pub const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// Headers a limiter adds.
pub type Headers = Vec<(&'static str, String)>;

/// One leaky bucket per key, as a theoretical arrival time.
struct Limiter {
    interval: Millis,
    burst: i64,
    arrivals: HashMap<String, Millis>,
}

impl Limiter {
    fn new(per_second: i64, burst: i64) -> Self {
        Self { interval: SECOND / per_second.max(1), burst: burst.max(0), arrivals: HashMap::new() }
    }

    /// Lets a request through or not, and says so in the headers.
    fn admit(&mut self, key: &str, now: Millis, headers: &mut Headers) -> bool {
        let limit = self.burst + 1;
        let tolerance = self.interval * limit;
        let arrival = self.arrivals.get(key).copied().unwrap_or(now).max(now);
        let next = arrival + self.interval;
        let wait = next - tolerance - now;
        let admitted = wait <= 0;
        let full_in = if admitted { next - now } else { arrival - now };
        if admitted {
            self.arrivals.insert(key.to_owned(), next);
        }
        headers.push(("X-RateLimit-Limit", limit.to_string()));
        headers.push(("X-RateLimit-Remaining", ((tolerance - full_in) / self.interval).max(0).to_string()));
        // Seconds from now, rounded up; not an epoch.
        headers.push(("X-RateLimit-Reset", seconds(full_in).to_string()));
        if !admitted {
            headers.push(("Retry-After", seconds(wait).to_string()));
        }
        admitted
    }
}

fn seconds(span: Millis) -> i64 {
    (span + SECOND - 1) / SECOND
}

/// The global limiter and login's own, both only if rate limiting is on.
#[derive(Default)]
pub struct Limiters {
    on: bool,
    by_address: bool,
    by_user: bool,
    by_header: String,
    outer: Option<Limiter>,
    login: Option<Limiter>,
}

impl Limiters {
    /// Reads the settings, as at process start.
    pub fn read(config: &Config) -> Self {
        let section = "RateLimitSettings";
        if !config.flag(section, "Enable") {
            return Self::default();
        }
        Self {
            on: true,
            by_address: config.flag(section, "VaryByRemoteAddr"),
            by_user: config.flag(section, "VaryByUser"),
            by_header: config.text(section, "VaryByHeader"),
            outer: Some(Limiter::new(config.int(section, "PerSec"), config.int(section, "MaxBurst"))),
            login: Some(Limiter::new(5, 10)),
        }
    }

    fn key(&self, call: &Call) -> String {
        let mut key = String::new();
        let (token, place) =
            if self.by_user { auth::parse_token(call) } else { (String::new(), Place::Nowhere) };
        if place != Place::Nowhere {
            key.push_str(&token); // as presented, before it is verified
        } else if self.by_address {
            key.push_str(&call.peer);
        }
        if !self.by_header.is_empty() {
            key.push_str(&call.header(&self.by_header.to_lowercase()).to_lowercase());
        }
        key
    }

    /// In front of everything.
    pub fn outer(&mut self, call: &Call, headers: &mut Headers) -> bool {
        let key = self.key(call);
        self.outer.as_mut().is_none_or(|limiter| limiter.admit(&key, call.now, headers))
    }

    /// Login's extra limiter, keyed on the peer's address.
    pub fn login(&mut self, call: &Call, headers: &mut Headers) -> bool {
        self.login.as_mut().is_none_or(|limiter| limiter.admit(&call.peer, call.now, headers))
    }

    /// After the session look-up, before CSRF.
    pub fn user(&mut self, user_id: &str, now: Millis, headers: &mut Headers) -> bool {
        if !self.on || !self.by_user {
            return true;
        }
        self.outer.as_mut().is_none_or(|limiter| limiter.admit(user_id, now, headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_reads_as_recorded_101_100_1() {
        let mut limiter = Limiter::new(10, 100);
        let mut headers = Headers::new();
        assert!(limiter.admit("a", 5_000, &mut headers));
        let values: Vec<_> = headers.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["101", "100", "1"]);
    }

    #[test]
    fn the_limit_is_burst_plus_one_and_time_gives_it_back() {
        let mut limiter = Limiter::new(10, 2);
        let mut admit = |now| {
            let mut headers = Headers::new();
            (limiter.admit("a", now, &mut headers), headers)
        };
        assert!((0..3).all(|_| admit(0).0));
        let (admitted, headers) = admit(0);
        assert!(!admitted);
        assert_eq!(headers.last(), Some(&("Retry-After", "1".to_owned())));
        assert!(admit(100).0);
        assert!(!admit(100).0);
    }
}
