//! Notices by mail.

use async_trait::async_trait;
use cloister_model::{Duration, Email};
use cloister_store::{notices, people, queue::QueuedJob};
use uuid::Uuid;

use super::{headline, link};
use crate::{App, AppError, background::Outcome};

/// The job's kind.
pub const KIND: &str = "mail";
/// How often a mail is tried, with growing pauses: about a day.
const TRIES: i64 = 12;

/// A mail to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The same at every try, so that mail servers and readers know a repetition.
    pub id: Uuid,
    /// To whom.
    pub to: Email,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Why a mail was not sent.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MailError {
    /// Perhaps later.
    #[error("{0}")]
    Later(String),
    /// Never: the mail server refuses this mail for good.
    #[error("{0}")]
    Never(String),
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail to the mail server.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
    /// Where the console is, without a slash at the end.
    fn console(&self) -> &str;
}

impl App {
    /// Sends one notice, unless its owner read it already, wants none of its kind, or was switched off.
    pub(crate) async fn send_notice(&self, job: &QueuedJob) -> Result<Outcome, AppError> {
        let id = job.payload.get("notice").and_then(|id| id.as_str()).and_then(|id| id.parse::<Uuid>().ok());
        let Some(id) = id else { return Ok(Outcome::Fail("no notice is named".into())) };
        let Some(mailer) = &self.mailer else { return Ok(Outcome::Fail("no mail server is set".into())) };
        let db = self.store.read();
        let Some(row) = notices::by_id(&db, id).await? else { return Ok(Outcome::Done) };
        let owner = people::user_by_id(&db, row.new.owner).await?.filter(|user| !user.disabled);
        let muted = notices::muted(&db, row.new.owner).await?;
        let Some(owner) = owner.filter(|_| row.read.is_none() && !muted.contains(&row.new.kind)) else {
            return Ok(Outcome::Done);
        };
        let subject = headline(&row);
        let text = format!(
            "{subject}.\n\nLook at it: {}{}\n\nYou get this mail because you have an account there; which notices come by mail is set \
             on your profile's page.\n",
            mailer.console(),
            link(&row)
        );
        match mailer.send(&Mail { id, to: owner.email, subject, text }).await {
            Ok(()) => Ok(Outcome::Done),
            Err(MailError::Never(why)) => Ok(Outcome::Fail(why)),
            Err(MailError::Later(why)) if job.attempts + 1 >= TRIES => Ok(Outcome::Fail(why)),
            Err(MailError::Later(why)) => {
                // 10 s, 20 s, ... up to three hours.
                let pause = Duration::seconds((10 << job.attempts.clamp(0, 11)).min(10_800));
                Ok(Outcome::Later(pause, why))
            }
        }
    }
}
