//! Set-up, sessions, passwords, `me`, tokens.

pub(super) mod create_token;
pub(super) mod end_session;
pub(super) mod end_token;
pub(super) mod me;
pub(super) mod sessions;
pub(super) mod set_password;
pub(super) mod set_up;
pub(super) mod sign_in;
pub(super) mod tokens;

use axum::Json;
use cloister_api::people::{Scope, Session, SessionMethod, SignedIn, Token, User};
use cloister_app::people::sessions::SignedIn as Entered;
use cloister_model::{Digest, SessionId};
use cloister_store::people::{
    UserRow,
    credentials::{Method, SessionRow, TokenRow},
};

pub(super) fn user(row: UserRow, certificate: Option<Digest>) -> User {
    User {
        id: row.id,
        organisation: row.org,
        organisation_name: row.org_name,
        email: row.email,
        roles: row.roles,
        disabled: row.disabled,
        certificate,
        joined: row.joined,
        last_sign_in: row.last_sign_in,
        invitation: None,
        workspaces: Vec::new(),
    }
}

pub(super) fn signed_in(done: Entered) -> Json<SignedIn> {
    let session = &done.session;
    Json(SignedIn {
        token: done.token,
        session: session.id,
        expires: session.expires,
        user: user(done.user, None),
    })
}

fn session(row: &SessionRow, current: Option<SessionId>) -> Session {
    Session {
        id: row.id,
        created: row.created,
        last_used: row.last_used,
        expires: row.expires,
        current: current == Some(row.id),
        method: row.method.map(|method| match method {
            Method::SetUp => SessionMethod::SetUp,
            Method::Password => SessionMethod::Password,
            Method::Passkey(_) => SessionMethod::Passkey,
            Method::Provider => SessionMethod::Provider,
            Method::Device => SessionMethod::Device,
        }),
    }
}

fn token(row: TokenRow) -> Token {
    let scopes = row.scopes.split(',').filter_map(|word| match word {
        "read" => Some(Scope::Read),
        "write" => Some(Scope::Write),
        "admin" => Some(Scope::Admin),
        _unknown => None,
    });
    Token {
        id: row.id,
        scopes: scopes.collect(),
        label: row.label,
        prefix: row.prefix,
        created: row.created,
        expires: row.expires,
    }
}
