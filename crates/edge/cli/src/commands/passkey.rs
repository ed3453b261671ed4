//! Passkeys of the local account. A browser adds them: a command line has no authenticator.

use cloister_api::passkeys::Passkey;
use serde_json::json;

use crate::{
    args::PasskeyCommand,
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn run(context: &Context, command: PasskeyCommand) -> Result<Reply, Failure> {
    let client = context.client()?;
    match command {
        PasskeyCommand::List => {
            let all: Vec<Passkey> = client.api().all("/passkeys").await?;
            let rows: Vec<Vec<String>> = all.iter().map(row).collect();
            let empty = "no passkeys; add one in a browser, at /auth/passkeys of the server";
            let text = terminal::list(&["id", "name", "since", "last used"], &rows, empty);
            Ok(Reply::new(json!({ "items": all }), text))
        }
        PasskeyCommand::Remove { passkey } => {
            let found = client.find_passkey(&passkey).await?;
            client.api().delete(&format!("/passkeys/{}", found.id)).await?;
            Ok(Reply::new(json!({ "removed": found.id }), format!("removed `{}`", found.name)))
        }
    }
}

fn row(passkey: &Passkey) -> Vec<String> {
    let used = passkey.last_used.map_or_else(|| "never".into(), |at| at.to_string());
    vec![passkey.id.to_string(), passkey.name.clone(), passkey.created.to_string(), used]
}
