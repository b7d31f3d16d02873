use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::{Position, Url};

use crate::error::{Error, Result};
use crate::{ErrorKind, ServerUrl};

/// The full URL that a tool means, if it stays with the credential's server.
///
/// `users/me` means `<base>/api/v4/users/me`, `/x` means `<base>/x`; an absolute URL passes only on the same
/// origin and below the base path.
pub(super) fn join(base: &ServerUrl, target: &str) -> Result<String> {
    if let Some(what) = defect(target) {
        return Err(wrong_origin(base, what));
    }
    let absolute = if has_scheme(target) {
        target.to_owned()
    } else if target.starts_with('/') {
        format!("{base}{target}")
    } else {
        base.api(target)
    };
    if is_plain(base, &absolute) {
        return Ok(absolute);
    }
    read(base, &absolute)
}

/// Whether the URL is the base and a path of plain words, which reading it would not change: it is left out then,
/// since it costs a sixth of a hand-out.
fn is_plain(base: &ServerUrl, absolute: &str) -> bool {
    let path = absolute.strip_prefix(base.as_str()).filter(|path| path.starts_with('/'));
    path.is_some_and(|path| {
        path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte))
            && !path.contains("//")
    })
}

fn read(base: &ServerUrl, absolute: &str) -> Result<String> {
    let url = Url::parse(absolute).map_err(|_| wrong_origin(base, "can not be read"))?;
    within(base, url)
}

/// Whether `url`, as somebody else will request it, is absolute and stays with the credential's server.
pub(super) fn check(base: &ServerUrl, url: &str) -> Result<()> {
    if !has_scheme(url) {
        return Err(wrong_origin(base, "is not absolute"));
    }
    join(base, url).map(drop)
}

/// Where a redirect of a request to `from` may lead, by the same rule.
pub(super) fn follow(base: &ServerUrl, from: &str, location: &str) -> Result<String> {
    let outside = |what| wrong_origin(base, what);
    if location.contains(['\\', '\0']) || location.contains(char::is_control) {
        return Err(outside("is a redirect that can not be read"));
    }
    let from = Url::parse(from).map_err(|_| outside("can not be read"))?;
    let url = from.join(location).map_err(|_| outside("is a redirect that can not be read"))?;
    within(base, url)
}

/// The URL's text, if the URL has the base's origin and lies below its path.
fn within(base: &ServerUrl, mut url: Url) -> Result<String> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong_origin(base, "holds a user name or password"));
    }
    if url[..Position::BeforePath] != *base.origin() {
        return Err(wrong_origin(base, "leads to another origin"));
    }
    if climbs(url.path()) {
        return Err(wrong_origin(base, "climbs out with '..'"));
    }
    // A server answers a double slash with a 301, which turns a POST into a GET (recordings, observation 7).
    if url.path().contains("//") {
        let single: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
        let path = format!("/{}", single.join("/"));
        url.set_path(&path);
    }
    let below =
        url.path().strip_prefix(base.path()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if !below {
        return Err(wrong_origin(base, "lies outside the base path"));
    }
    url.set_fragment(None);
    Ok(url.into())
}

fn defect(target: &str) -> Option<&'static str> {
    if target.is_empty() {
        return Some("is empty");
    }
    if target.starts_with("//") {
        return Some("names another host with '//'");
    }
    if target.contains('\\') {
        return Some("has a backslash inside");
    }
    if target.contains(|sign: char| sign.is_control() || sign.is_whitespace()) {
        return Some("has a blank or control character inside");
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    climbs(path).then_some("climbs out with '..'")
}

/// `..` as a segment, also percent-encoded and encoded twice: proxies decode before they resolve.
fn climbs(path: &str) -> bool {
    let mut decoded = Cow::Borrowed(path);
    for _ in 0..3 {
        if decoded.split(['/', '\\']).any(|segment| segment == "..") {
            return true;
        }
        let more = match percent_decode_str(&decoded).decode_utf8_lossy() {
            Cow::Owned(more) => more,
            Cow::Borrowed(_) => return false, // nothing was encoded
        };
        decoded = Cow::Owned(more);
    }
    false
}

/// RFC 3986: a letter, then letters, digits, `+`, `-`, `.`, up to the first colon.
fn has_scheme(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// The target itself is not repeated: it may hold a token in its query.
fn wrong_origin(base: &ServerUrl, what: &str) -> Error {
    Error::new(ErrorKind::WrongOrigin, format!("The URL {what}; this credential is for {base} only."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        base: String,
        target: String,
        /// Present for a redirect: the URL that answered with `target` as its Location.
        from: Option<String>,
        url: Option<String>,
    }

    #[test]
    fn every_vector_goes_where_it_says_or_nowhere() {
        let text = include_str!("../../../tests/vectors/hand_url.json");
        let cases: Vec<Case> = serde_json::from_str(text).unwrap();
        assert!(cases.len() > 40);
        for Case { name, base, target, from, url } in cases {
            let base = ServerUrl::parse(&base).unwrap();
            let got = match from {
                Some(from) => follow(&base, &from, &target),
                None => join(&base, &target),
            };
            if url::Url::parse(&target).is_ok() {
                assert_eq!(check(&base, &target).is_ok(), url.is_some(), "{name}");
            } else {
                assert!(check(&base, &target).is_err(), "{name}");
            }
            match (got, url) {
                (Ok(got), Some(url)) => assert_eq!(got, url, "{name}"),
                (Err(error), None) => assert_eq!(error.kind(), ErrorKind::WrongOrigin, "{name}"),
                (got, _) => panic!("{name}: {got:?}"),
            }
        }
    }

    #[test]
    fn reading_changes_no_plain_url() {
        let mut plain = 0;
        for base in
            ["https://chat.example.com", "http://[::1]:8065/chat/a-b", "https://xn--mnchen-3ya.example"]
        {
            let base = ServerUrl::parse(base).unwrap();
            for path in
                ["/", "/api/v4/users/me", "/x_y/Z-1", "", "x", "//x", "/a//b", "/a?b", "/..", "/%2e%2e", "/ü"]
            {
                let absolute = format!("{base}{path}");
                if is_plain(&base, &absolute) {
                    plain += 1;
                    assert_eq!(read(&base, &absolute).unwrap(), absolute);
                }
            }
        }
        assert_eq!(plain, 9);
    }

    #[test]
    fn a_refusal_repeats_no_secret_of_the_url() {
        let base = ServerUrl::parse("https://chat.example.com").unwrap();
        let error = join(&base, "https://other.example.com/?access_token=secret").unwrap_err();
        assert!(!format!("{error:?}").contains("secret"));
    }
}
