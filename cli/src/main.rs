//! The command `mmcred`.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    mmcred_cli::run(std::env::args_os()).into()
}
