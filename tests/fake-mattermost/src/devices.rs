//! Phones: what their ids look like, and what they tell the server about the session they use (api4/user.go
//! `handleDeviceProps`).

use crate::body::string_map;
use crate::call::Call;
use crate::errors::Fail;
use crate::login::{auth_cookie, cookie_life};
use crate::reply::{Answer, Reply};
use crate::state::State;

/// Who may stand before the colon of an ordinary id, and of a second one.
const PLATFORMS: [&str; 3] = ["apple_rn", "apple_rnbeta", "android_rn"];
const VOIP_PLATFORMS: [&str; 2] = ["apple_rn", "apple_rnbeta"];

/// The keys of the two ids, and how long a session with one lasts.
const IDS: [(&str, &[&str]); 2] = [("device_id", &PLATFORMS), ("voip_device_id", &VOIP_PLATFORMS)];
const LENGTH: &str = "SessionLengthMobileInHours";

/// `<platform>[-v<number>]:<token>`
fn valid_id(id: &str, platforms: &[&str]) -> bool {
    let Some((platform, token)) = id.split_once(':') else {
        return false;
    };
    let bare = platform
        .rsplit_once("-v")
        .filter(|(_, version)| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()));
    !token.is_empty() && platforms.contains(&bare.map_or(platform, |(bare, _)| bare))
}

impl State {
    /// The ids a body brings; servers that know of second ids look at both, older ones take anything as the first.
    pub fn device_ids(&self, sent: &dyn Fn(&str) -> String) -> Result<(String, String), Fail> {
        let checked = self.profile.voip_device_id;
        let [device_id, voip_device_id] = IDS.map(|(name, platforms)| {
            let id = sent(name);
            let valid = id.is_empty() || valid_id(&id, platforms);
            if valid || !checked { Ok(id) } else { Err(Fail::body_param(name)) }
        });
        Ok((device_id?, voip_device_id.map(|id| if checked { id } else { String::new() })?))
    }
}

/// `PUT /users/sessions/device`: an id makes the session mobile, alone on its phone, and as long as a phone's.
pub fn attach(state: &mut State, call: &Call) -> Answer {
    let sent = string_map(&call.body, call.body_limit);
    let text = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let (disabled, version) = (text("device_notification_disabled"), text("mobile_version"));
    let mut props = Vec::new();
    for (name, valid, said) in [
        ("device_notification_disabled", matches!(disabled.as_str(), "true" | "false"), disabled),
        ("mobile_version", is_version(&version), version),
    ] {
        if said.is_empty() {
            continue; // and what was said before stays
        }
        if !valid {
            return Err(Fail::body_param(name));
        }
        props.push((name.to_owned(), said));
    }
    let (device_id, voip_device_id) = state.device_ids(&text)?;
    let mut session = call.session.clone();
    let mut reply = Reply::ok();
    if !device_id.is_empty() || !voip_device_id.is_empty() {
        let life = cookie_life(state, call.now, LENGTH);
        reply = reply.with("Set-Cookie", auth_cookie(call, &session.token, &life));
        session.expires_at = call.now.saturating_add(state.hours(LENGTH));
    }
    for (id, slot) in [(device_id, &mut session.device_id), (voip_device_id, &mut session.voip_device_id)] {
        if !id.is_empty() {
            *slot = id;
        }
    }
    session.props.extend(props);
    state.sessions.revoke_same_device(&session);
    if let Some(row) = state.sessions.rows.get_mut(&session.id) {
        *row = session;
    }
    state.sessions.forget_user(&call.session.user_id);
    Ok(reply)
}

/// Three numbers without needless zeros, as in `1.2.3-beta+5`.
fn is_version(text: &str) -> bool {
    let (rest, build) = text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let tails = [pre, build].into_iter().flatten().all(|tail| tail.split('.').all(word));
    let number = |part: &str| part.parse::<u64>().is_ok_and(|number| number.to_string() == part);
    tails && core.split('.').count() == 3 && core.split('.').all(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_versions() {
        for id in ["apple_rn:a", "apple_rnbeta-v2:a", "android_rn:a:b"] {
            assert!(valid_id(id, &PLATFORMS), "{id}");
        }
        for id in ["", "apple:a", "apple_rn", "apple_rn:", ":a", "apple_rn-vx:a", "apple_rn-v-2:a"] {
            assert!(!valid_id(id, &PLATFORMS), "{id}");
        }
        assert!(!valid_id("android_rn:a", &VOIP_PLATFORMS));
        for version in ["2.19.0", "1.2.3-beta.1+5"] {
            assert!(is_version(version), "{version}");
        }
        for version in ["2.19", "1.2.3.4", "01.2.3", "v1.2.3", "1.2.3-", "a.b.c"] {
            assert!(!is_version(version), "{version}");
        }
    }
}
