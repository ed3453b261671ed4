//! State machines of workspaces, invitations, jobs and runs.
//!
//! A transition consumes the state and returns the next one or says which state refused. States are stored by their
//! text form.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A transition that the state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {thing} that is {from} cannot become {to}")]
pub struct TransitionError {
    /// What has the state.
    pub thing: &'static str,
    /// The state it is in.
    pub from: &'static str,
    /// The state asked for.
    pub to: &'static str,
}

/// Text that names no state.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a state of a {thing}")]
pub struct StateError {
    /// What has the state.
    pub thing: &'static str,
    /// The text.
    pub text: String,
}

macro_rules! state {
    ($(#[$doc:meta])* $name:ident ($thing:literal) {
        $($(#[$vdoc:meta])* $variant:ident = $text:literal -> [$($next:ident),*];)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every state.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The states that may follow.
            pub const fn next(self) -> &'static [Self] {
                match self { $(Self::$variant => &[$(Self::$next),*]),+ }
            }

            /// Moves to `to`, or says why not.
            pub fn to(self, to: Self) -> Result<Self, TransitionError> {
                if self.next().contains(&to) {
                    Ok(to)
                } else {
                    Err(TransitionError { thing: $thing, from: self.as_str(), to: to.as_str() })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = StateError;
            fn from_str(text: &str) -> Result<Self, StateError> {
                Self::ALL.iter().copied().find(|s| s.as_str() == text)
                    .ok_or_else(|| StateError { thing: $thing, text: text.into() })
            }
        }
    };
}

state! {
    /// Life of a workspace. Nothing leaves `archived` or `rejected`.
    WorkspaceState("workspace") {
        /// Waiting for every invited member.
        Pending = "pending" -> [Active, Rejected];
        /// Everyone accepted version 1.
        Active = "active" -> [Archived];
        /// A member refused version 1.
        Rejected = "rejected" -> [];
        /// Ended for good.
        Archived = "archived" -> [];
    }
}

state! {
    /// Life of an invitation.
    InvitationState("invitation") {
        /// Not answered.
        Pending = "pending" -> [Accepted, Declined];
        /// The member signed an acceptance.
        Accepted = "accepted" -> [];
        /// The member signed a refusal.
        Declined = "declined" -> [];
    }
}

state! {
    /// Life of a job.
    JobState("job") {
        /// Being written.
        Draft = "draft" -> [UnderReview];
        /// A signed spec waits for reviews.
        UnderReview = "under_review" -> [Accepted, Rejected, Draft];
        /// The approval policy is met.
        Accepted = "accepted" -> [Draft];
        /// A reviewer refused.
        Rejected = "rejected" -> [Draft];
    }
}

state! {
    /// Life of a run.
    RunState("run") {
        /// Waiting for a worker.
        Queued = "queued" -> [Running, Cancelled, Failed];
        /// Leased by a worker. A lost lease returns it to the queue.
        Running = "running" -> [Queued, Succeeded, Failed, Cancelled];
        /// Finished with a result and a receipt.
        Succeeded = "succeeded" -> [];
        /// Ended with a code.
        Failed = "failed" -> [];
        /// Stopped by a person.
        Cancelled = "cancelled" -> [];
    }
}

/// Whether a run counts, or is a test on mock data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// On the real datasets, with keys from the broker.
    Real,
    /// On mock rows made from the schemas.
    Test,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_archived_or_rejected() {
        for from in [WorkspaceState::Archived, WorkspaceState::Rejected] {
            for to in WorkspaceState::ALL {
                assert!(from.to(*to).is_err(), "{from} -> {to}");
            }
        }
    }

    #[test]
    fn an_accepted_job_can_only_go_back_to_draft() {
        assert_eq!(JobState::Accepted.to(JobState::Draft), Ok(JobState::Draft));
        assert!(JobState::Accepted.to(JobState::UnderReview).is_err());
    }

    #[test]
    fn texts_round_trip() {
        for state in RunState::ALL {
            assert_eq!(state.as_str().parse::<RunState>().unwrap(), *state);
        }
    }
}
