//! Providers of organisations, who their people are here, and sign-ins on their way.

use std::collections::{BTreeMap, BTreeSet};

use cloister_authz::{
    Granted,
    actions::{SetLocalSignIn, SetProvider, SignIn},
};
use cloister_model::{Email, OrgId, Role, Roles, Timestamp, UserId};
use uuid::Uuid;

use super::{NewUser, UserRow, parsed, user_by_id};
use crate::{Query, Row, StoreError, Tx};

/// An organisation's identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRow {
    /// Its id.
    pub id: Uuid,
    /// Whose people it knows.
    pub org: OrgId,
    /// What its button says.
    pub name: String,
    /// The issuer's URL.
    pub issuer: String,
    /// Our client id there.
    pub client: String,
    /// The client's secret, sealed.
    pub secret: Option<String>,
    /// Domains of e-mail addresses it may vouch for.
    pub domains: BTreeSet<String>,
    /// The claim that lists groups.
    pub groups_claim: String,
    /// Which group gives which role.
    pub rules: BTreeMap<String, Role>,
    /// `api` or `file`.
    pub source: String,
    /// Since when.
    pub created: Timestamp,
}

impl ProviderRow {
    /// Whether the operator named it, in a file or the environment; else an admin of the organisation did.
    pub fn is_operators(&self) -> bool {
        self.source == "file"
    }
}

/// Who may sign in with a password or a passkey of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalSignIn {
    /// Everybody who has either.
    All,
    /// Organisation admins only, for when the provider is broken.
    BreakGlass,
}

impl LocalSignIn {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::BreakGlass => "break_glass",
        }
    }
}

/// A sign-in that was sent to its provider.
#[derive(Clone, Debug)]
pub struct Departure {
    /// Where to.
    pub provider: Uuid,
    /// What the ID token must repeat.
    pub nonce: String,
    /// The PKCE verifier.
    pub verifier: String,
    /// Where the browser goes afterwards, a path here.
    pub back: String,
    /// Until when.
    pub expires: Timestamp,
}

pub(super) const PROVIDER: &str =
    "SELECT id, org, name, issuer, client, secret, domains, groups_claim, rules, source,
    created FROM providers";

pub(super) fn json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    let text: String = row.try_get("", column)?;
    serde_json::from_str(&text).map_err(StoreError::corrupt)
}

pub(super) fn provider(row: &Row) -> Result<ProviderRow, StoreError> {
    Ok(ProviderRow {
        id: parsed(row, "id")?,
        org: parsed(row, "org")?,
        name: row.try_get("", "name")?,
        issuer: row.try_get("", "issuer")?,
        client: row.try_get("", "client")?,
        secret: row.try_get("", "secret")?,
        domains: json(row, "domains")?,
        groups_claim: row.try_get("", "groups_claim")?,
        rules: json(row, "rules")?,
        source: row.try_get("", "source")?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
    })
}

/// All providers, in order of name.
pub async fn providers(db: &dyn Query) -> Result<Vec<ProviderRow>, StoreError> {
    db.all(&format!("{PROVIDER} ORDER BY name, id"), vec![]).await?.iter().map(provider).collect()
}

/// The provider of this id.
pub async fn provider_by_id(db: &dyn Query, id: Uuid) -> Result<Option<ProviderRow>, StoreError> {
    let row = db.one(&format!("{PROVIDER} WHERE id = $1"), vec![id.to_string().into()]).await?;
    row.as_ref().map(provider).transpose()
}

/// An organisation's provider of this issuer.
pub async fn provider_of(
    db: &dyn Query,
    org: OrgId,
    issuer: &str,
) -> Result<Option<ProviderRow>, StoreError> {
    let sql = format!("{PROVIDER} WHERE org = $1 AND issuer = $2");
    db.one(&sql, vec![org.to_string().into(), issuer.into()]).await?.as_ref().map(provider).transpose()
}

/// Whether the domain is another organisation's: claimed by its provider, or of an address of one of its people.
pub async fn domain_taken(db: &dyn Query, domain: &str, org: OrgId) -> Result<bool, StoreError> {
    let sql = "SELECT p.org FROM domains d JOIN providers p ON p.id = d.provider
        WHERE d.domain = $1 AND p.org <> $2
        UNION SELECT org FROM users WHERE org <> $2 AND email LIKE $3";
    let values = vec![domain.into(), org.to_string().into(), format!("%@{domain}").into()];
    Ok(db.one(sql, values).await?.is_some())
}

/// The user whom the provider knows by this subject.
pub async fn user_of(db: &dyn Query, issuer: &str, subject: &str) -> Result<Option<UserRow>, StoreError> {
    let sql = "SELECT owner FROM identities WHERE issuer = $1 AND subject = $2";
    match db.one(sql, vec![issuer.into(), subject.into()]).await? {
        Some(row) => user_by_id(db, parsed(&row, "owner")?).await,
        None => Ok(None),
    }
}

/// Whether a provider knows this user already.
pub async fn is_linked(db: &dyn Query, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT issuer FROM identities WHERE owner = $1";
    Ok(db.one(sql, vec![user.to_string().into()]).await?.is_some())
}

/// Whether this user has a way in beside a password.
pub(super) async fn is_entered(db: &dyn Query, user: UserId) -> Result<bool, StoreError> {
    Ok(is_linked(db, user).await? || super::passkeys::count_of(db, user).await? > 0)
}

/// Who of an organisation may sign in by themselves: with a password or a passkey.
pub async fn local_sign_in(db: &dyn Query, org: OrgId) -> Result<LocalSignIn, StoreError> {
    let sql = "SELECT local_sign_in FROM organisations WHERE id = $1";
    let row = db.one(sql, vec![org.to_string().into()]).await?.ok_or(StoreError::NotFound)?;
    let word: String = row.try_get("", "local_sign_in")?;
    Ok(if word == "all" { LocalSignIn::All } else { LocalSignIn::BreakGlass })
}

impl Tx {
    /// Adds a provider to the organisation of the grant, or changes the one that has its id.
    pub async fn set_provider(
        &self,
        grant: &Granted<SetProvider>,
        row: &ProviderRow,
    ) -> Result<(), StoreError> {
        if grant.id() != row.org.to_string() {
            return Err(StoreError::NotFound);
        }
        let domains = serde_json::to_string(&row.domains).map_err(StoreError::corrupt)?;
        let rules = serde_json::to_string(&row.rules).map_err(StoreError::corrupt)?;
        self.exec(
            "INSERT INTO providers (id, org, name, issuer, client, secret, domains, groups_claim, rules, source, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (id) DO UPDATE SET name = $3, client = $5, secret = $6, domains = $7, groups_claim = $8,
             rules = $9, source = $10",
            vec![
                row.id.to_string().into(),
                row.org.to_string().into(),
                row.name.clone().into(),
                row.issuer.clone().into(),
                row.client.clone().into(),
                row.secret.clone().into(),
                domains.into(),
                row.groups_claim.clone().into(),
                rules.into(),
                row.source.clone().into(),
                row.created.micros().into(),
            ],
        )
        .await?;
        self.exec("DELETE FROM domains WHERE provider = $1", vec![row.id.to_string().into()]).await?;
        for domain in &row.domains {
            let values = vec![domain.clone().into(), row.id.to_string().into()];
            self.exec("INSERT INTO domains (domain, provider) VALUES ($1, $2)", values).await?;
        }
        Ok(())
    }

    /// Removes a provider of the organisation of the grant with what it pushed, and ends the sessions it began. The people
    /// stay.
    pub async fn remove_provider(&self, grant: &Granted<SetProvider>, id: Uuid) -> Result<(), StoreError> {
        let id = id.to_string();
        let owned = "SELECT id FROM providers WHERE id = $1 AND org = $2";
        if self.one(owned, vec![id.clone().into(), grant.id().into()]).await?.is_none() {
            return Err(StoreError::NotFound);
        }
        for sql in [
            "DELETE FROM scim_tokens WHERE provider = $1",
            "DELETE FROM scim_members WHERE place IN (SELECT id FROM scim_groups WHERE provider = $1)",
            "DELETE FROM scim_groups WHERE provider = $1",
            "DELETE FROM scim_users WHERE provider = $1",
            "DELETE FROM sessions WHERE provider = $1",
            "DELETE FROM sign_ins WHERE provider = $1",
            "DELETE FROM domains WHERE provider = $1",
            "DELETE FROM providers WHERE id = $1",
        ] {
            self.exec(sql, vec![id.clone().into()]).await?;
        }
        Ok(())
    }

    /// Says who of the organisation of the grant may sign in with a password.
    pub async fn set_local_sign_in(
        &self,
        grant: &Granted<SetLocalSignIn>,
        who: LocalSignIn,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE organisations SET local_sign_in = $1 WHERE id = $2";
        match self.exec(sql, vec![who.word().into(), grant.id().into()]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Remembers a sign-in that departs.
    pub async fn add_departure(&self, state: &str, browser: &str, row: &Departure) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO sign_ins (state, browser, provider, nonce, verifier, back, expires)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            vec![
                state.into(),
                browser.into(),
                row.provider.to_string().into(),
                row.nonce.clone().into(),
                row.verifier.clone().into(),
                row.back.clone().into(),
                row.expires.micros().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Takes the sign-in of this state and browser, once; stale ones of everybody go with it.
    pub async fn take_departure(
        &self,
        state: &str,
        browser: &str,
        now: Timestamp,
    ) -> Result<Option<Departure>, StoreError> {
        self.exec("DELETE FROM sign_ins WHERE expires <= $1", vec![now.micros().into()]).await?;
        let sql =
            "SELECT provider, nonce, verifier, back, expires FROM sign_ins WHERE state = $1 AND browser = $2";
        let Some(row) = self.one(sql, vec![state.into(), browser.into()]).await? else { return Ok(None) };
        self.exec("DELETE FROM sign_ins WHERE state = $1", vec![state.into()]).await?;
        Ok(Some(Departure {
            provider: parsed(&row, "provider")?,
            nonce: row.try_get("", "nonce")?,
            verifier: row.try_get("", "verifier")?,
            back: row.try_get("", "back")?,
            expires: Timestamp::from_micros(row.try_get("", "expires")?),
        }))
    }

    /// Adds somebody whom a provider vouched for.
    pub async fn add_arrival(&self, _grant: &Granted<SignIn>, new: &NewUser) -> Result<(), StoreError> {
        self.insert_user(new).await
    }

    /// Binds a provider's subject to a user.
    pub async fn link(
        &self,
        _grant: &Granted<SignIn>,
        (issuer, subject): (&str, &str),
        user: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO identities (issuer, subject, owner, created) VALUES ($1, $2, $3, $4)";
        let values = vec![issuer.into(), subject.into(), user.to_string().into(), now.micros().into()];
        self.exec(sql, values).await?;
        // The invitation is used up: nobody sets a password with its link any more.
        self.exec("DELETE FROM one_time WHERE owner = $1", vec![user.to_string().into()]).await.map(|_| ())
    }

    /// The roles that a provider's groups give.
    pub async fn map_roles(
        &self,
        _grant: &Granted<SignIn>,
        user: UserId,
        roles: &Roles,
    ) -> Result<(), StoreError> {
        self.write_roles(&user.to_string(), roles).await
    }

    /// Remembers which session of the provider a session came from.
    pub async fn tie_session(
        &self,
        session: cloister_model::SessionId,
        provider: Uuid,
        theirs: Option<&str>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET provider = $1, provider_session = $2 WHERE id = $3";
        let values =
            vec![provider.to_string().into(), theirs.map(str::to_owned).into(), session.to_string().into()];
        self.exec(sql, values).await.map(|_| ())
    }

    /// Ends what a provider ends: one of its sessions, or all of one of its people. Says how many.
    pub async fn end_provider_sessions(
        &self,
        provider: &ProviderRow,
        session: Option<&str>,
        subject: Option<&str>,
    ) -> Result<u64, StoreError> {
        let id = provider.id.to_string();
        if let Some(session) = session {
            let sql = "DELETE FROM sessions WHERE provider = $1 AND provider_session = $2";
            return self.exec(sql, vec![id.into(), session.into()]).await;
        }
        let sql = "DELETE FROM sessions WHERE provider = $1 AND owner IN
            (SELECT owner FROM identities WHERE issuer = $2 AND subject = $3)";
        let subject = subject.unwrap_or_default();
        self.exec(sql, vec![id.into(), provider.issuer.clone().into(), subject.into()]).await
    }

    /// Notes a logout token's id; false when it was used before.
    pub async fn use_logout(
        &self,
        token: &str,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.exec("DELETE FROM logouts WHERE expires <= $1", vec![now.micros().into()]).await?;
        let sql = "INSERT INTO logouts (token, expires) VALUES ($1, $2) ON CONFLICT (token) DO NOTHING";
        Ok(self.exec(sql, vec![token.into(), expires.micros().into()]).await? == 1)
    }
}

/// The account at an invitation's address that nobody has entered yet.
pub async fn open_invitation(db: &dyn Query, email: &Email) -> Result<Option<UserRow>, StoreError> {
    let found = super::user_by_email(db, email).await?;
    match found {
        Some(user) if user.password.is_none() && !is_entered(db, user.id).await? => Ok(Some(user)),
        Some(_) | None => Ok(None),
    }
}
