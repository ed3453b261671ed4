//! What the operator of the host does: `cloister-server admin`. Works beside a running server.

use cloister_authz::{
    Actor, Kind, Resource,
    actions::{AddOrganisation, AddUser, GrantOrgAdmin},
    authorize,
};
use cloister_model::{Clock, Email, OrgId, OrgName, Rng, Role, Roles, UserId};
use cloister_store::{
    EntryDraft, Store,
    people::{self, NewUser, Organisation, UserRow},
};

use super::{passwords, secrets};
use crate::{
    AppError, PasswordCost,
    notices::{roles_changed, tell},
};

/// The host operator's use cases: a database, no broker, no log writer (the server's sequencer takes the entries up).
pub struct HostOperator<'a> {
    /// Rows.
    pub store: &'a Store,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub rng: &'a dyn Rng,
    /// What hashing a password costs.
    pub passwords: PasswordCost,
}

/// A user the operator adds.
pub struct Wanted {
    /// The address.
    pub email: Email,
    /// The organisation's name.
    pub org: OrgName,
    /// The password; without one, a one-time secret is made.
    pub password: Option<String>,
    /// Roles.
    pub roles: Roles,
}

impl HostOperator<'_> {
    fn random<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.rng.fill(&mut out);
        out
    }

    fn new_id(&self) -> uuid::Uuid {
        cloister_model::ambient::uuid_v7(self.clock, self.rng)
    }

    /// Adds an organisation.
    pub async fn add_organisation(&self, name: OrgName) -> Result<Organisation, AppError> {
        let grant = authorize(&Actor::HostOperator, AddOrganisation, &Resource::deployment())?;
        let now = self.clock.now();
        let id = OrgId(self.new_id());
        let tx = self.store.write().await?;
        if people::organisation_by_name(&tx, &name).await?.is_some() {
            return Err(AppError::Conflict(format!("the organisation `{name}` is there already")));
        }
        tx.add_organisation(&grant, id, &name, now).await?;
        let entry =
            EntryDraft::done(now, &Actor::HostOperator, "organisation.add").organisation(id).target(id);
        tx.audit(entry).await?;
        tx.commit().await?;
        Ok(Organisation { id, name })
    }

    /// Adds a user; with a one-time secret when no password was given.
    pub async fn add_user(&self, wanted: Wanted) -> Result<(UserRow, Option<String>), AppError> {
        let hash = match wanted.password {
            Some(password) => {
                passwords::check(&password)?;
                Some(passwords::hash(self.passwords, password, self.random()).await?)
            }
            None => None,
        };
        let now = self.clock.now();
        let tx = self.store.write().await?;
        let org = people::organisation_by_name(&tx, &wanted.org).await?;
        let org = org
            .ok_or_else(|| AppError::Unprocessable(format!("there is no organisation `{}`", wanted.org)))?
            .id;
        let grant = authorize(&Actor::HostOperator, AddUser, &Resource::organisation(org))?;
        if people::user_by_email(&tx, &wanted.email).await?.is_some() {
            return Err(AppError::Conflict(format!("`{}` has an account already", wanted.email)));
        }
        let id = UserId(self.new_id());
        let salt = self.random::<16>();
        let commitment = cloister_audit::commit(&salt, wanted.email.as_str());
        let secret =
            hash.is_none().then(|| format!("{}{}", secrets::ONE_TIME, hex::encode(self.random::<32>())));
        let new = NewUser {
            id,
            org,
            email: wanted.email,
            roles: wanted.roles,
            password: hash,
            salt: hex::encode(salt),
            joined: now,
        };
        tx.add_user(&grant, &new).await?;
        if let Some(secret) = &secret {
            let expires = now.plus(super::invitations::LIFE);
            tx.add_one_time("password", Some(id), &secrets::hash(secret), expires).await?;
        }
        let entry = EntryDraft::done(now, &Actor::HostOperator, "user.add").organisation(org).target(id);
        tx.audit(entry.fact("email", commitment)).await?;
        let user = people::user_by_id(&tx, id).await?.ok_or(AppError::Absent("user"))?;
        tx.commit().await?;
        Ok((user, secret))
    }

    /// Makes someone organisation admin.
    pub async fn grant_org_admin(&self, email: &Email) -> Result<UserRow, AppError> {
        let tx = self.store.write().await?;
        let user = people::user_by_email(&tx, email).await?;
        let user =
            user.ok_or_else(|| AppError::Unprocessable(format!("nobody has the address `{email}`")))?;
        let thing = Resource::new(Kind::User, user.id.to_string()).of(user.org);
        let grant = authorize(&Actor::HostOperator, GrantOrgAdmin, &thing)?;
        tx.grant_org_admin(&grant).await?;
        let entry = EntryDraft::done(self.clock.now(), &Actor::HostOperator, "user.grant-org-admin");
        tx.audit(entry.organisation(user.org).target(user.id)).await?;
        let mut user = user;
        user.roles.0.insert(Role::OrganizationAdmin);
        // The operator's program sends no mail: it is in the inbox.
        tell(&tx, (self.clock, self.rng, false), [user.id], &roles_changed(&user, None)).await?;
        tx.commit().await?;
        Ok(user)
    }
}
