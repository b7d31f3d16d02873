//! A faithful, stateful stand-in for a Mattermost server. The modules are listed in the order a request meets them:
//! `shell` reads it, `server` and `auth` are the pipeline, `routes` finds the endpoint, the endpoints change `state`.
//! "facts N" in a comment names a section of the collected facts; "[R]" there means measured on a live 11.10.0.
#![forbid(unsafe_code)]

mod options;
mod shell;
mod world;

mod control;
mod faults;
mod log;

mod auth;
mod call;
mod limiter;
mod permissions;
mod routes;
mod server;

mod account_rules;
mod accounts;
mod bots;
mod client_config;
mod config;
mod config_rules;
mod devices;
mod guests;
mod lists;
mod login;
mod mail_links;
mod oauth;
mod oauth_apps;
mod profiles;
mod roles;
mod system;
mod tokens;
mod users;

mod clock;
mod ids;
mod pats;
mod profile;
mod session;
mod state;
mod totp;

mod body;
mod errors;
mod reply;
mod shapes;

use std::io::{Read, Write};
use std::sync::Arc;

use tokio::net::TcpListener;

use options::{Asked, HELP, Options};
use shell::Door;
use world::{Setup, World};

/// Runs the program; the number is its exit status.
pub fn main() -> u8 {
    match options::read(std::env::args().skip(1)) {
        Ok(Asked::Help) => say(&mut std::io::stdout(), HELP.trim_end(), 0),
        Ok(Asked::Serve(options)) => match run(*options) {
            Ok(()) => 0,
            Err(error) => say(&mut std::io::stderr(), &format!("fake-mattermost: {error}"), 1),
        },
        Err(why) => say(&mut std::io::stderr(), &format!("fake-mattermost: {why}"), 2),
    }
}

fn say(to: &mut dyn Write, text: &str, status: u8) -> u8 {
    // Nobody left to tell is no reason to fail.
    let _ = writeln!(to, "{text}");
    status
}

fn run(options: Options) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(options))?;
    // Requests under way, such as a planted slow one, are dropped.
    runtime.shutdown_background();
    Ok(())
}

async fn serve(options: Options) -> std::io::Result<()> {
    let server = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let control = TcpListener::bind(("127.0.0.1", options.control_port)).await?;
    let url = format!("http://{}{}", server.local_addr()?, options.subpath);
    let control_url = format!("http://{}", control.local_addr()?);
    let world = Arc::new(World::new(Setup {
        profile: options.profile,
        site_url: url.clone(),
        overrides: options::overrides(),
        settings: options.settings,
    }));
    tokio::spawn(shell::serve(server, Arc::clone(&world), Door::Server));
    tokio::spawn(shell::serve(control, world, Door::Control));
    let line = format!("{{\"url\":\"{url}\",\"control\":\"{control_url}\"}}\n");
    let mut out = std::io::stdout();
    out.write_all(line.as_bytes())?;
    out.flush()?;
    wait_for_the_end(options.stay).await
}

/// Standard input closes, or the process is asked to end.
async fn wait_for_the_end(stay: bool) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (closed, on_close) = tokio::sync::oneshot::channel::<()>();
    if stay {
        // Never told of a close, and never dropped: the program goes on until a signal.
        std::mem::forget(closed);
    } else {
        std::thread::spawn(move || {
            let mut buffer = [0; 64];
            while !matches!(std::io::stdin().read(&mut buffer), Ok(0) | Err(_)) {}
            // The receiver is gone only when the process is ending anyway.
            let _ = closed.send(());
        });
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = on_close => {}
    }
    Ok(())
}
