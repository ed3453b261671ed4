//! A person's own keys.

use std::path::PathBuf;

use cloister_client::{ClientError, enrol::restore, people::fingerprint};
use cloister_statement::{Envelope, keys::BackupCost};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{
    args::KeyCommand,
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn run(context: &Context, command: KeyCommand) -> Result<Reply, Failure> {
    match command {
        KeyCommand::Show => show(context).await,
        KeyCommand::Backup { out } => backup(context, out).await,
        KeyCommand::Restore { file, passphrase_stdin } => restore_keys(context, file, passphrase_stdin).await,
        KeyCommand::Renew => {
            let person = context.client()?.renew_keys().await?;
            let text = format!(
                "new key {}\nit counts in a workspace once a new charter version lists it",
                person.fingerprint()
            );
            Ok(Reply::new(json!({ "certificate": person.digest, "fingerprint": person.fingerprint() }), text))
        }
        KeyCommand::Revoke { email: Some(email) } => {
            let ended = context.client()?.revoke_certificate_of(&email).await?;
            let text = format!(
                "your revocation of {email} counts; with that of a second recoverer the certificate ends"
            );
            Ok(Reply::new(json!({ "statement": ended.statement, "in_force": true }), text))
        }
        KeyCommand::Revoke { email: None } => {
            let ended = context.client()?.revoke_certificate().await?;
            let text = "your certificate is revoked; the next `cloister login` makes a new one";
            Ok(Reply::new(json!({ "statement": ended.statement, "in_force": true }), text))
        }
        KeyCommand::Recover { email, request, workspace, out, support } => {
            recover(context, email, request.zip(workspace), out, support).await
        }
    }
}

async fn backup(context: &Context, out: Option<PathBuf>) -> Result<Reply, Failure> {
    let client = context.client()?;
    let (backup, place) = match &out {
        Some(out) => {
            let backup = client.backup_keys(BackupCost::PRODUCTION).await?;
            cloister_client::profile::write(out, &backup.bytes)?;
            (backup, format!("backup written to {}", out.display()))
        }
        None => {
            let backup = client.store_backup(BackupCost::PRODUCTION).await?;
            (backup, "backup stored at the server, which cannot open it".to_owned())
        }
    };
    let passphrase = backup.passphrase.expose_secret();
    let text = format!("{place}\npassphrase, shown once: {passphrase}\nkeep it apart from the backup");
    Ok(Reply::new(json!({ "file": out, "stored": out.is_none(), "passphrase": passphrase }), text))
}

async fn restore_keys(context: &Context, file: Option<PathBuf>, stdin: bool) -> Result<Reply, Failure> {
    let keys = if let Some(file) = file {
        let bytes =
            std::fs::read(&file).map_err(|e| Failure::Failed(format!("`{}`: {e}", file.display())))?;
        vec![restore(&context.profile(), &bytes, &terminal::secret("passphrase", stdin)?)?]
    } else {
        let client = context.client()?;
        client.restore_stored_keys(&terminal::secret("passphrase", stdin)?).await?
    };
    let fingerprints: Vec<String> = keys.iter().map(fingerprint).collect();
    let text = format!("restored the key with the fingerprint {}", fingerprints.join(" and "));
    let json =
        json!({ "signing_key": keys.first(), "fingerprint": fingerprints.first(), "signing_keys": keys });
    Ok(Reply::new(json, text))
}

async fn show(context: &Context) -> Result<Reply, Failure> {
    let client = context.client()?;
    let me = client.me().await?;
    let Some(info) = &me.certificate else { return Err(ClientError::NoCertificate.into()) };
    let person = client.verify_certificate(&info.certificate).await?;
    let here = context.profile().keys(&person.certificate.signing_key)?.is_some();
    let text = format!(
        "{} of {}\nfingerprint {}\ncertificate {}\nvalid until {}\nkey {}",
        person.email(),
        person.certificate.organisation_name,
        person.fingerprint(),
        person.digest,
        person.certificate.not_after,
        if here { "in this profile" } else { "not in this profile: use `cloister key restore`" },
    );
    let json = json!({
        "email": person.email(),
        "certificate": person.digest,
        "signing_key": person.certificate.signing_key,
        "age_recipient": person.certificate.age_recipient,
        "fingerprint": person.fingerprint(),
        "not_after": person.certificate.not_after,
        "key_here": here,
    });
    Ok(Reply::new(json, text))
}

async fn recover(
    context: &Context,
    email: cloister_model::Email,
    supported: Option<(cloister_model::Digest, String)>,
    out: Option<std::path::PathBuf>,
    support: Vec<std::path::PathBuf>,
) -> Result<Reply, Failure> {
    let client = context.client()?;
    if let Some((request, workspace)) = supported {
        let statement = client.support_recovery(&email, request, &workspace).await?;
        if let Some(out) = &out {
            cloister_client::profile::write(out, &statement.to_json())?;
        }
        let text = format!("your support of {email} is signed: {}", statement.digest());
        return Ok(Reply::new(json!({ "statement": statement.digest(), "file": out }), text));
    }
    if client.me().await?.user.email != email {
        return Err(Failure::Usage(
            "to support another person's recovery give `--request DIGEST --workspace W`".into(),
        ));
    }
    let read = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).map_err(|e| Failure::Failed(format!("`{}`: {e}", path.display())))?;
        Envelope::parse(&bytes).map_err(|e| Failure::Usage(format!("`{}`: {e}", path.display())))
    };
    let recoveries = support.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let state = client.recover_self(recoveries).await?;
    let json = json!({
        "request": state.request,
        "lost_certificate": state.certificate,
        "fingerprint": fingerprint(&state.key),
        "certificate": state.issued.as_ref().map(|person| person.digest),
        "waits": state.waits,
    });
    if state.issued.is_some() {
        return Ok(Reply::new(json, "recovered: the new certificate is live"));
    }
    let text = format!(
        "new keys are made; ask two recoverers to run\n  cloister key recover {email} --request {} --workspace W\n\
         and run this command again 24 h after both did\nnow: {}",
        state.request,
        state.waits.as_deref().unwrap_or("nobody supports it yet"),
    );
    Ok(Reply::new(json, text).with_code(6))
}
