//! Mail through the operator's mail server.

use std::path::Path;

use async_trait::async_trait;
use cloister_app::notices::mail::{Mail, MailError, Mailer};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::authentication::Credentials,
};

/// How long a mail server may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// The operator's mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
    console: String,
}

/// Why mail is not set up.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The URL.
    #[error(
        "`--smtp` is no mail server: {0}; give `smtps://host`, `smtp://host?tls=required` or `smtp://host`"
    )]
    Url(lettre::transport::smtp::Error),
    /// A password in the URL would show in the list of processes.
    #[error("`--smtp` has a password in it; put it into a file, and its name into `--smtp-password-file`")]
    Password,
    /// The file.
    #[error("the file of `--smtp-password-file` cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// The sender.
    #[error("`--mail-from` is no address: {0}")]
    From(lettre::address::AddressError),
    /// A password without a user.
    #[error("`--smtp-password-file` needs a user in `--smtp`: `smtps://user@host`")]
    NoUser,
}

/// What `--smtp` says: the URL without its user, and the user.
fn parts(url: &str) -> Result<(String, Option<String>), SmtpError> {
    let Some((scheme, rest)) = url.split_once("://") else { return Ok((url.to_owned(), None)) };
    let (authority, tail) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    let Some((user, host)) = authority.rsplit_once('@') else { return Ok((url.to_owned(), None)) };
    if user.contains(':') {
        return Err(SmtpError::Password);
    }
    Ok((format!("{scheme}://{host}{tail}"), Some(user.replace("%40", "@"))))
}

impl Smtp {
    /// The mail server of this URL; the password comes from a file.
    pub fn new(url: &str, password: Option<&Path>, from: &str, console: &str) -> Result<Self, SmtpError> {
        let (plain, user) = parts(url)?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&plain)
            .map_err(SmtpError::Url)?
            .timeout(Some(PATIENCE));
        match (user, password) {
            (Some(user), Some(file)) => {
                let password = std::fs::read_to_string(file)?.trim_end_matches(['\r', '\n']).to_owned();
                builder = builder.credentials(Credentials::new(user, password));
            }
            (None, Some(_)) => return Err(SmtpError::NoUser),
            (Some(_) | None, None) => {}
        }
        let from: Mailbox = from.parse().map_err(SmtpError::From)?;
        let host = from.email.domain().to_owned();
        Ok(Self { transport: builder.build(), from, host, console: console.to_owned() })
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let never = |why: &dyn std::fmt::Display| MailError::Never(why.to_string());
        let message = Message::builder()
            .from(self.from.clone())
            .to(mail.to.as_str().parse().map_err(|e: lettre::address::AddressError| never(&e))?)
            .subject(&mail.subject)
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|e| never(&e))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(never(&error)),
            Err(error) => Err(MailError::Later(error.to_string())),
        }
    }

    fn console(&self) -> &str {
        &self.console
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_named_without_its_password() {
        for (url, expected) in [
            ("smtps://mail.example", Ok(("smtps://mail.example", None))),
            (
                "smtp://ana@mail.example:587?tls=required",
                Ok(("smtp://mail.example:587?tls=required", Some("ana"))),
            ),
            ("smtps://ana%40x.example@mail.example", Ok(("smtps://mail.example", Some("ana@x.example")))),
            ("smtps://ana:secret@mail.example", Err(())),
        ] {
            let found = parts(url).map_err(|_| ());
            assert_eq!(found, expected.map(|(u, user)| (u.to_owned(), user.map(str::to_owned))), "{url}");
        }
        let refused = |url, password: Option<&Path>, from| {
            Smtp::new(url, password, from, "https://x.example")
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        };
        assert!(refused("http://mail.example", None, "a@b.example").contains("is no mail server"));
        assert!(refused("smtps://mail.example", None, "nobody").contains("`--mail-from` is no address"));
        let nowhere = Some(Path::new("/nonexistent"));
        assert!(refused("smtps://a@mail.example", nowhere, "a@b.example").contains("cannot be read"));
        assert!(refused("smtps://mail.example", nowhere, "a@b.example").contains("needs a user"));
    }
}
