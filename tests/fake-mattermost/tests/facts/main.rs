//! The collected facts, asked of a started server by plain HTTP; one test per fact, named after it. "facts N" names a
//! section of the facts, and a module holds one section. What differs between releases is asked on every profile.

mod fake;
mod http;

mod accounts;
mod bots;
mod cache;
mod changes;
mod config;
mod devices;
mod discovery;
mod extras;
mod guests;
mod limits;
mod lists;
mod login;
mod mail_links;
mod me;
mod mfa;
mod oauth;
mod pipeline;
mod profiles;
mod roles;
mod sessions;
mod shapes;
mod token_expiry;
mod token_lifecycle;
mod tokens;
mod whence;
