//! RFC 9457 problems.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request was not done. `type` is stable; scripts compare it. Types are
/// `https://cloister.dev/problems/<slug>` with the slugs below; `check` names the refusing check where one did.
///
/// Slugs: `invalid` (400), `unauthenticated` (401), `refused` (403), `not-found` (404), `conflict` (409),
/// `too-slow` (408), `too-large` (413), `unsupported-encoding` (415), `invalid-state` (409), `unprocessable` (422), `rate-limited` (429), `internal` (500),
/// `unavailable` (503).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// What kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short title, the same for every problem of the kind.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What went wrong here and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The check that refused: of the API (`permission`, ...), the broker or the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The request's id, as in the header `x-request-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// Where problem types live.
    pub const BASE: &'static str = "https://cloister.dev/problems/";

    /// The last part of the type.
    pub fn slug(&self) -> &str {
        self.kind.strip_prefix(Self::BASE).unwrap_or(&self.kind)
    }
}
