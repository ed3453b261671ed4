//! Binary `cloister-server`. Exit codes: 0 done, 1 failed, 2 wrong usage, 5 conflict, 6 unavailable.
#![expect(clippy::print_stdout, reason = "the ready line and the answers of `admin` are for standard output")]
#![expect(clippy::print_stderr, reason = "a refusal to start is for standard error")]

use std::process::ExitCode;

use clap::Parser;
use cloister_app::AppError;
use cloister_server::{
    Command, Options, ServeOptions, admin, routes, serve,
    telemetry::{Telemetry, TelemetryError},
};
use tracing_subscriber::{EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Logs to standard error, and spans to the collector where one is named.
fn say(options: &ServeOptions) -> Result<Option<Telemetry>, TelemetryError> {
    let filter = EnvFilter::try_new(&options.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).with_filter(filter);
    let telemetry = options.otlp_endpoint.as_deref().map(Telemetry::new).transpose()?;
    tracing_subscriber::registry().with(logs).with(telemetry.as_ref().map(Telemetry::layer)).init();
    Ok(telemetry)
}

async fn serves(options: ServeOptions) -> ExitCode {
    let telemetry = match say(&options) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let served = serve::run(options, |line| println!("{line}")).await;
    if let Some(telemetry) = telemetry {
        telemetry.end().await;
    }
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if matches!(error, serve::ServeError::Locked(_)) { 6 } else { 1 })
        }
    }
}

/// Providers as text, not as an argument: everyone on the host sees arguments.
#[expect(clippy::disallowed_methods, reason = "the composition root reads the environment")]
fn providers_text() -> Option<String> {
    std::env::var("CLOISTER_PROVIDERS_TOML").ok().filter(|text| !text.trim().is_empty())
}

#[tokio::main]
async fn main() -> ExitCode {
    // The only provider linked; installed twice is installed.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match Options::parse().command {
        Command::Serve(mut options) => {
            options.providers_text = providers_text();
            serves(*options).await
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
