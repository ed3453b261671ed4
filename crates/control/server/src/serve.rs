//! `cloister-server serve`: composition root.

use std::{
    collections::BTreeSet, io::Write as _, net::SocketAddr, os::unix::fs::OpenOptionsExt, path::Path,
    sync::Arc, time::Duration,
};

use aws_lc_rs::hmac;
use cloister_app::{
    Anchoring, App, Background, PasswordCost, SigningKey,
    events::{Feed, Telling},
    log::Log,
    notices::mail::Mailer,
    people::{passkeys::RelyingParty, secrets},
    sealed::SealingKey,
    webhooks::Following,
};
use cloister_model::{Clock, Rng};

use cloister_store::{Store, objects::Objects};
use serde_json::json;
use tokio::sync::watch;

use crate::{
    Parts, ServeOptions, Shared,
    ambient::{SystemClock, SystemRng},
    broker_pipe::HttpBroker,
    courier::HttpCourier,
    layers::limits::Limits,
    listen::{self, Guarded},
    lock::FolderLock,
    oidc::Providers,
    provider_file,
    refusals::Refusals,
    routes,
    smtp::{Smtp, SmtpError},
    streams::Streams,
};

/// Why the server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another server is at work here.
    #[error("a second server on the same data folder `{0}`: stop the first, or give another --data")]
    Locked(String),
    /// A file, an address, the database.
    #[error("{0}")]
    Failed(String),
}

fn failed(what: &'static str) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> ServeError {
    move |why| ServeError::Failed(format!("{what}: {why}"))
}

/// The database's URL.
pub fn database_url(data: &Path, given: Option<&str>) -> String {
    match given {
        Some(url) => url.to_owned(),
        None => format!("sqlite://{}", data.join("cloister.db").display()),
    }
}

/// A 32-byte key in a file that only the owner reads; made when it is not there.
pub fn key_file(path: &Path, rng: &dyn Rng) -> std::io::Result<[u8; 32]> {
    if let Ok(text) = std::fs::read_to_string(path) {
        let bytes = hex::decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        return bytes.ok_or_else(|| std::io::Error::other(format!("`{}` is no key", path.display())));
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut seed = [0; 32];
    rng.fill(&mut seed);
    // Beside, then renamed: killed in between, it leaves no half a key that later starts would stumble over.
    let part = path.with_extension("part");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(hex::encode(seed).as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    if let Some(parent) = path.parent() {
        std::fs::File::open(parent)?.sync_all()?;
    }
    Ok(seed)
}

/// The mail server, where one is set.
fn mailer(options: &ServeOptions, public_url: &str) -> Result<Option<Arc<dyn Mailer>>, SmtpError> {
    let Some((url, from)) = options.smtp.as_deref().zip(options.mail_from.as_deref()) else {
        return Ok(None);
    };
    let smtp = Smtp::new(url, options.smtp_password_file.as_deref(), from, public_url)?;
    Ok(Some(Arc::new(smtp)))
}

async fn compose(
    options: &ServeOptions,
    public_url: &str,
    draining: watch::Receiver<bool>,
) -> Result<Shared, Box<dyn std::error::Error + Send + Sync>> {
    let (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>) = (Arc::new(SystemClock), Arc::new(SystemRng));
    let keys = options.data.join("server");
    let vouching = SigningKey::from_seed(&key_file(&keys.join("vouching.key"), rng.as_ref())?);
    let log_seed = key_file(&keys.join("log.key"), rng.as_ref())?;
    let token = std::fs::read_to_string(&options.worker_token_file)?;
    let store = Store::open(&database_url(&options.data, options.database.as_deref())).await?;
    let log =
        Log::open(store.clone(), options.data.join("log"), options.log_origin.clone(), log_seed).await?;
    let cursors = key_file(&keys.join("cursor.key"), rng.as_ref())?;
    let sealing = key_file(&keys.join("sealing.key"), rng.as_ref())?;
    let app = App {
        objects: Objects::open(&options.data).await?,
        store,
        broker: Arc::new(HttpBroker::new(&options.broker)?),
        clock,
        rng,
        log: Arc::new(log),
        vouching,
        passwords: PasswordCost::PRODUCTION,
        relying_party: RelyingParty::of(public_url),
        sealing: SealingKey::new(sealing),
        judged: cloister_app::work::room::Rooms::default(),
        courier: Arc::new(HttpCourier::new(options.private_webhooks)?),
        mailer: mailer(options, public_url)?,
        outgoing: tokio::sync::Notify::new(),
        feed: Feed::default(),
        work: tokio::sync::Notify::new(),
    };
    Ok(Shared::new(Parts {
        app: Arc::new(app),
        worker_token: secrets::hash(token.trim()).into(),
        refusals: Arc::new(Refusals::new(&SystemRng)),
        limits: Arc::new(Limits::new(options.rate_per_address, options.rate_per_credential)),
        cursor_key: hmac::Key::new(hmac::HMAC_SHA256, &cursors),
        security_contact: options.security_contact.clone().map(Into::into),
        providers: Arc::new(Providers::new(options.private_providers)?),
        public_url: public_url.into(),
        patience: options.patience(),
        streams: Arc::new(Streams::new(options.streams, options.streams_per_user)),
        draining,
        tls: options.tls_cert.is_some(),
        simulated: options.simulated,
    }))
}

async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// The socket, and the URL it is reached at.
fn bound(options: &ServeOptions) -> Result<(std::net::TcpListener, String), ServeError> {
    let failed = |e: std::io::Error| failed("the address")(e.into());
    let listener = std::net::TcpListener::bind(options.listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let scheme = if options.tls_cert.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}", listener.local_addr().map_err(failed)?);
    Ok((listener, url))
}

/// The operator's providers, from file and environment, and no others of the operator's.
async fn install_providers(app: &App, options: &ServeOptions) -> Result<(), ServeError> {
    let mut named = BTreeSet::new();
    if let Some(file) = &options.providers {
        named.extend(provider_file::install(app, file).await.map_err(failed("the providers' file"))?);
    }
    if let Some(text) = &options.providers_text {
        let done = provider_file::install_text(app, text, &options.data).await;
        named.extend(done.map_err(failed("the providers in the environment"))?);
    }
    app.retire_providers(&named).await.map_err(|e| failed("the providers that are gone")(e.into()))
}

/// Answers, with TLS or without, until `handle` ends it.
async fn answer(
    options: &ServeOptions,
    listener: std::net::TcpListener,
    shared: Shared,
    handle: axum_server::Handle<SocketAddr>,
) -> Result<(), ServeError> {
    let patience = shared.patience;
    let service = routes::router(shared).into_make_service_with_connect_info::<SocketAddr>();
    let served = match (&options.tls_cert, &options.tls_key) {
        (Some(cert), Some(key)) => {
            let tls = axum_server::tls_rustls::RustlsConfig::from_pem_file(cert, key).await;
            let tls = tls.map_err(|e| failed("the TLS files")(e.into()))?;
            let server =
                axum_server::from_tcp_rustls(listener, tls).map_err(|e| failed("listening")(e.into()))?;
            let server = server.map(|tls| tls.acceptor(Guarded(patience)));
            listen::bounded(server, patience).handle(handle).serve(service).await
        }
        (None | Some(_), None) | (None, Some(_)) => {
            let server = axum_server::from_tcp(listener).map_err(|e| failed("listening")(e.into()))?;
            let server = server.acceptor(Guarded(patience));
            listen::bounded(server, patience).handle(handle).serve(service).await
        }
    };
    served.map_err(|e| failed("serving")(e.into()))
}

/// Serves until told to stop, then drains. `ready` gets the ready line.
pub async fn run(options: ServeOptions, ready: impl FnOnce(String)) -> Result<(), ServeError> {
    let lock = FolderLock::take(&options.data).map_err(|e| failed("the data folder")(e.into()))?;
    let _lock = lock.ok_or_else(|| ServeError::Locked(options.data.display().to_string()))?;
    match listen::open_files() {
        Ok(most) => tracing::info!(most, "files that may be open"),
        Err(error) => tracing::warn!(%error, "the bound of open files stays as it was"),
    }
    let (listener, url) = bound(&options)?;
    let public_url = options.public_url.as_deref().unwrap_or(&url);
    let (drain_now, draining) = watch::channel(false);
    let shared = compose(&options, public_url, draining).await.map_err(failed("starting"))?;
    let app = shared.app.clone();
    install_providers(&app, &options).await?;
    let (stop, stopping) = watch::channel(false);
    // The same at every start: under the folder's lock, whoever held leases by this name before is dead.
    let holder = key_file(&options.data.join("server/holder.id"), &SystemRng)
        .map_err(|e| failed("the holder's name")(e.into()))?;
    let holder = hex::encode(holder);
    app.free_queue().await.map_err(|e| failed("the job queue")(e.into()))?;
    let sequencer = tokio::spawn(app.log.clone().run(app.clock.clone(), holder, stopping.clone()));
    let following = tokio::spawn(Following(app.clone()).run(stopping.clone()));
    let telling = tokio::spawn(Telling(app.clone()).run(stopping.clone()));
    let background = tokio::spawn(Background(app.clone()).run(stopping.clone()));
    if let Err(error) = app.keep_anchored().await {
        tracing::warn!(%error, "the broker is not anchored yet");
    }
    let (counts, counting) = (shared.refusals.clone(), stopping.clone());
    let refusals = tokio::spawn({
        let app = app.clone();
        async move { counts.run(&app, counting).await }
    });
    let limits = tokio::spawn(shared.limits.clone().run(stopping.clone()));
    if let Some(address) = options.metrics {
        crate::metrics::serve(address).map_err(failed("the metrics' address"))?;
        tokio::spawn(crate::metrics::watch(app.clone(), stopping.clone()));
    }
    let anchoring = tokio::spawn(Anchoring(app.clone()).run(stopping.clone()));
    let setup = app.setup_secret().await.map_err(|e| failed("the set-up link")(e.into()))?;
    let mut line = json!({ "event": "ready", "url": url });
    if let Some(secret) = setup {
        line["setup"] = format!("{url}/setup#{secret}").into();
    }
    let handle = axum_server::Handle::new();
    let drain = handle.clone();
    tokio::spawn(async move {
        stopped().await;
        drain_now.send_replace(true);
        drain.graceful_shutdown(Some(Duration::from_secs(20)));
    });
    ready(line.to_string());
    let served = answer(&options, listener, shared, handle).await;
    stop.send_replace(true);
    let _ = background.await;
    let _ = telling.await;
    let _ = following.await;
    let _ = anchoring.await;
    let _ = refusals.await;
    let _ = limits.await;
    let _ = sequencer.await;
    served
}
