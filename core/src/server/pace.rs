//! When the next request to a server may start, learnt from what its answers say. Pure: the time is told to it.

use std::time::{Duration, Instant};

use super::reply::Reply;

/// How long a server is waited for that lets nothing through. Who asks for more is not waited for at all.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// How often one token is asked about while the server fails.
const ATTEMPTS: u32 = 3;

/// After how many failed rounds without one verdict the server counts as down.
const ROUNDS: u32 = 5;

/// Failures that are closer together are one round.
const ROUND: Duration = Duration::from_secs(1);

/// What an answer's headers say of the server's limiter: seconds, a limit of burst + 1 (facts 7).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    limit: Option<u64>,
    remaining: Option<u64>,
    reset: Option<Duration>,
    retry_after: Option<Duration>,
}

impl Limits {
    /// A second limiter adds its headers to the first one's: the stricter holds.
    pub(super) fn of(reply: &Reply) -> Self {
        let wait = |name| reply.wait(name).map(Duration::from_secs);
        Self {
            limit: reply.numbers("x-ratelimit-limit").max(),
            remaining: reply.numbers("x-ratelimit-remaining").min(),
            reset: wait("x-ratelimit-reset"),
            retry_after: wait("retry-after"),
        }
    }
}

/// Whether a request may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    At(Instant),
    /// No sooner than one of those in flight is answered.
    AfterAnAnswer,
}

/// What is to become of a token whose request brought no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask again, no sooner than then.
    Again(Instant),
    /// Its time is up.
    GiveUp,
    /// The same goes for every token of this server.
    GiveUpServer,
}

/// The pace at which one server is asked.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    flying: usize,
    bucket: Option<Bucket>,
    /// How many may be in flight at a server whose limiter does not say how full it is.
    window: f64,
    paused_until: Option<Instant>,
    /// What started before this moment belongs to a failure that was counted already.
    round: Option<Instant>,
    failed_rounds: u32,
    limited_rounds: u32,
    /// Since when the limiter has let nothing through.
    limited_since: Option<Instant>,
}

/// The server's bucket as it was last told: each request takes one out, time puts them back.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    limit: f64,
    /// How many were left when that was told.
    level: f64,
    told: Instant,
    /// Seconds until one comes back.
    interval: f64,
}

impl Bucket {
    /// Left for others: the limiter's key is usually an address, which they may share.
    fn reserve(&self) -> f64 {
        (self.limit / 100.0).floor()
    }

    fn level(&self, now: Instant) -> f64 {
        let back = now.saturating_duration_since(self.told).as_secs_f64() / self.interval;
        (self.level + back).min(self.limit)
    }
}

impl Pace {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            flying: 0,
            bucket: None,
            window: most as f64,
            paused_until: None,
            round: None,
            failed_rounds: 0,
            limited_rounds: 0,
            limited_since: None,
        }
    }

    pub(super) fn turn(&self, now: Instant) -> Turn {
        if self.flying >= self.most || self.flying as f64 >= self.window {
            return Turn::AfterAnAnswer;
        }
        let filled = self.bucket.map(|bucket| {
            let short = (1.0 + bucket.reserve() - bucket.level(now)).max(0.0);
            now + Duration::from_secs_f64(short * bucket.interval)
        });
        match self.paused_until.max(filled) {
            Some(time) if time > now => Turn::At(time),
            _ => Turn::Now,
        }
    }

    /// A request starts.
    pub(super) fn start(&mut self) {
        self.flying += 1;
        if let Some(bucket) = &mut self.bucket {
            bucket.level -= 1.0;
        }
    }

    /// A verdict came on a request that had `started` then.
    pub(super) fn answered(&mut self, started: Instant, now: Instant, limits: &Limits) {
        self.flying -= 1;
        self.told(started, now, limits);
        (self.failed_rounds, self.limited_rounds, self.limited_since) = (0, 0, None);
        self.window = (self.window + 1.0 / self.window).min(self.most as f64);
    }

    /// The limiter refused a request. `jitter` is between 0 and 1.
    pub(super) fn limited(&mut self, started: Instant, now: Instant, limits: &Limits, jitter: f64) -> Next {
        self.flying -= 1;
        self.told(started, now, limits);
        if self.is_new_round(started, now) {
            self.limited_rounds += 1;
            if self.bucket.is_none() {
                self.window = (self.window.min(self.flying as f64 + 1.0) / 2.0).max(1.0);
            }
        }
        let unnamed = || Duration::from_secs(1 << self.limited_rounds.clamp(1, 5) >> 1);
        let wait = limits.retry_after.or(limits.reset).unwrap_or_else(unnamed);
        let since = *self.limited_since.get_or_insert(now);
        if wait > PATIENCE || now.saturating_duration_since(since) > PATIENCE {
            return Next::GiveUpServer;
        }
        let until = now + wait.mul_f64(1.0 + jitter / 10.0);
        self.paused_until = self.paused_until.max(Some(until));
        Next::Again(until)
    }

    /// A request failed, which says nothing of its token: the `attempt`th one.
    pub(super) fn failed(
        &mut self,
        started: Instant,
        now: Instant,
        attempt: u32,
        limits: &Limits,
        jitter: f64,
    ) -> Next {
        self.flying -= 1;
        self.told(started, now, limits);
        self.failed_rounds += u32::from(self.is_new_round(started, now));
        let wait = limits.retry_after.unwrap_or_default();
        if self.failed_rounds >= ROUNDS {
            Next::GiveUpServer
        } else if attempt >= ATTEMPTS || wait > PATIENCE {
            Next::GiveUp
        } else {
            if !wait.is_zero() {
                self.paused_until = self.paused_until.max(Some(now + wait));
            }
            // Half a second, then a second, each half as long again or shorter.
            let backoff = Duration::from_millis(250 << attempt).mul_f64(0.5 + jitter);
            Next::Again(now + backoff.max(wait))
        }
    }

    /// Those who started before the last failure say nothing new.
    fn is_new_round(&mut self, started: Instant, now: Instant) -> bool {
        let new = self.round.is_none_or(|round| started > round && now >= round + ROUND);
        if new {
            self.round = Some(now);
        }
        new
    }

    /// What is still in flight may not have been counted yet when the server said how many remain.
    fn told(&mut self, started: Instant, now: Instant, limits: &Limits) {
        let (Some(limit), Some(remaining)) = (limits.limit, limits.remaining) else { return };
        let level = remaining as f64 - self.flying as f64;
        // The server may have counted the one that told us last after this one, which then was counted already.
        if let Some(bucket) = self.bucket.as_mut().filter(|bucket| started < bucket.told)
            && level > bucket.level(now) + 1.0
        {
            bucket.level += 1.0;
            return;
        }
        let used = limit.saturating_sub(remaining).max(1) as f64;
        let known = self.bucket.map_or(1.0, |bucket| bucket.interval);
        // The reset is rounded up, so that this never is too short a time.
        let interval = limits.reset.map_or(known, |reset| reset.as_secs_f64() / used).max(0.001);
        self.bucket = Some(Bucket { limit: limit as f64, level, told: now, interval });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn told(limit: u64, remaining: u64, reset: u64) -> Limits {
        let reset = Some(Duration::from_secs(reset));
        Limits { limit: Some(limit), remaining: Some(remaining), reset, retry_after: None }
    }

    fn wait(seconds: u64) -> Limits {
        Limits { retry_after: Some(Duration::from_secs(seconds)), ..Limits::default() }
    }

    /// Mattermost's limiter (facts 7): a leaky bucket as one time, and what its headers say.
    struct Limiter {
        interval: Duration,
        limit: u32,
        full_at: Instant,
        refused: usize,
    }

    impl Limiter {
        fn new(per_second: u32, burst: u32, now: Instant) -> Self {
            Self { interval: Duration::from_secs(1) / per_second, limit: burst + 1, full_at: now, refused: 0 }
        }

        fn admit(&mut self, now: Instant) -> (bool, Limits) {
            let up = |span: Duration| Some(seconds(span.as_secs_f64().ceil()));
            let room = self.interval * self.limit;
            let next = self.full_at.max(now) + self.interval;
            let retry_after = next.checked_duration_since(now + room).filter(|wait| !wait.is_zero());
            if retry_after.is_none() {
                self.full_at = next;
            }
            self.refused += usize::from(retry_after.is_some());
            let full_in = self.full_at.saturating_duration_since(now);
            let remaining = (room.saturating_sub(full_in)).as_secs_f64() / self.interval.as_secs_f64();
            let limits = Limits {
                limit: Some(self.limit.into()),
                remaining: Some((remaining + 1e-9) as u64),
                reset: up(full_in),
                retry_after: retry_after.and_then(up),
            };
            (retry_after.is_none(), limits)
        }
    }

    /// A request on its way: when it started, and, once the server had it, what the limiter said.
    type Flight = (Instant, Option<(bool, Limits)>);

    /// How long `tokens` take; `between` sees every step. Requests overtake each other on both ways.
    fn run(
        limiter: &mut Limiter,
        begin: Instant,
        tokens: usize,
        blind: bool,
        mut between: impl FnMut(&mut Limiter, Instant),
    ) -> f64 {
        let (mut now, mut asked, mut done, mut trips) = (begin, 0, 0, 0);
        let mut pace = Pace::new(64);
        let mut events: Vec<(Instant, Flight)> = Vec::new();
        let mut again: Vec<Instant> = Vec::new();
        let mut trip = || {
            trips += 1;
            seconds(0.005 + 0.001 * (trips * 7919 % 10) as f64)
        };
        while done < tokens {
            between(limiter, now);
            let due = again.iter().position(|due| *due <= now);
            let turn = pace.turn(now);
            if turn == Turn::Now && (asked < tokens || due.is_some()) {
                match due {
                    Some(place) => _ = again.swap_remove(place),
                    None => asked += 1,
                }
                pace.start();
                events.push((now + trip(), (now, None)));
                continue;
            }
            let paced = if let Turn::At(time) = turn { Some(time) } else { None };
            let more = (asked == tokens).then(|| again.iter().min().copied()).flatten();
            let first = (0..events.len()).min_by_key(|place| events[*place].0);
            let next = first.map(|place| events[place].0).into_iter().chain(paced.max(more)).min().unwrap();
            now = next.max(now);
            let Some(place) = first.filter(|place| events[*place].0 <= now) else { continue };
            match events.swap_remove(place) {
                (_, (started, None)) => events.push((now + trip(), (started, Some(limiter.admit(now))))),
                (_, (started, Some((admitted, limits)))) => {
                    let limits = if blind { Limits::default() } else { limits };
                    if admitted {
                        pace.answered(started, now, &limits);
                        done += 1;
                    } else if let Next::Again(due) = pace.limited(started, now, &limits, 0.5) {
                        again.push(due);
                    } else {
                        panic!("given up");
                    }
                }
            }
        }
        now.duration_since(begin).as_secs_f64()
    }

    #[test]
    fn a_limit_is_used_to_the_full_and_never_broken() {
        for tokens in [150, 201, 301, 1000] {
            let begin = Instant::now();
            let mut limiter = Limiter::new(10, 100, begin);
            let took = run(&mut limiter, begin, tokens, false, |_, _| ());
            let floor = (tokens - 101) as f64 / 10.0;
            assert!(took <= 1.05 * floor, "{tokens}: {took} s, floor {floor} s");
            assert_eq!(limiter.refused, 0, "{tokens}");
        }
    }

    #[test]
    fn others_who_share_the_limit_are_let_through() {
        let begin = Instant::now();
        let mut limiter = Limiter::new(10, 100, begin);
        let (mut theirs, mut refused) = (begin, 0);
        run(&mut limiter, begin, 400, false, |limiter, now| {
            while theirs <= now {
                refused += usize::from(!limiter.admit(theirs).0);
                theirs += seconds(0.33);
            }
        });
        assert_eq!(refused, 0);
    }

    #[test]
    fn a_used_up_limit_is_learnt_from_its_refusals() {
        let begin = Instant::now();
        let mut limiter = Limiter::new(10, 100, begin);
        while limiter.admit(begin).0 {}
        limiter.refused = 0;
        let took = run(&mut limiter, begin, 200, false, |_, _| ());
        assert!(took <= 1.05 * 20.0, "{took} s");
        assert_eq!(limiter.refused, 64);
    }

    #[test]
    fn a_limiter_that_tells_nothing_is_asked_less_and_less() {
        let begin = Instant::now();
        let mut limiter = Limiter::new(10, 20, begin);
        let took = run(&mut limiter, begin, 200, true, |_, _| ());
        assert!(took <= 3.0 * 18.0, "{took} s");
        assert!(limiter.refused < 200, "{}", limiter.refused);
    }

    #[test]
    fn what_is_in_flight_counts_as_gone() {
        let now = Instant::now();
        let mut pace = Pace::new(64);
        (0..10).for_each(|_| pace.start());
        pace.answered(now, now, &told(101, 9, 10));
        assert!(matches!(pace.turn(now), Turn::At(_)));
        assert_eq!(pace.turn(now + seconds(1.0)), Turn::Now);
        pace.answered(now, now, &told(101, 60, 4));
        assert_eq!(pace.turn(now), Turn::Now);
    }

    #[test]
    fn an_answer_that_was_overtaken_is_old_news() {
        let (now, later) = (Instant::now(), Instant::now() + seconds(0.001));
        let mut pace = Pace::new(64);
        (0..2).for_each(|_| pace.start());
        pace.answered(now, later, &told(101, 0, 10));
        let Turn::At(alone) = pace.turn(later) else { panic!() };
        pace.answered(now, later, &told(101, 50, 5));
        // It was counted, and is in flight no more: one sooner, but not fifty.
        assert!(matches!(pace.turn(later), Turn::At(sooner) if sooner < alone));
        pace.start();
        pace.answered(later, later, &told(101, 50, 5));
        assert_eq!(pace.turn(later), Turn::Now);
    }

    #[test]
    fn no_more_are_in_flight_than_wanted() {
        let now = Instant::now();
        let mut pace = Pace::new(2);
        pace.start();
        assert_eq!(pace.turn(now), Turn::Now);
        pace.start();
        assert_eq!(pace.turn(now), Turn::AfterAnAnswer);
        pace.answered(now, now, &Limits::default());
        assert_eq!(pace.turn(now), Turn::Now);
    }

    #[test]
    fn a_wait_that_is_named_is_kept_by_all() {
        let now = Instant::now();
        let mut pace = Pace::new(64);
        pace.start();
        let Next::Again(due) = pace.limited(now, now, &wait(7), 0.0) else { panic!() };
        assert_eq!(due, now + seconds(7.0));
        assert_eq!(pace.turn(now + seconds(6.9)), Turn::At(due));
        assert_eq!(pace.turn(due), Turn::Now);
        pace.start();
        assert_eq!(pace.limited(due, due, &wait(3600), 0.0), Next::GiveUpServer);
    }

    #[test]
    fn a_shorter_wait_that_is_named_later_shortens_none() {
        let now = Instant::now();
        let mut pace = Pace::new(64);
        (0..2).for_each(|_| pace.start());
        assert_eq!(pace.limited(now, now, &wait(7), 0.0), Next::Again(now + seconds(7.0)));
        assert_eq!(pace.limited(now, now, &wait(1), 0.0), Next::Again(now + seconds(1.0)));
        assert_eq!(pace.turn(now + seconds(1.0)), Turn::At(now + seconds(7.0)));
    }

    #[test]
    fn a_limiter_that_lets_nothing_through_is_not_waited_for_for_ever() {
        let (mut now, mut pace, begin) = (Instant::now(), Pace::new(64), Instant::now());
        loop {
            pace.start();
            match pace.limited(now, now, &Limits::default(), 0.0) {
                Next::Again(due) => now = due,
                next => break assert_eq!(next, Next::GiveUpServer),
            }
        }
        assert!((60.0..90.0).contains(&now.duration_since(begin).as_secs_f64()));
    }

    #[test]
    fn failures_are_asked_again_and_a_dead_server_is_given_up() {
        let begin = Instant::now();
        let mut pace = Pace::new(64);
        let fail = |pace: &mut Pace, at: f64, attempt| {
            pace.start();
            pace.failed(begin + seconds(at), begin + seconds(at), attempt, &Limits::default(), 0.5)
        };
        let again = |at| Next::Again(begin + seconds(at));
        // Failures of one round are one failure of the server.
        (0..50).for_each(|_| assert_eq!(fail(&mut pace, 0.0, 1), again(0.5)));
        assert_eq!(fail(&mut pace, 0.5, 2), again(1.5));
        assert_eq!(fail(&mut pace, 1.5, 3), Next::GiveUp);
        assert_eq!(fail(&mut pace, 3.0, 1), again(3.5));
        assert_eq!(fail(&mut pace, 4.0, 1), again(4.5));
        assert_eq!(fail(&mut pace, 5.0, 1), Next::GiveUpServer);
        pace.start();
        pace.answered(begin, begin + seconds(6.0), &Limits::default());
        assert_eq!(fail(&mut pace, 7.0, 1), again(7.5));
    }

    #[test]
    fn a_failing_server_that_names_a_wait_is_left_alone_so_long() {
        let now = Instant::now();
        let mut pace = Pace::new(64);
        (0..2).for_each(|_| pace.start());
        assert_eq!(pace.failed(now, now, 1, &wait(7), 0.5), Next::Again(now + seconds(7.0)));
        assert_eq!(pace.turn(now + seconds(1.0)), Turn::At(now + seconds(7.0)), "by the others too");
        assert_eq!(pace.failed(now, now, 1, &wait(61), 0.5), Next::GiveUp);
    }

    fn limits(headers: &[(&str, &str)]) -> Limits {
        let mut reply = Reply::default();
        for (name, value) in headers {
            reply.headers.append(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        Limits::of(&reply)
    }

    #[test]
    fn every_header_of_mattermosts_limiter_is_read() {
        let Limits { limit, remaining, reset, retry_after } = limits(&[
            ("X-RateLimit-Limit", "101"),
            ("X-RateLimit-Remaining", "0"),
            ("X-RateLimit-Reset", "11"),
            ("Retry-After", "2"),
        ]);
        assert_eq!((limit, remaining), (Some(101), Some(0)));
        assert_eq!((reset, retry_after), (Some(seconds(11.0)), Some(seconds(2.0))));
    }

    #[test]
    fn a_second_limiters_headers_and_dates_are_read() {
        let Limits { limit, remaining, reset, retry_after } = limits(&[
            ("x-ratelimit-limit", "101"),
            ("x-ratelimit-remaining", "100"),
            ("x-ratelimit-remaining", "3"),
            ("x-ratelimit-reset", "1795581075"),
            ("retry-after", "1"),
            ("retry-after", "7"),
            ("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"),
        ]);
        assert_eq!((limit, remaining, reset), (Some(101), Some(3), None));
        assert_eq!(retry_after, Some(seconds(7.0)));
    }
}
