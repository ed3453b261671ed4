//! Setting up, signing in, tokens.

use cloister_api::people::{NewToken, NewTokenRequest, Scope, SetupRequest, SignInRequest, SignedIn};
use cloister_client::{Api, Client, ClientError, device::DeviceCode, enrol::Enrolled};
use serde_json::json;

use super::value;
use crate::{
    args::{Login, ScopeWord, Setup, TokenCommand},
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

/// The server and the one-time token of a set-up link: `http://host/setup#TOKEN` or `...?token=TOKEN`.
fn parts(link: &str) -> Result<(String, String), Failure> {
    let usage = || {
        Failure::Usage("this is not a set-up link: copy the whole link that `cloister serve` printed".into())
    };
    let (address, token) = link
        .split_once('#')
        .or_else(|| link.split_once("?token="))
        .or_else(|| link.rsplit_once('/'))
        .ok_or_else(usage)?;
    let token = token.strip_prefix("token=").unwrap_or(token);
    let server = address.trim_end_matches('/').trim_end_matches("/setup");
    let good = server.starts_with("http://") || server.starts_with("https://");
    let plain = token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if good && plain && token.len() >= 16 { Ok((server.to_owned(), token.to_owned())) } else { Err(usage()) }
}

pub(super) async fn setup(context: &Context, args: Setup) -> Result<Reply, Failure> {
    let (server, token) = parts(&args.link)?;
    let ask = |what: &str| {
        if context.can_ask() {
            terminal::line(&format!("{what}: "))
        } else {
            Err(Failure::Usage(format!("no terminal to ask for the {what}: give `--{what}`")))
        }
    };
    let parse = |e: cloister_model::NameError| Failure::Usage(e.to_string());
    let organisation = match args.org {
        Some(name) => name,
        None => ask("org")?.parse().map_err(parse)?,
    };
    let email = match args.email {
        Some(email) => email,
        None => ask("email")?.parse().map_err(parse)?,
    };
    let password = terminal::secret("password", args.password_stdin)?;
    let request = SetupRequest { token, organisation, email, password: password.to_string() };
    let signed: SignedIn = Api::new(&server, None)?.post("/setup", &request).await?.value;
    let client = Client::remember(&server, &signed, context.profile(), context.ambient())?;
    Ok(entered(&client.enrol().await?, &server))
}

pub(super) async fn login(context: &Context, args: Login) -> Result<Reply, Failure> {
    let client = match args.email {
        Some(email) => {
            let password = terminal::secret("password", args.password_stdin)?;
            let request = SignInRequest { email, password: password.to_string() };
            Client::sign_in(&args.url, &request, context.profile(), context.ambient()).await?
        }
        None => Client::sign_in_by_device(&args.url, tell, context.profile(), context.ambient()).await?,
    };
    Ok(entered(&client.enrol().await?, &args.url))
}

/// On stderr: stdout is for the outcome.
fn tell(code: &DeviceCode) {
    terminal::note(&format!(
        "open {}\nor type {} at {} on any device; waiting ...",
        code.verification_uri_complete, code.user_code, code.verification_uri
    ));
}

fn entered(enrolled: &Enrolled, server: &str) -> Reply {
    let user = &enrolled.me.user;
    let keys = match (enrolled.fresh, enrolled.key_here) {
        (true, _) => "keys and certificate made; back them up with `cloister key backup`",
        (false, true) => "your keys are here",
        (false, false) => "this profile lacks the key of your live certificate: use `cloister key restore`",
    };
    let fingerprint = enrolled.person.fingerprint();
    let json = json!({
        "server": server,
        "email": user.email,
        "organisation": user.organisation_name,
        "certificate": enrolled.person.digest,
        "fingerprint": fingerprint,
        "fresh": enrolled.fresh,
        "key_here": enrolled.key_here,
        "notices": enrolled.me.notices,
    });
    let text = format!(
        "signed in to {server} as {} of {}\n{keys}\nfingerprint {fingerprint}",
        user.email, user.organisation_name
    );
    Reply::new(json, text)
}

pub(super) async fn whoami(context: &Context) -> Result<Reply, Failure> {
    let client = context.client()?;
    let me = client.me().await?;
    let key_here = match client.signatory().await {
        Ok(_) => true,
        Err(ClientError::KeyMissing(_) | ClientError::NoCertificate) => false,
        Err(error) => return Err(error.into()),
    };
    let roles: Vec<String> =
        me.user.roles.0.iter().map(|role| value(role).as_str().unwrap_or_default().to_owned()).collect();
    let text = format!(
        "{} of {}\nroles: member{}{}\nkey: {}{}",
        me.user.email,
        me.user.organisation_name,
        if roles.is_empty() { "" } else { ", " },
        roles.join(", "),
        if key_here { "in this profile" } else { "not in this profile" },
        if me.notices.is_empty() { String::new() } else { format!("\nserver: {}", me.notices.join(", ")) },
    );
    let mut json = value(&me);
    json["email"] = json!(me.user.email);
    json["organisation"] = json!(me.user.organisation_name);
    json["key_here"] = json!(key_here);
    Ok(Reply::new(json, text))
}

pub(super) async fn token(context: &Context, command: TokenCommand) -> Result<Reply, Failure> {
    let TokenCommand::Create { scope, expires, label } = command;
    let scopes = scope
        .into_iter()
        .map(|word| match word {
            ScopeWord::Read => Scope::Read,
            ScopeWord::Write => Scope::Write,
            ScopeWord::Admin => Scope::Admin,
        })
        .collect();
    let request = NewTokenRequest { label, scopes, expires_in_days: expires.0 };
    let made: NewToken = context.client()?.api().post("/tokens", &request).await?.value;
    let text = format!("{}\nshown once; expires {}", made.secret, made.token.expires);
    Ok(Reply::new(value(&made), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_link_gives_server_and_token_in_every_form() {
        let token = "abcdefghijklmnop_-123";
        for link in [
            format!("http://127.0.0.1:8400/setup#{token}"),
            format!("http://127.0.0.1:8400/setup#token={token}"),
            format!("http://127.0.0.1:8400/setup?token={token}"),
            format!("http://127.0.0.1:8400/setup/{token}"),
        ] {
            assert_eq!(parts(&link).unwrap(), ("http://127.0.0.1:8400".into(), token.into()), "{link}");
        }
        for link in
            ["", "http://127.0.0.1:8400/setup", "ftp://h/setup#abcdefghijklmnopq", "http://h/setup#a b"]
        {
            assert_eq!(parts(link).unwrap_err().code(), 2, "{link}");
        }
    }
}
