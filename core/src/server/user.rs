use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::Verified;
use super::reply::{Reply, is_id};

/// What is looked at of the JSON object in a reply to `GET users/me`. A user has some forty members, and of thousands of
/// users a tree of all would be a fifth of the work.
#[derive(Default)]
pub(super) struct User {
    id: Value,
    username: Value,
    roles: Value,
    is_bot: Value,
}

impl User {
    /// The reply's object, if that is what its body is.
    pub(super) fn of(reply: &Reply) -> Option<Self> {
        serde_json::from_slice(&reply.body).ok()
    }

    /// A user has an id of 26 characters, which an error's id (same key!) is not, and a name.
    pub(super) fn verified(&self, reply: &Reply) -> Option<Verified> {
        let id = self.id.as_str().filter(|id| is_id(id))?;
        let username = self.username.as_str().filter(|name| !name.is_empty())?;
        // Always there (facts 13), and in no other product's object that has the other two.
        let roles = self.roles.as_str()?;
        Some(Verified {
            user_id: id.to_owned(),
            username: username.to_owned(),
            roles: roles.split_whitespace().map(str::to_owned).collect(),
            is_bot: self.is_bot.as_bool().unwrap_or(false),
            server_version: reply.server_version(),
        })
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    Id,
    Username,
    Roles,
    IsBot,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = User;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// Of a key that repeats the last one counts, as in Go.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<User, A::Error> {
        let mut user = User::default();
        while let Some(key) = members.next_key()? {
            let place = match key {
                Key::Id => &mut user.id,
                Key::Username => &mut user.username,
                Key::Roles => &mut user.roles,
                Key::IsBot => &mut user.is_bot,
                Key::Other => {
                    members.next_value::<Passed>()?;
                    continue;
                }
            };
            *place = members.next_value()?;
        }
        Ok(user)
    }
}

/// A member that is passed over, but read: `IgnoredAny` would let through what is nested too deep or no number.
struct Passed;

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Passed {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}
