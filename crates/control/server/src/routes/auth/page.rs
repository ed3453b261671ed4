//! The few pages the server makes itself: no foreign host, no script but the one for passkeys.

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use maud::{DOCTYPE, Markup, html};

use crate::problem::Failure;

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--ground:#f6f8fa;--card:#fff;--act:#0b5fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b3;--line:#30363d;--ground:#0d1117;--card:#161b22;--act:#4d8dff}}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:min(26rem,calc(100vw - 3rem));background:var(--card);border:1px solid var(--line);border-radius:12px;padding:2rem}
h1{font-size:1.35rem;margin:0 0 .5rem}p{color:var(--soft);margin:.5rem 0 1rem}
a.button,button{display:block;width:100%;box-sizing:border-box;margin:.5rem 0;padding:.65rem 1rem;border-radius:8px;border:1px solid var(--line);background:transparent;color:inherit;font:inherit;text-align:center;text-decoration:none;cursor:pointer}
button.first,a.first{background:var(--act);border-color:var(--act);color:#fff}
label{display:block;margin:.75rem 0 .25rem;font-weight:600}
input{width:100%;box-sizing:border-box;padding:.6rem .75rem;border-radius:8px;border:1px solid var(--line);background:transparent;color:inherit;font:inherit}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
.code{font:600 1.6rem ui-monospace,monospace;letter-spacing:.12em;text-align:center;color:var(--ink)}
.wrong{color:var(--ink);border-left:4px solid #cf222e;padding-left:.75rem}
hr{border:0;border-top:1px solid var(--line);margin:1.5rem 0}
";

/// The one style sheet.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css"), (header::CACHE_CONTROL, "max-age=3600")], STYLE).into_response()
}

const CLOSED: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// With the one script, which asks this server only.
const SCRIPTED: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A page.
pub(super) fn page(status: StatusCode, title: &str, content: &Markup) -> Response {
    made(status, title, content, &html! {}, CLOSED)
}

/// A page with the script for passkeys.
pub(super) fn scripted(status: StatusCode, title: &str, content: &Markup) -> Response {
    made(status, title, content, &html! { script src="/auth/passkey.js" defer {} }, SCRIPTED)
}

fn made(status: StatusCode, title: &str, content: &Markup, more: &Markup, policy: &'static str) -> Response {
    let text = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) " - Cloister" }
                link rel="stylesheet" href="/auth/style.css";
                (more)
            }
            body { main { h1 { (title) } (content) } }
        }
    };
    (status, [(header::CONTENT_SECURITY_POLICY, policy)], Html(text.into_string())).into_response()
}

/// What went wrong, for a person: why, and what to do.
pub(super) fn failed(failure: &Failure) -> Response {
    let problem = &failure.0;
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    page(
        status,
        "That did not work",
        &html! {
            p.wrong { (problem.detail.as_deref().unwrap_or(&problem.title)) }
            @if let Some(check) = &problem.check { p { "Refused by the check " code { (check) } "." } }
            a.button.first href="/auth/sign-in" { "Begin again" }
        },
    )
}
