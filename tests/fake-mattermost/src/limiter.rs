//! Rate limiting: GCRA, settings read at the start, headers added and not set (facts 7).

use std::collections::HashMap;
use std::net::IpAddr;

use crate::auth::{self, Place};
use crate::call::Call;
use crate::clock::Millis;
use crate::config::Config;
use crate::profile::Profile;

/// The body of a 429.
pub const BODY: &str = "limit exceeded\n";
/// Its type.
pub const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// Headers a limiter adds.
pub type Headers = Vec<(&'static str, String)>;

/// Microseconds: fine enough for any rate, and small enough for any clock.
type Micros = i64;
const SECOND: Micros = 1_000_000;

/// One leaky bucket per key, as a theoretical arrival time.
struct Limiter {
    interval: Micros,
    burst: i64,
    arrivals: HashMap<String, Micros>,
}

impl Limiter {
    fn new(per_second: i64, burst: i64) -> Self {
        let interval = (SECOND / per_second.max(1)).max(1);
        Self { interval, burst: burst.max(0), arrivals: HashMap::new() }
    }

    /// Lets a request through or not, and says so in the headers.
    fn admit(&mut self, key: &str, now: Millis, headers: &mut Headers) -> bool {
        let now = now.saturating_mul(1_000);
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

fn seconds(span: Micros) -> i64 {
    (span + SECOND - 1) / SECOND
}

/// The global limiter and those of single endpoints, all only if rate limiting is on.
#[derive(Default)]
pub struct Limiters {
    on: bool,
    by_address: bool,
    by_user: bool,
    by_header: String,
    proxy_headers: Vec<String>,
    outer: Option<Limiter>,
    login: Option<Limiter>,
    desktop_token: Option<Limiter>,
    registration: Option<Limiter>,
}

/// A limiter of one endpoint's own, keyed on the peer's address: a proxy's header is ignored there (facts 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// `POST /users/login`: five a second, burst 10.
    Login,
    /// `POST /users/login/desktop_token`: two a second, burst 1.
    DesktopToken,
    /// `POST /oauth/apps/register`: two a second, burst 1.
    Registration,
}

impl Limiters {
    /// Reads the settings, as at process start.
    pub fn read(config: &Config, profile: &Profile) -> Self {
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
            login: profile.login_limiter.then(|| Limiter::new(5, 10)),
            desktop_token: Some(Limiter::new(2, 1)),
            registration: Some(Limiter::new(2, 1)),
            proxy_headers: config.texts("ServiceSettings", "TrustedProxyIPHeader"),
        }
    }

    fn key(&self, call: &Call) -> String {
        let mut key = String::new();
        let (token, place) =
            if self.by_user { auth::parse_token(call) } else { (String::new(), Place::Nowhere) };
        if place != Place::Nowhere {
            key.push_str(&token); // as presented, before it is verified
        } else if self.by_address {
            // The first trusted header that holds an address, else the peer.
            let named = self.proxy_headers.iter().map(|name| call.header(&name.to_lowercase()));
            let mut named = named.map(|value| value.split(',').next().unwrap_or_default().trim());
            key.push_str(named.find(|text| text.parse::<IpAddr>().is_ok()).unwrap_or(&call.peer));
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

    /// In front of one endpoint.
    pub fn own(&mut self, which: Own, call: &Call, headers: &mut Headers) -> bool {
        let limiter = match which {
            Own::Login => &mut self.login,
            Own::DesktopToken => &mut self.desktop_token,
            Own::Registration => &mut self.registration,
        };
        limiter.as_mut().is_none_or(|limiter| limiter.admit(&call.peer, call.now, headers))
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
