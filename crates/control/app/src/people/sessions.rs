//! Signing in, sessions, and who a bearer secret is.

use std::collections::BTreeSet;

use cloister_authz::{
    Actor, Kind, Power, Powers, Relation, Resource,
    actions::{ManageSessions, SignIn},
    authorize,
};
use cloister_model::{Duration, Email, Role, SessionId, Timestamp};
use cloister_store::{
    EntryDraft, Query, StoreError, Tx,
    people::{
        self, UserRow,
        credentials::{self, Method, SessionRow},
        sso::{self, LocalSignIn},
    },
};

use super::{passwords, secrets};
use crate::{App, AppError};

const LIFE: Duration = Duration::hours(12);
/// Failures of one account or passkey within a window, at most.
pub(super) const FAILURES: i64 = 10;
const WINDOW: Duration = Duration::seconds(300);

/// Since when failures count.
pub(super) fn window(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.micros() - WINDOW.micros())
}

/// Who signed in, with the secret that is shown once.
pub struct SignedIn {
    /// The bearer secret.
    pub token: String,
    /// The session.
    pub session: SessionRow,
    /// The user.
    pub user: UserRow,
}

/// Who asks, as authenticated.
#[derive(Clone, Debug)]
pub struct Identity {
    /// For `authz`.
    pub actor: Actor,
    /// The user.
    pub user: UserRow,
    /// The session, if it is one.
    pub session: Option<SessionId>,
}

impl App {
    /// Signs in with address and password. A refusal says nothing of which part was wrong, nor takes less time.
    pub async fn sign_in(&self, email: &Email, password: String) -> Result<SignedIn, AppError> {
        authorize(&Actor::Anonymous, SignIn, &Resource::deployment())?;
        let now = self.now();
        let reader = self.store.read();
        let window = window(now);
        // The address is hashed: whoever mistypes a password into the address field leaves no trace of it.
        let who = secrets::hash(email.as_str());
        if credentials::failures(&reader, &who, window).await? >= FAILURES {
            return Err(AppError::Throttled);
        }
        let found = people::user_by_email(&reader, email).await?;
        let stored = found.as_ref().and_then(|user| user.password.clone());
        let known = found.as_ref().map(|user| (user.id, user.org));
        let right = passwords::verify(self.passwords, password, stored).await?;
        match found {
            Some(user) if right && !user.disabled => {
                self.local_allowed(&user).await?;
                self.begin_session(user, Method::Password).await
            }
            Some(_) | None => {
                let tx = self.store.write().await?;
                tx.count_failure(&who, window, now).await?;
                // For an address that nobody has, the counted refusals speak: a flood of them is not a flood of entries.
                if let Some((user, org)) = known {
                    let entry = EntryDraft::refused(now, &Actor::Anonymous, "session.create", "password");
                    tx.audit(entry.target(user).organisation(org)).await?;
                }
                tx.commit().await?;
                Err(AppError::Unauthenticated("address or password is wrong"))
            }
        }
    }

    pub(super) async fn begin_session(&self, user: UserRow, method: Method) -> Result<SignedIn, AppError> {
        let tx = self.store.write().await?;
        let done = self.open_session(&tx, user, method).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// Whether the organisation lets this account in by password. Told to who knew the password only.
    async fn local_allowed(&self, user: &UserRow) -> Result<(), AppError> {
        let allowed = local_check(&self.store.read(), user).await;
        self.noting(&actor_of(user, Powers::session()), "session.create", user.id, allowed).await
    }

    /// A session of this user, in the caller's transaction.
    pub(super) async fn open_session(
        &self,
        tx: &Tx,
        user: UserRow,
        method: Method,
    ) -> Result<SignedIn, AppError> {
        let now = self.now();
        let token = self.new_secret(secrets::SESSION);
        let session = SessionRow {
            id: SessionId(self.new_id()),
            owner: user.id,
            created: now,
            last_used: now,
            expires: now.plus(LIFE),
            method: Some(method),
        };
        let actor = actor_of(&user, Powers::session());
        tx.add_session(&session, &secrets::hash(&token)).await?;
        let entry = EntryDraft::done(now, &actor, "session.create").target(session.id);
        tx.audit(entry.fact("method", method.word())).await?;
        Ok(SignedIn { token, session, user: UserRow { last_sign_in: Some(now), ..user } })
    }

    /// Who the bearer secret is; `None` for what is unknown, expired, or of someone switched off.
    pub async fn identify(&self, secret: &str) -> Result<Option<Identity>, AppError> {
        let Some((identity, session)) = self.found(secret).await? else { return Ok(None) };
        if let Some(session) = session
            && self.now().since(session.last_used).micros() > Duration::seconds(60).micros()
        {
            let tx = self.store.write().await?;
            tx.touch_session(session.id, self.now()).await?;
            tx.commit().await?;
        }
        Ok(Some(identity))
    }

    /// The same for who only listens: a page left open is no use of its session.
    pub async fn still(&self, secret: &str) -> Result<Option<Identity>, AppError> {
        match self.found(secret).await {
            Ok(found) => Ok(found.map(|(identity, _)| identity)),
            Err(AppError::Expired(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn found(&self, secret: &str) -> Result<Option<(Identity, Option<SessionRow>)>, AppError> {
        let (reader, now, hash) = (self.store.read(), self.now(), secrets::hash(secret));
        let (user, powers, session) = if secret.starts_with(secrets::TOKEN) {
            let Some((token, user)) = credentials::live_token(&reader, &hash, now).await? else {
                return self.expired(&hash, "the token has expired: make a new one").await;
            };
            (user, powers_of(&token.scopes), None)
        } else {
            let Some((session, user)) = credentials::live_session(&reader, &hash, now).await? else {
                return self.expired(&hash, "the session has expired: sign in again").await;
            };
            (user, Powers::session(), Some(session))
        };
        if user.disabled {
            return Ok(None);
        }
        let id = session.as_ref().map(|session| session.id);
        Ok(Some((Identity { actor: actor_of(&user, powers), user, session: id }, session)))
    }

    /// Nobody, or an error where the secret was good once.
    async fn expired<T>(&self, hash: &str, text: &'static str) -> Result<Option<T>, AppError> {
        if credentials::was_live(&self.store.read(), hash).await? {
            Err(AppError::Expired(text))
        } else {
            Ok(None)
        }
    }

    /// The caller's live sessions.
    pub async fn sessions(
        &self,
        who: &Identity,
        after: &str,
        limit: u64,
    ) -> Result<Vec<SessionRow>, AppError> {
        let _ = self.permit(&who.actor, ManageSessions, &own(Kind::Session, "", true), "session").await?;
        Ok(credentials::sessions_of(&self.store.read(), who.user.id, self.now(), after, limit).await?)
    }

    /// Ends a session of the caller.
    pub async fn end_session(&self, who: &Identity, id: SessionId) -> Result<(), AppError> {
        let now = self.now();
        let row = self
            .store
            .read()
            .one("SELECT owner FROM sessions WHERE id = $1", vec![id.to_string().into()])
            .await?;
        let owner: Option<String> =
            row.map(|row| row.try_get("", "owner")).transpose().map_err(StoreError::from)?;
        let its_own = owner.is_some_and(|owner| owner == who.user.id.to_string());
        let grant = self
            .permit(&who.actor, ManageSessions, &own(Kind::Session, &id.to_string(), its_own), "session")
            .await?;
        let tx = self.store.write().await?;
        tx.end_session(&grant).await?;
        tx.audit(EntryDraft::done(now, &who.actor, "session.end").target(id)).await?;
        Ok(tx.commit().await?)
    }
}

/// Whether the organisation lets this account in by itself: a password and a passkey alike.
pub(super) async fn local_check(db: &dyn Query, user: &UserRow) -> Result<(), AppError> {
    let who = sso::local_sign_in(db, user.org).await?;
    if who == LocalSignIn::All || user.roles.has(Role::OrganizationAdmin) {
        return Ok(());
    }
    let reason = "your organisation signs in through its provider: use `cloister login URL --sso`".into();
    Err(AppError::Refused { check: "local_sign_in".into(), reason })
}

/// A thing of the caller's own, if it is.
pub(super) fn own(kind: Kind, id: &str, its_own: bool) -> Resource {
    Resource::new(kind, id).with(Relation::Own, its_own)
}

/// The user as an actor, as of now.
pub(super) fn actor_of(user: &UserRow, powers: Powers) -> Actor {
    Actor::User { id: user.id, org: user.org, roles: user.roles.clone(), disabled: user.disabled, powers }
}

/// What scopes allow. `write` and `admin` read too; none manages sessions and tokens.
fn powers_of(scopes: &str) -> Powers {
    let mut powers = BTreeSet::new();
    for scope in scopes.split(',') {
        let more: &[Power] = match scope {
            "read" => &[Power::Read],
            "write" => &[Power::Read, Power::Write],
            "admin" => &[Power::Read, Power::Admin],
            // A word this release does not know allows nothing.
            _unknown => &[],
        };
        powers.extend(more.iter().copied());
    }
    Powers(powers)
}
