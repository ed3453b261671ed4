//! Set-up, sessions, passwords, `me`, tokens.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use cloister_api::{
    Page,
    people::{
        Me, NewToken, NewTokenRequest, Scope, Session, SetPasswordRequest, SetupRequest, SignInRequest,
        SignedIn, Token, User,
    },
};
use cloister_app::people::sessions;
use cloister_model::{Digest, SessionId};
use cloister_store::people::{
    UserRow,
    credentials::{SessionRow, TokenRow},
};

use super::certificates::shown;
use crate::{
    Shared,
    body::{Body, place},
    caller::Caller,
    page::PageQuery,
    problem::Failure,
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
    }
}

fn signed_in(done: sessions::SignedIn) -> Json<SignedIn> {
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

#[utoipa::path(post, path = "/setup", request_body = SetupRequest, responses((status = 200, body = SignedIn)))]
pub(super) async fn set_up(
    State(shared): State<Shared>,
    Body(body): Body<SetupRequest>,
) -> Result<Json<SignedIn>, Failure> {
    Ok(signed_in(shared.app.set_up(&body.token, &body.organisation, body.email, body.password).await?))
}

#[utoipa::path(post, path = "/sessions", request_body = SignInRequest, responses((status = 200, body = SignedIn)))]
pub(super) async fn sign_in(
    State(shared): State<Shared>,
    Body(body): Body<SignInRequest>,
) -> Result<Json<SignedIn>, Failure> {
    Ok(signed_in(shared.app.sign_in(&body.email, body.password).await?))
}

#[utoipa::path(get, path = "/sessions", params(PageQuery), responses((status = 200, body = Page<Session>)))]
pub(super) async fn sessions(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Session>>, Failure> {
    let rows = shared.app.sessions(&who, &page.cursor, page.limit() + 1).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), |row| session(&row, who.session))))
}

#[utoipa::path(delete, path = "/sessions/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(super) async fn end_session(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.end_session(&who, place(&id, "session")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/passwords", request_body = SetPasswordRequest, responses((status = 204)))]
pub(super) async fn set_password(
    State(shared): State<Shared>,
    Body(body): Body<SetPasswordRequest>,
) -> Result<StatusCode, Failure> {
    shared.app.set_password(&body.token, body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/me", responses((status = 200, body = Me)))]
pub(super) async fn me(State(shared): State<Shared>, Caller(who): Caller) -> Result<Json<Me>, Failure> {
    let certificate = shared.app.me(&who).await?;
    let digest = certificate.as_ref().map(|row| row.digest);
    Ok(Json(Me {
        user: user(who.user, digest),
        certificate: certificate.map(shown).transpose()?,
        log_origin: shared.app.log.origin().to_owned(),
        log_key: Digest(shared.app.log.public_key()),
        notices: if shared.simulated { vec!["simulated".into()] } else { Vec::new() },
    }))
}

#[utoipa::path(post, path = "/tokens", request_body = NewTokenRequest, responses((status = 200, body = NewToken)))]
pub(super) async fn create_token(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<NewTokenRequest>,
) -> Result<Json<NewToken>, Failure> {
    let scopes: Vec<&str> = body
        .scopes
        .iter()
        .map(|scope| match scope {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Admin => "admin",
        })
        .collect();
    let (row, secret) = shared.app.create_token(&who, body.label, &scopes, body.expires_in_days).await?;
    Ok(Json(NewToken { token: token(row), secret }))
}

#[utoipa::path(get, path = "/tokens", params(PageQuery), responses((status = 200, body = Page<Token>)))]
pub(super) async fn tokens(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Token>>, Failure> {
    let rows = shared.app.tokens(&who, &page.cursor, page.limit() + 1).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), token)))
}

#[utoipa::path(delete, path = "/tokens/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(super) async fn end_token(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    shared.app.end_token(&who, place(&id, "token")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
