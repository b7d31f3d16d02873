mod about;
mod add;
mod diagnose;
mod list;
mod nagios;
mod remove;
mod rename;
mod run;
mod show;
mod token;
mod verify;
mod verify_all;

use std::io::Write;

use mmcred::{Connection, Proxy, Tls, Vault, VaultOptions};

use crate::args::{Args, Command, Place, Way};
use crate::output::{Outcome, Output};

pub fn run(args: Args, out: &mut Output<impl Write, impl Write>) -> Outcome {
    match args.command {
        Command::Add(command) => add::run(&args.place, &command, out),
        Command::List(command) => list::run(&args.place, &command, out),
        Command::Show(command) => show::run(&args.place, &command, out),
        Command::Verify(command) => verify::run(&args.place, &command, out),
        Command::Diagnose(command) => diagnose::run(&args.place, &command, out),
        Command::Token(command) => token::run(&args.place, &command, out),
        Command::Run(command) => run::run(&args.place, &command),
        Command::Rename(command) => rename::run(&args.place, &command, out),
        Command::Remove(command) => remove::run(&args.place, &command, out),
        Command::Completions(command) => about::completions(&command, out),
        Command::Man(command) => about::manual(&command),
    }
}

fn options(place: &Place) -> VaultOptions {
    let mut options = VaultOptions::new();
    if let Some(path) = &place.vault {
        options = options.path(path);
    }
    if let Some(path) = &place.key_file {
        options = options.key_file(path);
    }
    options
}

fn open(place: &Place) -> mmcred::Result<Vault> {
    options(place).open()
}

fn connection(way: &Way) -> mmcred::Result<Connection> {
    Ok(Connection {
        tls: Tls::from_settings(way.ca_file.as_deref(), way.allow_unauthorized_certs)?,
        proxy: Proxy::from_setting(way.proxy.as_deref())?,
        allow_http: way.allow_http,
    })
}
