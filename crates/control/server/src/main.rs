//! Binary `cloister-server`. Exit codes: 0 done, 1 failed, 2 wrong usage, 5 conflict, 6 unavailable.
#![expect(clippy::print_stdout, reason = "the ready line and the answers of `admin` are for standard output")]
#![expect(clippy::print_stderr, reason = "a refusal to start is for standard error")]

use std::process::ExitCode;

use clap::Parser;
use cloister_app::AppError;
use cloister_server::{Command, Options, admin, routes, serve};
use tracing_subscriber::EnvFilter;

fn say(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
}

#[tokio::main]
async fn main() -> ExitCode {
    // The only provider linked; installed twice is installed.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match Options::parse().command {
        Command::Serve(options) => {
            say(&options.log);
            match serve::run(*options, |line| println!("{line}")).await {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("error: {error}");
                    ExitCode::from(if matches!(error, serve::ServeError::Locked(_)) { 6 } else { 1 })
                }
            }
        }
        Command::Admin(options) => match admin::run(&options).await {
            Ok(done) => {
                println!("{done}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(match error {
                    AppError::Conflict(_) => 5,
                    AppError::Invalid(_) | AppError::Unprocessable(_) => 2,
                    AppError::Unavailable(_) | AppError::Database(_) | AppError::Disk(_) => 6,
                    _other => 1,
                })
            }
        },
        Command::Openapi => match routes::openapi().to_pretty_json() {
            Ok(text) => {
                println!("{text}");
                ExitCode::SUCCESS
            }
            Err(_) => ExitCode::FAILURE,
        },
        Command::Permissions => {
            print!("{}", cloister_authz::matrix::TEXT);
            ExitCode::SUCCESS
        }
    }
}
