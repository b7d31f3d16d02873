//! What all connections share: the state machine, the planted faults and the log.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::config::Config;
use crate::faults::Faults;
use crate::log::Log;
use crate::profile::Profile;
use crate::state::State;

/// How a fake is started, kept for a reset.
#[derive(Clone)]
pub struct Setup {
    /// Which release.
    pub profile: Profile,
    /// SiteURL, with the subpath.
    pub site_url: String,
    /// `MM_...` variables.
    pub overrides: BTreeMap<String, String>,
    /// Settings from the command line.
    pub settings: Vec<(String, String, Value)>,
}

impl Setup {
    /// A fresh server.
    fn fresh(&self) -> State {
        let mut config = Config::new(&self.site_url, self.overrides.clone(), self.profile.token_expiry);
        for (section, key, value) in &self.settings {
            config.store(section, key, value.clone());
        }
        State::new(self.profile, config)
    }
}

/// Shared by all connections.
pub struct World {
    setup: Setup,
    state: Mutex<State>,
    /// Planted faults.
    pub faults: Faults,
    /// Received requests.
    pub log: Log,
}

impl World {
    /// A fresh world.
    pub fn new(setup: Setup) -> Self {
        let state = Mutex::new(setup.fresh());
        Self { setup, state, faults: Faults::default(), log: Log::default() }
    }

    /// The state machine; one request at a time.
    pub fn state(&self) -> MutexGuard<'_, State> {
        // A panic in one request must not silence the others: its test fails anyway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything as at the start.
    pub fn reset(&self) {
        *self.state() = self.setup.fresh();
        self.faults.clear();
        self.log.clear();
    }
}
