//! Identity providers, who may use a password, SCIM tokens.

use cloister_api::sign_in::{LocalSignIn, Provider, ProviderRequest, ScimToken};
use cloister_client::Client;
use serde_json::json;
use zeroize::Zeroizing;

use super::value;
use crate::{
    args::{LocalWord, ProviderCommand, ProviderSet, ScimCommand, SignInCommand},
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn run(context: &Context, command: SignInCommand) -> Result<Reply, Failure> {
    let client = context.client()?;
    match command {
        SignInCommand::Provider(command) => provider(&client, command).await,
        SignInCommand::Local { who } => {
            let local = match who {
                LocalWord::All => LocalSignIn::All,
                LocalWord::BreakGlass => LocalSignIn::BreakGlass,
            };
            client.set_local_sign_in(local).await?;
            Ok(Reply::new(json!({ "local": local }), told(local)))
        }
        SignInCommand::Scim(command) => scim(&client, command).await,
    }
}

fn told(local: LocalSignIn) -> &'static str {
    match local {
        LocalSignIn::All => "everybody who has a password may sign in with it",
        LocalSignIn::BreakGlass => "organisation admins alone may sign in with a password",
    }
}

async fn provider(client: &Client, command: ProviderCommand) -> Result<Reply, Failure> {
    match command {
        ProviderCommand::Set(set) => {
            let set = client.set_provider(&request(*set)?).await?;
            Ok(Reply::new(value(&set), registered(&set)))
        }
        ProviderCommand::List => {
            let settings = client.sign_in_settings().await?;
            let rows: Vec<Vec<String>> = settings.providers.iter().map(row).collect();
            let empty = "no provider; add one with `cloister sign-in provider set`";
            let table = terminal::list(&["id", "name", "issuer", "domains", "set by"], &rows, empty);
            let json = json!({ "local": settings.local, "items": settings.providers });
            Ok(Reply::new(json, format!("{table}{}", told(settings.local))))
        }
        ProviderCommand::Test { provider } => {
            let found = client.find_provider(provider.as_deref()).await?;
            client.test_provider(found.id).await?;
            let text = format!("`{}` answers: its document and keys can be read", found.name);
            Ok(Reply::new(json!({ "id": found.id, "answers": true }), text))
        }
        ProviderCommand::Remove { provider } => {
            let found = client.find_provider(Some(&provider)).await?;
            client.remove_provider(found.id).await?;
            Ok(Reply::new(json!({ "removed": found.id }), "removed"))
        }
    }
}

fn request(set: ProviderSet) -> Result<ProviderRequest, Failure> {
    let secret = match &set.client_secret_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map(Zeroizing::new);
            let text = text.map_err(|e| Failure::Failed(format!("`{}`: {e}", path.display())))?;
            Some(text.trim_end_matches(['\n', '\r']).to_owned())
        }
        None if set.client_secret_stdin => Some(terminal::secret("client-secret", true)?.to_string()),
        None => None,
    };
    Ok(ProviderRequest {
        name: set.name,
        issuer: set.issuer,
        client_id: set.client_id,
        client_secret: secret,
        domains: set.domains.into_iter().collect(),
        groups_claim: set.groups_claim,
        roles: set.roles.into_iter().collect(),
    })
}

fn registered(set: &Provider) -> String {
    format!(
        "{}\nregister at the provider\n  redirect URL: {}\n  back-channel logout URL: {}",
        set.id, set.redirect_url, set.logout_url
    )
}

fn row(one: &Provider) -> Vec<String> {
    let domains: Vec<&str> = one.domains.iter().map(String::as_str).collect();
    vec![one.id.to_string(), one.name.clone(), one.issuer.clone(), domains.join(", "), one.source.clone()]
}

async fn scim(client: &Client, command: ScimCommand) -> Result<Reply, Failure> {
    match command {
        ScimCommand::Token { provider, keep_old_for_hours } => {
            let found = client.find_provider(provider.as_deref()).await?;
            let made = client.make_scim_token(found.id, keep_old_for_hours).await?;
            let text = format!("base URL: {}\ntoken:    {}\nshown once", made.base_url, made.secret);
            Ok(Reply::new(value(&made), text))
        }
        ScimCommand::List => {
            let all = client.scim_tokens().await?;
            let rows: Vec<Vec<String>> = all.iter().map(token).collect();
            let empty = "no token; make one with `cloister sign-in scim token`";
            let text = terminal::list(&["token", "provider", "since", "last used", "ends"], &rows, empty);
            Ok(Reply::new(json!({ "items": all }), text))
        }
        ScimCommand::End { provider } => {
            let found = client.find_provider(provider.as_deref()).await?;
            client.end_scim(found.id).await?;
            Ok(Reply::new(json!({ "ended": found.id }), "ended; whom the provider provisioned stays"))
        }
    }
}

fn token(one: &ScimToken) -> Vec<String> {
    let moment = |at: Option<cloister_model::Timestamp>| at.map_or_else(|| "-".into(), |at| at.to_string());
    vec![
        format!("{}...", one.prefix),
        one.provider.to_string(),
        one.created.to_string(),
        moment(one.last_used),
        moment(one.expires),
    ]
}
