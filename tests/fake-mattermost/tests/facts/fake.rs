//! A started fake, and the people on it. Dropping it closes its standard input, which ends it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::http::{Answer, send};

/// All profiles, in the order of their releases.
pub const PROFILES: [&str; 5] = ["10.11", "11.8", "11.9", "11.10", "next"];
pub const PASSWORD: &str = "correct-horse-1";
/// An id nobody has.
pub const UNKNOWN: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzz";
pub const DAY: i64 = 86_400_000;

pub struct Fake {
    child: Child,
    server: SocketAddr,
    control: SocketAddr,
    pub subpath: String,
}

/// Somebody with an account and, mostly, a session.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub token: String,
}

impl Fake {
    /// 11.10, without users.
    pub fn fresh() -> Self {
        Self::with("11.10", &[], &[])
    }

    pub fn with(profile: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fake-mattermost"))
            .args(["--profile", profile])
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("one line");
        let said: Value = serde_json::from_str(&line).expect("a line of JSON");
        let address = |key: &str| {
            let rest = said[key].as_str().and_then(|url| url.strip_prefix("http://")).expect("an address");
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            (host.parse::<SocketAddr>().expect("host and port"), path.to_owned())
        };
        let (server, subpath) = address("url");
        Self { child, server, control: address("control").0, subpath }
    }

    /// 11.10 with an administrator.
    pub fn started() -> (Self, Person) {
        Self::of("11.10")
    }

    /// Any profile with an administrator.
    pub fn of(profile: &str) -> (Self, Person) {
        let fake = Self::with(profile, &[], &[]);
        let admin = fake.person("root");
        (fake, admin)
    }

    /// As [`Fake::started`], with access tokens and bots switched on.
    pub fn open() -> (Self, Person) {
        Self::open_of("11.10")
    }

    pub fn open_of(profile: &str) -> (Self, Person) {
        let (fake, admin) = Self::of(profile);
        fake.set(json!({"EnableUserAccessTokens": true, "EnableBotAccountCreation": true}));
        (fake, admin)
    }

    /// Closes standard input and waits for the end.
    pub fn close(&mut self) -> std::process::ExitStatus {
        drop(self.child.stdin.take());
        self.child.wait().expect("the child is ours")
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server
    }

    pub fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        send(self.server, method, target, headers, body.as_bytes())
    }

    /// A request below `/api/v4` with a bearer token; an empty token sends no header.
    pub fn call(&self, method: &str, token: &str, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers: &[(&str, &str)] = if token.is_empty() { &[] } else { &[("Authorization", &bearer)] };
        self.send(method, &format!("{}/api/v4{path}", self.subpath), headers, body)
    }

    pub fn get(&self, token: &str, path: &str) -> Answer {
        self.call("GET", token, path, "")
    }

    pub fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.call("POST", token, path, &body.to_string())
    }

    pub fn put(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.call("PUT", token, path, &body.to_string())
    }

    pub fn me(&self, token: &str) -> Answer {
        self.get(token, "/users/me")
    }

    #[track_caller]
    pub fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = send(self.control, method, path, &[], body.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Settings of `ServiceSettings`.
    #[track_caller]
    pub fn set(&self, settings: Value) {
        self.control("POST", "/settings", &json!({ "ServiceSettings": settings }));
    }

    #[track_caller]
    pub fn settings(&self, sections: Value) {
        self.control("POST", "/settings", &sections);
    }

    /// The server's time, milliseconds.
    pub fn now(&self) -> i64 {
        self.control("GET", "/clock", &json!({}))["now"].as_i64().expect("a number")
    }

    pub fn advance(&self, by: i64) {
        self.control("POST", "/clock", &json!({ "advance": by }));
    }

    pub fn freeze(&self) -> i64 {
        self.control("POST", "/clock", &json!({ "freeze": true }))["now"].as_i64().expect("a number")
    }

    pub fn create(&self, token: &str, name: &str) -> Answer {
        let email = format!("{name}@example.org");
        self.post(token, "/users", &json!({"username": name, "email": email, "password": PASSWORD}))
    }

    /// A new account with a session; on a server that is closed by now, too.
    pub fn person(&self, name: &str) -> Person {
        self.settings(json!({"TeamSettings": {"EnableOpenServer": true}}));
        let id = self.create("", name).ok().field("id");
        self.settings(json!({"TeamSettings": {"EnableOpenServer": false}}));
        let token = self.login(name);
        Person { id, token }
    }

    /// A person with these roles.
    pub fn with_roles(&self, admin: &Person, name: &str, roles: &str) -> Person {
        let person = self.person(name);
        self.set_roles(admin, &person.id, roles);
        person
    }

    pub fn set_roles(&self, admin: &Person, user_id: &str, roles: &str) {
        self.put(&admin.token, &format!("/users/{user_id}/roles"), &json!({ "roles": roles })).status_ok();
    }

    pub fn log_in(&self, name: &str, password: &str) -> Answer {
        self.post("", "/users/login", &json!({"login_id": name, "password": password}))
    }

    pub fn login(&self, name: &str) -> String {
        self.log_in(name, PASSWORD).ok().header("token").expect("a Token header").to_owned()
    }

    /// A new access token: id and secret.
    #[track_caller]
    pub fn pat(&self, by: &Person, owner: &str) -> (String, String) {
        self.pat_until(by, owner, 0)
    }

    #[track_caller]
    pub fn pat_until(&self, by: &Person, owner: &str, expires_at: i64) -> (String, String) {
        let body = json!({"description": "test", "expires_at": expires_at});
        let made = self.post(&by.token, &format!("/users/{owner}/tokens"), &body).ok();
        (made.field("id"), made.field("token"))
    }

    /// A new bot's id.
    #[track_caller]
    pub fn bot(&self, owner: &Person, name: &str) -> String {
        self.post(&owner.token, "/bots", &json!({ "username": name })).ok().field("user_id")
    }

    /// `POST /users/tokens/{verb}` for a token id.
    pub fn on_token(&self, token: &str, verb: &str, id: &str) -> Answer {
        self.post(token, &format!("/users/tokens/{verb}"), &json!({ "token_id": id }))
    }

    /// An OAuth session of a user.
    pub fn oauth_session(&self, user_id: &str) -> String {
        let made = self.control("POST", "/plant", &json!({"user_id": user_id, "kind": "oauth"}));
        made["token"].as_str().expect("a token").to_owned()
    }

    /// Makes a role of one's own out of a built-in one that nobody else uses here.
    pub fn grant(&self, admin: &Person, role: &str, permissions: &[&str]) {
        let id = self.get(&admin.token, &format!("/roles/name/{role}")).ok().field("id");
        let body = json!({ "permissions": permissions });
        self.put(&admin.token, &format!("/roles/{id}/patch"), &body).ok();
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.close();
    }
}
