//! Names what answered in the place of Mattermost, by the traits its answers are known for.

use crate::server::reply::Reply;

/// A product and what it was known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) product: &'static str,
    pub(super) trait_: &'static str,
    /// Whether its business is to make people log in.
    pub(super) is_gateway: bool,
}

/// Where a mark is looked for.
#[derive(Clone, Copy)]
enum In {
    Location,
    Server,
    Cookie,
    Page,
    /// A header of that name is there.
    Header,
}

/// Login gateways stand before carriers: a page of oauth2-proxy also comes through nginx.
const PRODUCTS: [(&str, In, &str, bool); 35] = [
    ("Cloudflare Access", In::Location, "cloudflareaccess.com", true),
    ("Cloudflare Access", In::Page, "/cdn-cgi/access/", true),
    ("Google Identity-Aware Proxy", In::Header, "x-goog-iap-generated-response", true),
    ("Google's login", In::Location, "//accounts.google.com/", true),
    ("Microsoft Entra ID", In::Location, "//login.microsoftonline.com/", true),
    ("Okta", In::Location, ".okta.com/", true),
    ("oauth2-proxy", In::Location, "/oauth2/start", true),
    ("oauth2-proxy", In::Location, "/oauth2/sign_in", true),
    ("oauth2-proxy", In::Cookie, "_oauth2_proxy", true),
    ("oauth2-proxy", In::Page, "/oauth2/start", true),
    ("oauth2-proxy", In::Page, "oauth2-proxy", true),
    ("Authelia", In::Cookie, "authelia_session", true),
    ("Authelia", In::Location, "authelia", true),
    ("Authelia", In::Page, "authelia", true),
    ("authentik", In::Location, "goauthentik.io", true),
    ("authentik", In::Page, "authentik", true),
    ("Keycloak", In::Location, "/protocol/openid-connect/", true),
    ("Keycloak", In::Page, "kc-form-login", true),
    ("Keycloak", In::Page, "keycloak", true),
    ("Kubernetes ingress", In::Page, "default backend - 404", false),
    ("Cloudflare", In::Header, "cf-ray", false),
    ("Cloudflare", In::Server, "cloudflare", false),
    ("an AWS load balancer", In::Server, "awselb", false),
    ("OpenResty", In::Server, "openresty", false),
    ("nginx", In::Server, "nginx", false),
    ("nginx", In::Page, "<center>nginx", false),
    ("Apache", In::Server, "apache", false),
    ("Caddy", In::Server, "caddy", false),
    ("Envoy", In::Server, "envoy", false),
    ("Envoy", In::Server, "istio-envoy", false),
    ("Microsoft IIS", In::Server, "microsoft-iis", false),
    ("Squid", In::Server, "squid", false),
    ("HAProxy", In::Page, "haproxy", false),
    ("lighttpd", In::Server, "lighttpd", false),
    ("Varnish", In::Header, "x-varnish", false),
];

pub(super) fn who(reply: &Reply) -> Option<Seen> {
    let page = if reply.app_error().is_some() { String::new() } else { reply.page() };
    let lower = |name: &str| reply.header(name).unwrap_or_default().to_ascii_lowercase();
    let (location, server) = (lower("location"), lower("server"));
    let cookies: Vec<&str> =
        reply.headers.get_all("set-cookie").iter().filter_map(|c| c.to_str().ok()).collect();
    let found = PRODUCTS.iter().find(|(_, place, mark, _)| match place {
        In::Location => location.contains(mark),
        In::Server => server.starts_with(mark),
        In::Cookie => cookies.iter().any(|cookie| cookie.starts_with(mark)),
        In::Page => reply.status != 200 && page.contains(mark) || reply.is_html() && page.contains(mark),
        In::Header => reply.headers.contains_key(*mark),
    });
    let &(product, place, _, is_gateway) = found?;
    let trait_ = match place {
        In::Location => "its redirect leads to the login",
        In::Server => "the Server header names it",
        In::Cookie => "it sets its cookie",
        In::Page => "the page names it",
        In::Header => "its header is there",
    };
    Some(Seen { product, trait_, is_gateway })
}

/// RFC 6585 gives such networks a status of their own; few use it.
pub(super) fn is_captive_portal(reply: &Reply) -> bool {
    reply.status == 511 || reply.page().contains("captive portal")
}
