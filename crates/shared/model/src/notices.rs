//! What people are told of, each kind once an event.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)+) => {
        /// Kinds of notices.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum NoticeKind { $($(#[$doc])* $variant),+ }

        impl NoticeKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

kinds! {
    /// A charter waits for one's answer.
    Invited = "invited";
    /// Somebody accepted or refused a charter one proposed.
    Answered = "answered";
    /// A workspace's charter is in force.
    WorkspaceActive = "workspace_active";
    /// A workspace's charter was refused.
    WorkspaceRejected = "workspace_rejected";
    /// A workspace was archived.
    WorkspaceArchived = "workspace_archived";
    /// A dataset was shared to one's workspace.
    Shared = "shared";
    /// A dataset's share was revoked.
    Revoked = "revoked";
    /// A job waits for one's review.
    ReviewAsked = "review_asked";
    /// One's job was accepted or rejected.
    Decided = "decided";
    /// One's run ended.
    RunFinished = "run_finished";
    /// One's roles were changed.
    RoleChanged = "role_changed";
}

impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that names no kind of notice.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no kind of notice")]
pub struct NoticeKindError(String);

impl FromStr for NoticeKind {
    type Err = NoticeKindError;
    fn from_str(text: &str) -> Result<Self, NoticeKindError> {
        let found = Self::ALL.iter().copied().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| NoticeKindError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_one_word_in_rows_and_json() {
        for kind in NoticeKind::ALL {
            assert_eq!(kind.as_str().parse::<NoticeKind>().ok(), Some(*kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.as_str().into()));
        }
        assert!("gossip".parse::<NoticeKind>().is_err());
    }
}
