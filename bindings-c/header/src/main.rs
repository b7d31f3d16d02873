//! Writes `include/mmcred.h` from the comments and signatures of `bindings-c/src`.
//!
//!     mmcred-c-header              writes it
//!     mmcred-c-header --check      writes nothing, and fails if it differs

use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// The header's chapters: the functions with that beginning, and what they are about.
const CHAPTERS: [(&str, &str); 14] = [
    ("mmcred_status_", "Status"),
    ("mmcred_version_", "Version"),
    ("mmcred_error_", "Errors"),
    ("mmcred_text_", "Texts"),
    ("mmcred_credential_options_", "Credential options"),
    ("mmcred_credential_diagnose", "Why it does not work"),
    ("mmcred_credential_test", "Why it does not work"),
    ("mmcred_vault_diagnose", "Why it does not work"),
    ("mmcred_credential_", "Credentials"),
    ("mmcred_verified_", "What a server said"),
    ("mmcred_vault_", "Vaults"),
    ("mmcred_hand_", "Hands"),
    ("mmcred_authorization", "In one line"),
    ("mmcred_buffer_", "Wiping"),
];

fn main() -> ExitCode {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = crate_folder.join("../include/mmcred.h");
    let header = header(&crate_folder);
    if fs::read_to_string(&target).is_ok_and(|committed| committed == header) {
        return ExitCode::SUCCESS;
    }
    if std::env::args().any(|argument| argument == "--check") {
        say("include/mmcred.h differs from bindings-c/src: run bindings-c/generate.sh");
        return ExitCode::FAILURE;
    }
    fs::write(target, header).expect("include/ can be written");
    ExitCode::SUCCESS
}

fn header(crate_folder: &Path) -> String {
    let mut config = cbindgen::Config::from_root_or_default(crate_folder);
    config.header = Some(INTRODUCTION.trim().to_owned());
    config.after_includes = Some(version());
    let bindings = cbindgen::generate_with_config(crate_folder, config).expect("the crate parses");
    let mut text = Vec::new();
    bindings.write(&mut text);
    with_chapters(&String::from_utf8(text).expect("cbindgen writes UTF-8"))
}

fn version() -> String {
    let part = |text: &str| text.parse::<u32>().expect("cargo gives numbers");
    let number = part(env!("CARGO_PKG_VERSION_MAJOR")) * 1_000_000
        + part(env!("CARGO_PKG_VERSION_MINOR")) * 1_000
        + part(env!("CARGO_PKG_VERSION_PATCH"));
    format!(
        "\n/** The version of this header as a number, 1002003 for 1.2.3; see mmcred_version_number. */\n\
         #define MMCRED_VERSION_NUMBER {number}\n\n\
         /** The same as text. */\n#define MMCRED_VERSION_TEXT \"{}\"",
        env!("CARGO_PKG_VERSION")
    )
}

/// Puts a title before the first function of each chapter. Blocks are divided by empty lines.
fn with_chapters(header: &str) -> String {
    let mut current = "";
    let mut blocks = Vec::new();
    for block in header.split("\n\n") {
        let title = function(block).and_then(chapter).unwrap_or(current);
        if title != current {
            blocks.push(format!("/* ---------- {title} ---------- */"));
            current = title;
        }
        blocks.push(short_comment(block));
    }
    blocks.join("\n\n")
}

/// The name of the function that a block declares.
fn function(block: &str) -> Option<&str> {
    let declaration = block.rsplit("*/").next()?;
    let (before, _) = declaration.split_once('(')?;
    before.rsplit([' ', '*']).next()
}

fn chapter(function: &str) -> Option<&'static str> {
    CHAPTERS.iter().find(|(start, _)| function.starts_with(start)).map(|(_, title)| *title)
}

/// A comment of one line stays on one line.
fn short_comment(block: &str) -> String {
    match block.strip_prefix("/**\n * ").and_then(|rest| rest.split_once("\n */\n")) {
        Some((text, rest)) if !text.contains('\n') => format!("/** {text} */\n{rest}"),
        _ => block.to_owned(),
    }
}

#[expect(clippy::print_stderr, reason = "a command line tool")]
fn say(text: &str) {
    eprintln!("{text}");
}

const INTRODUCTION: &str = r#"
/*
 * mmcred: validates Mattermost tokens against their server, keeps them encrypted, hands them out.
 *
 *     cc program.c $(pkg-config --cflags --libs mmcred)
 *
 * What holds for every function (include/README.md says why):
 *
 * Status      Every function that can fail returns an mmcred_status: MMCRED_OK or the error's number.
 *             Results leave through out_ parameters, written only when the call succeeds (out_needed
 *             also when the buffer was too small). Details of a failure leave through the last
 *             parameter, which may be NULL.
 * Ownership   What an out_ parameter gives is yours: give it back with the _free of its noun.
 *             _free(NULL) does nothing. A text that a function *returns* is lent: it lives as long as
 *             the object it was asked of. What you pass in is copied before the call returns.
 * Threads     A const pointer may be used by several threads at the same time, any other by one.
 * Texts       Names, paths and URLs are UTF-8 and end in NUL. Secrets come in with their length and
 *             need no NUL; they go out into your buffer, with a NUL.
 * Bugs        NULL where something is needed gives MMCRED_INVALID_ARGUMENT. A bug of mmcred gives
 *             MMCRED_INTERNAL; it never ends the process.
 *
 * Generated from bindings-c/src by bindings-c/header; change those, not this.
 */
"#;
