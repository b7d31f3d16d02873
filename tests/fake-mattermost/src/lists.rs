//! Lists of users: all, searched, named by their ids.

use serde_json::json;

use crate::body::Kind;
use crate::call::Call;
use crate::errors::Fail;
use crate::reply::{Answer, Reply};
use crate::shapes::{Eyes, UserShape};
use crate::state::State;
use crate::system;
use crate::users::User;

/// How many a search finds when it does not say, and at most.
const USUAL: i64 = 100;
const MOST: i64 = 1_000;

fn shapes<'a>(state: &'a State, call: &Call, users: Vec<&'a User>) -> Vec<UserShape<'a>> {
    let eyes = state.profile_eyes(&call.session);
    users.into_iter().map(|user| UserShape::seen(user, eyes, state)).collect()
}

/// Orders a list can have, and what it must be a list of for that.
const SORTS: [(&str, &str); 5] = [
    ("last_activity_at", "in_team"),
    ("create_at", "in_team"),
    ("status", "in_channel"),
    ("admin", "in_channel"),
    ("display_name", "in_group"),
];

/// What the query of a list may say (api4/user.go getUsers).
fn check_list_query(state: &State, call: &Call) -> Result<(), Fail> {
    let said = |name: &str| !call.query(name).is_empty();
    if call.query_flag("active") && call.query_flag("inactive") {
        return Err(Fail::url_param("inactive"));
    }
    if said("not_in_channel") && !said("in_team") {
        return Err(Fail::url_param("team_id"));
    }
    if said("sort") && !SORTS.iter().any(|(sort, of)| *sort == call.query("sort") && said(of)) {
        return Err(Fail::url_param("sort"));
    }
    for (name, of, called) in [
        ("role", "", "role"),
        ("roles", "", "roles"),
        ("channel_roles", "in_channel", "channelRoles"),
        ("team_roles", "in_team", "teamRoles"),
    ] {
        let known = |role: &str| state.roles.iter().any(|known| known.name == role);
        if said(name) && (of.is_empty() || said(of)) && !call.query(name).split(',').all(known) {
            return Err(Fail::body_param(called));
        }
    }
    if call.query_flag("without_team") {
        state.require(&call.session, "list_users_without_team")?;
    }
    Ok(())
}

/// Whether a user holds one of the roles the query asks for, if any.
fn holds(call: &Call, user: &User, name: &str) -> bool {
    call.query(name).is_empty() || call.query(name).split(',').any(|role| user.has_role(role))
}

/// `GET /users`, by name; `active`, `inactive`, `role` and `roles` filter.
pub fn list(state: &mut State, call: &Call) -> Answer {
    check_list_query(state, call)?;
    // There are no teams and channels, so nobody is in one; but asking takes its right.
    for (of, permission, nobody) in [
        ("in_team", "view_team", true),
        ("in_channel", "read_channel", true),
        ("not_in_channel", "read_channel", false),
        ("not_in_team", "view_team", false),
    ] {
        if !call.query(of).is_empty() {
            state.require(&call.session, permission)?;
            if nobody {
                return system::empty_list(state, call);
            }
        }
    }
    let (active, inactive) = (call.query_flag("active"), call.query_flag("inactive"));
    let mut found: Vec<_> = state
        .users
        .values()
        .filter(|user| !(active && user.delete_at != 0 || inactive && user.delete_at == 0))
        .filter(|user| holds(call, user, "role") && holds(call, user, "roles"))
        .collect();
    found.sort_by(|a, b| a.username.cmp(&b.username));
    Ok(Reply::json(200, &shapes(state, call, call.cut(found))))
}

/// `GET /users/stats`
pub fn stats(state: &mut State, _call: &Call) -> Answer {
    Ok(Reply::line(200, &json!({ "total_users_count": state.active_people().count() })))
}

/// `GET /users/stats/filtered`: with `include_deleted`, `include_bots` and `roles`.
pub fn filtered_stats(state: &mut State, call: &Call) -> Answer {
    state.require(&call.session, "sysconsole_read_user_management_users")?;
    check_list_query(state, call)?;
    let (gone, bots) = (call.query_flag("include_deleted"), call.query_flag("include_bots"));
    let counted = state.users.values().filter(|user| {
        (gone || user.delete_at == 0)
            && (bots || !state.bots.contains_key(&user.id))
            && holds(call, user, "roles")
    });
    Ok(Reply::line(200, &json!({ "total_users_count": counted.count() })))
}

/// What a search looks for, and in whom.
struct Search {
    term: String,
    limit: i64,
    inactive: bool,
    names: bool,
    emails: bool,
}

impl Search {
    /// Who is found, by name.
    fn answer<'a>(&self, state: &'a State, call: &Call) -> Vec<UserShape<'a>> {
        let term = self.term.trim_start_matches('@').to_lowercase();
        let begins = |text: &str| text.to_lowercase().starts_with(&term);
        let fits = |user: &&User| {
            (self.inactive || user.delete_at == 0)
                && (begins(&user.username)
                    || begins(&user.nickname)
                    || self.names && (begins(&user.first_name) || begins(&user.last_name))
                    || self.emails && begins(&user.email))
        };
        let mut found: Vec<_> = state.users.values().filter(fits).collect();
        found.sort_by(|a, b| a.username.cmp(&b.username));
        found.truncate(usize::try_from(self.limit).unwrap_or_default());
        shapes(state, call, found)
    }
}

/// Whether the caller may see full names, and addresses.
fn sees(state: &State, call: &Call) -> (bool, bool) {
    match state.profile_eyes(&call.session) {
        Eyes::Far { names, email } => (names, email),
        _ => (true, true),
    }
}

/// `POST /users/search`: names and addresses beginning with the term, as far as one may see them; off while the server
/// is busy.
pub fn search(state: &mut State, call: &Call) -> Answer {
    system::require_not_busy(state, call)?;
    let (texts, flags) = (["term", "team_id", "not_in_channel_id"], ["allow_inactive", "without_team"]);
    let mut schema = vec![("limit", Kind::Int)];
    schema.extend(texts.map(|name| (name, Kind::Text)));
    schema.extend(flags.map(|name| (name, Kind::Bool)));
    let fields = call.decode("props", &schema)?;
    let limit = if fields.raw("limit").is_some() { fields.int("limit") } else { USUAL };
    for (name, wrong) in [
        ("term", fields.text("term").is_empty()),
        ("team_id", !fields.text("not_in_channel_id").is_empty() && fields.text("team_id").is_empty()),
        ("limit", !(1..=MOST).contains(&limit)),
    ] {
        if wrong {
            return Err(Fail::body_param(name));
        }
    }
    let (names, emails) = sees(state, call);
    let search =
        Search { term: fields.text("term"), limit, inactive: fields.flag("allow_inactive"), names, emails };
    Ok(Reply::json(200, &search.answer(state, call)))
}

/// `GET /users/autocomplete`: names beginning so, never addresses.
pub fn autocomplete(state: &mut State, call: &Call) -> Answer {
    let limit = match call.query("limit") {
        "" => USUAL,
        limit => limit.parse::<i64>().unwrap_or_default().min(MOST),
    };
    let (term, (names, _)) = (call.query("name").to_owned(), sees(state, call));
    let search = Search { term, limit, inactive: false, names, emails: false };
    Ok(Reply::line(200, &json!({ "users": search.answer(state, call) })))
}

/// `POST /users/ids`: those of the listed ids that changed after `since`.
pub fn by_ids(state: &mut State, call: &Call) -> Answer {
    let ids = call.texts("user_ids")?;
    let since = match call.query("since") {
        "" => -1,
        since => since.parse::<i64>().map_err(|_| Fail::body_param("since"))?,
    };
    found(state, call, |user| user.update_at > since && ids.contains(&user.id))
}

/// `POST /users/usernames`
pub fn by_usernames(state: &mut State, call: &Call) -> Answer {
    let names = call.texts("usernames")?;
    found(state, call, |user| names.contains(&user.username))
}

fn found(state: &State, call: &Call, wanted: impl Fn(&User) -> bool) -> Answer {
    let users = state.users.values().filter(|user| wanted(user)).collect();
    Ok(Reply::json(200, &shapes(state, call, users)))
}
