//! How a command ends: a reply or a failure, and the exit code that scripts read.
//!
//! 0 done, 1 failed, 2 wrong usage, 4 refused, 5 conflict, 6 unavailable or not in force yet. The verify commands have
//! their own: 0 holds, 1 broken, 2 incomplete or wrong usage, 3 simulated.

use cloister_client::ClientError;
use serde_json::{Value, json};

/// A finished command.
#[derive(Debug)]
pub(crate) struct Reply {
    /// For scripts.
    pub(crate) json: Value,
    /// For people.
    pub(crate) text: String,
    /// The exit code.
    pub(crate) code: u8,
}

impl Reply {
    /// Done.
    pub(crate) fn new(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into(), code: 0 }
    }

    /// Ended otherwise.
    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }
}

/// A command that did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The client said why.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The command line asks for something it does not say enough about.
    #[error("{0}")]
    Usage(String),
    /// Something local failed.
    #[error("{0}")]
    Failed(String),
    /// Not now.
    #[error("{0}")]
    Unavailable(String),
}

impl Failure {
    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Client(error) => of_client(error),
            Self::Usage(_) => 2,
            Self::Failed(_) => 1,
            Self::Unavailable(_) => 6,
        }
    }

    /// A word for the kind of failure, stable for scripts.
    fn kind(&self) -> String {
        match self {
            Self::Client(ClientError::Problem(problem)) => problem.kind.clone(),
            _ => match self.code() {
                2 => "usage",
                4 => "refused",
                5 => "conflict",
                6 => "unavailable",
                _ => "failed",
            }
            .into(),
        }
    }

    /// The failure as one JSON document.
    pub(crate) fn document(&self) -> Value {
        let check = match self {
            Self::Client(error) => error.check().map(str::to_owned),
            Self::Usage(_) | Self::Failed(_) | Self::Unavailable(_) => None,
        };
        let mut error = json!({
            "type": self.kind(),
            "detail": self.to_string(),
            "check": check,
            "exit": self.code(),
        });
        if let Self::Client(ClientError::Problem(problem)) = self {
            error["request_id"] = json!(problem.request_id);
        }
        if let Self::Client(ClientError::Ambiguous { candidates, .. }) = self {
            error["candidates"] = json!(candidates);
        }
        let mut document = json!({ "error": error });
        if let Some(check) = check {
            document["check"] = json!(check);
        }
        document
    }
}

fn of_client(error: &ClientError) -> u8 {
    match error {
        ClientError::Problem(problem) => of_problem(problem.status, problem.check.is_some()),
        ClientError::Unreachable(_) | ClientError::NotInForce(_) => 6,
        ClientError::Refused { .. } => 4,
        ClientError::Conflict(_) => 5,
        ClientError::Ambiguous { .. } | ClientError::Input(_) => 2,
        ClientError::Unknown { .. }
        | ClientError::Protocol(_)
        | ClientError::NotSignedIn
        | ClientError::NoCertificate
        | ClientError::KeyMissing(_)
        | ClientError::Failed(_)
        | ClientError::File { .. }
        | ClientError::Profile { .. } => 1,
    }
}

fn of_problem(status: u16, check: bool) -> u8 {
    match status {
        401 | 403 => 4,
        409 => 5,
        429 | 502..=504 => 6,
        _ if check => 4,
        400 | 413 | 422 => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use cloister_api::Problem;
    use cloister_model::Digest;

    use super::*;

    fn problem(status: u16, check: Option<&str>) -> Failure {
        Failure::Client(ClientError::Problem(Box::new(Problem {
            kind: format!("{}x", Problem::BASE),
            title: "x".into(),
            status,
            detail: None,
            check: check.map(str::to_owned),
            request_id: None,
        })))
    }

    #[test]
    fn exit_codes_are_the_documented_ones() {
        let client = |error| Failure::Client(error);
        for (failure, code) in [
            (problem(403, Some("permission")), 4),
            (problem(401, None), 4),
            (problem(404, None), 1),
            (problem(409, None), 5),
            (problem(422, Some("grant")), 4),
            (problem(422, None), 2),
            (problem(400, None), 2),
            (problem(413, None), 2),
            (problem(429, None), 6),
            (problem(500, None), 1),
            (problem(503, None), 6),
            (client(ClientError::Unreachable("x".into())), 6),
            (client(ClientError::NotInForce(Digest([0; 32]))), 6),
            (client(ClientError::refused("genesis", "x")), 4),
            (client(ClientError::Input("x".into())), 2),
            (client(ClientError::NotSignedIn), 1),
            (Failure::Usage("x".into()), 2),
            (Failure::Failed("x".into()), 1),
            (Failure::Unavailable("x".into()), 6),
        ] {
            assert_eq!(failure.code(), code, "{failure:?}");
            assert_eq!(failure.document()["error"]["exit"], code);
        }
    }

    #[test]
    fn a_refusal_names_its_check_at_the_top() {
        let document = problem(403, Some("measurement")).document();
        assert_eq!(document["check"], "measurement");
        assert_eq!(document["error"]["check"], "measurement");
    }
}
