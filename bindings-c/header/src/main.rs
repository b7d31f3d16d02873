//! Writes `include/mmcred.h` from the comments and signatures of `bindings-c/src`.
//!
//!     mmcred-c-header              writes it
//!     mmcred-c-header --check      writes nothing, and fails if it differs

use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// The header's chapters: the functions with that beginning, and what they are about.
const CHAPTERS: [(&str, &str); 15] = [
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
    ("mmcred_verify_all_", "Checking many"),
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
 * Somebody stores a token under a name, on the command line (mmcred add prod --url chat.example.com) or
 * with mmcred_vault_put. From then on programs ask by that name:
 *
 *     mmcred_authorization   writes the header of a single request
 *     mmcred_hand_prepare    makes one request after the other ready; a hand also knows redirects, a token
 *                            that was replaced meanwhile, certificates and proxy
 *     mmcred_vault_verify    asks the server whether the token works, and if not, why
 *
 * What holds for every function (docs/c-abi.md in the sources says more):
 *
 * Status      Every function that can fail returns an mmcred_status: MMCRED_OK or the error's number.
 *             Results leave through out_ parameters, written only when the call succeeds (out_needed
 *             also when the buffer was too small). Details of a failure leave through the last
 *             parameter, out_error, which may be NULL:
 *
 *                 mmcred_error *error = NULL;
 *                 if (mmcred_vault_remove(vault, "prod", &error) != MMCRED_OK) {
 *                     fprintf(stderr, "%s %s\n", mmcred_error_message(error), mmcred_error_hint(error));
 *                     mmcred_error_free(error);
 *                 }
 *
 * Ownership   What an out_ parameter gives is yours: give it back with the _free of its noun.
 *             _free(NULL) does nothing. A text that a function *returns* is lent: it lives as long as
 *             the object it was asked of. What you pass in is copied before the call returns.
 *             No object needs another: free them in any order, on any thread. To free one twice, or
 *             to use it afterwards, is undefined, as with free().
 * Threads     A const pointer may be used by several threads at the same time, any other by one; so an
 *             object is freed when no other thread is using it.
 * Processes   After fork() a child goes on with all it inherited. A fork waits until no other thread is
 *             inside a vault; do not fork in a signal handler.
 * Texts       Names, paths and URLs are UTF-8 and end in NUL. Secrets come in with their length and
 *             need no NUL; they go out into your buffer, with a NUL. To learn the size, pass capacity
 *             0: MMCRED_BUFFER_TOO_SMALL, and out_needed says it.
 * Bugs        NULL where something is needed gives MMCRED_INVALID_ARGUMENT. A bug of mmcred gives
 *             MMCRED_INTERNAL; only memory that runs out ends the process.
 *
 * Generated from bindings-c/src by bindings-c/header; change those, not this.
 */
"#;
