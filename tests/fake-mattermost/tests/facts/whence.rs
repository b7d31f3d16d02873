//! Facts 2.1: where the token is read from.

use crate::fake::Fake;

#[test]
fn both_schemes_in_any_case_with_any_separator() {
    let (fake, admin) = Fake::started();
    for scheme in ["Bearer ", "bearer ", "BEARER ", "Token ", "token ", "BEARER_", "tokenx"] {
        let value = format!("{scheme}{}", admin.token);
        let answer = fake.send("GET", "/api/v4/users/me", &[("Authorization", &value)], "");
        assert_eq!(answer.status, 200, "{scheme}");
    }
}

#[test]
fn a_second_space_belongs_to_the_token() {
    let (fake, admin) = Fake::started();
    let value = format!("Bearer  {}", admin.token);
    fake.send("GET", "/api/v4/users/me", &[("Authorization", &value)], "").rejected();
}

#[test]
fn a_bare_scheme_and_other_schemes_are_no_token() {
    let (fake, admin) = Fake::started();
    for value in ["Bearer", "token", "Basic Zm9vOmJhcg==", &admin.token] {
        fake.send("GET", "/api/v4/users/me", &[("Authorization", value)], "").unseen();
    }
}

#[test]
fn an_empty_cookie_shadows_a_good_header() {
    let (fake, admin) = Fake::started();
    let bearer = format!("Bearer {}", admin.token);
    let headers = [("Authorization", bearer.as_str()), ("Cookie", "MMAUTHTOKEN=")];
    fake.send("GET", "/api/v4/users/me", &headers, "").unseen();
    let other = [("Authorization", bearer.as_str()), ("Cookie", "MMUSERID=x; MMCSRF=y")];
    assert_eq!(fake.send("GET", "/api/v4/users/me", &other, "").status, 200);
}

#[test]
fn a_cookie_wins_over_the_header_and_the_header_over_the_query() {
    let (fake, admin) = Fake::started();
    let other = fake.person("other");
    let (bearer, cookie) = (format!("Bearer {}", admin.token), format!("MMAUTHTOKEN={}", other.token));
    let headers = [("Authorization", bearer.as_str()), ("Cookie", cookie.as_str())];
    let who = fake.send("GET", "/api/v4/users/me", &headers, "").ok().field("id");
    assert_eq!(who, other.id);
    let target = format!("/api/v4/users/me?access_token={}", other.token);
    assert_eq!(fake.send("GET", &target, &headers[..1], "").ok().field("id"), admin.id);
}

#[test]
fn the_token_is_cut_to_fifty_bytes() {
    let (fake, admin) = Fake::started();
    let secret = "s".repeat(50);
    let planted = serde_json::json!({"user_id": admin.id, "kind": "session", "token": secret});
    fake.control("POST", "/plant", &planted);
    assert_eq!(fake.me(&format!("{secret}andmore")).status, 200);
    fake.me(&secret[..49]).rejected();
}

#[test]
fn nothing_is_trimmed_or_folded() {
    let (fake, admin) = Fake::started();
    fake.me(&admin.token.to_uppercase()).rejected();
    fake.me(&format!("{}%20", admin.token)).rejected();
}
