//! Arguments of commands about what somebody is told of.

use clap::{Args, Subcommand};
use uuid::Uuid;

/// `cloister inbox`.
#[derive(Debug, Args)]
pub(crate) struct Inbox {
    /// Only what you have not read.
    #[arg(long)]
    pub(crate) unread: bool,
    /// Everything that is shown counts as read from now on.
    #[arg(long)]
    pub(crate) mark_read: bool,
}

/// Webhooks of your organisation.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// List them.
    List,
    /// Add one; its signing secret is shown once.
    Add(WebhookFields),
    /// Change one; one that was paused goes on.
    Set {
        /// Which.
        id: Uuid,
        /// As it shall be.
        #[command(flatten)]
        fields: WebhookFields,
        /// Send nothing for now.
        #[arg(long)]
        pause: bool,
    },
    /// A new secret, shown once; the old one signs too for a while.
    Rotate {
        /// Which.
        id: Uuid,
        /// For how many hours the old one signs too.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=168))]
        keep_old_for_hours: u32,
    },
    /// Send a trial.
    Test {
        /// To which.
        id: Uuid,
    },
    /// What was and is to be delivered, newest first.
    Deliveries {
        /// To which.
        id: Uuid,
    },
    /// Remove one.
    Remove {
        /// Which.
        id: Uuid,
    },
}

/// What a webhook is.
#[derive(Debug, Args)]
pub(crate) struct WebhookFields {
    /// Where to: `https://`, a public host.
    pub(crate) url: String,
    /// Only these acts, as the audit log names them: `job.submit`, `run.*`.
    #[arg(long = "action", num_args = 1.., value_delimiter = ',')]
    pub(crate) actions: Vec<String>,
    /// What for.
    #[arg(long, default_value = "")]
    pub(crate) description: String,
}
