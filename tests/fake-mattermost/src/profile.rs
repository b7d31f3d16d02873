//! Which server the fake is. A rule that differs between releases is a field here, and nowhere a version comparison.

/// The differences between the releases the facts tell apart.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// The name given on the command line.
    pub name: &'static str,
    /// The version in `X-Version-Id`, the ETag and the client configuration.
    pub version: &'static str,
    /// The build number in `X-Version-Id`: a CI run (field recordings, observation 4).
    pub build: &'static str,
    /// Hex digits of the configuration hash in `X-Version-Id`: md5 before 11, 64 from then on (facts 6.2).
    pub hash_digits: usize,
    /// Tokens can expire, and the lifetime policy exists (11.9, facts 1.4).
    pub token_expiry: bool,
    /// `rotate` and the non-compliant endpoints exist (11.10, facts 3).
    pub rotation: bool,
    /// Bots owned by people fall under the policy; job and bots as after the change (facts 1.4, newest).
    pub policy_for_bots: bool,
    /// OAuth sessions are refused by revoke, disable and enable too (facts 0, 3).
    pub oauth_may_not_change_tokens: bool,
    /// A CSRF refusal clears the cookie (facts 2.4).
    pub csrf_clears_cookie: bool,
    /// Session items carry `voip_device_id` (executed.json, 11.11), and the ids of phones are looked at.
    pub voip_device_id: bool,
    /// Bots carry `system_owned` (facts 13, newest).
    pub system_owned: bool,
    /// `auth_data` is `""` for oneself, instead of absent (facts 13, 10.x and older).
    pub auth_data_for_self: bool,
    /// `remote_id` is `""` for people, instead of absent (recording 200-users-list-pat-2025).
    pub remote_id_for_people: bool,
    /// Each MFA code works once (facts 6.3, current servers).
    pub mfa_codes_once: bool,
    /// Login has a limiter of its own (11.5 and dot releases back to 11.2, facts 0).
    pub login_limiter: bool,
    /// Clients may ask to be registered, and for an account's way of signing in (by 11.8).
    pub routes_of_11: bool,
    /// Clients say in which format they want what is made for them (facts 6.1, older servers).
    pub client_format: bool,
    /// Answers come as zstd to who takes it, before gzip (measured on 11.10).
    pub zstd: bool,
}

const V11_10: Profile = Profile {
    name: "11.10",
    version: "11.10.0",
    build: "29114871602",
    hash_digits: 64,
    token_expiry: true,
    rotation: true,
    policy_for_bots: false,
    oauth_may_not_change_tokens: true,
    csrf_clears_cookie: true,
    voip_device_id: false,
    system_owned: false,
    auth_data_for_self: false,
    remote_id_for_people: false,
    mfa_codes_once: true,
    login_limiter: true,
    routes_of_11: true,
    client_format: false,
    zstd: true,
};

const PROFILES: [Profile; 5] = [
    Profile {
        name: "10.11",
        version: "10.11.0",
        build: "16967187212",
        hash_digits: 32,
        token_expiry: false,
        rotation: false,
        oauth_may_not_change_tokens: false,
        csrf_clears_cookie: false,
        auth_data_for_self: true,
        remote_id_for_people: true,
        mfa_codes_once: false,
        login_limiter: false,
        routes_of_11: false,
        client_format: true,
        zstd: false,
        ..V11_10
    },
    Profile {
        name: "11.8",
        version: "11.8.0",
        build: "27446920513",
        token_expiry: false,
        rotation: false,
        oauth_may_not_change_tokens: false,
        zstd: false,
        ..V11_10
    },
    Profile { name: "11.9", version: "11.9.0", build: "28290115034", rotation: false, zstd: false, ..V11_10 },
    V11_10,
    Profile {
        name: "next",
        version: "11.11.0",
        build: "30020418877",
        policy_for_bots: true,
        voip_device_id: true,
        system_owned: true,
        ..V11_10
    },
];

impl Profile {
    /// Finds a profile by its name.
    pub fn named(name: &str) -> Option<Self> {
        PROFILES.into_iter().find(|profile| profile.name == name)
    }

    /// The names, for `--help` and refusals.
    pub fn names() -> String {
        PROFILES.map(|profile| profile.name).join(", ")
    }
}
