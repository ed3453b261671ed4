//! Accounts: set-up on an empty database, adding users, one-time passwords, roles, switching off.

use std::collections::BTreeMap;

use cloister_authz::{
    Actor, Kind, Powers, Relation, Resource,
    actions::{AddUser, ListUsers, SetPassword, SetRoles, SetUp, SwitchUser},
    authorize,
};
use cloister_model::{Digest, Duration, Email, OrgId, OrgName, Role, Roles, UserId};
use cloister_store::{
    EntryDraft,
    people::{self, NewUser, Switch, UserRow, certificates, credentials::Method},
    workspaces::{self, Belonging},
};

use super::{
    passwords, secrets,
    sessions::{Identity, SignedIn, actor_of},
};
use crate::{App, AppError};

const SETUP: Duration = Duration::days(1);

impl App {
    /// The one-time set-up secret, when nobody was ever added; one made before is void.
    pub async fn setup_secret(&self) -> Result<Option<String>, AppError> {
        let tx = self.store.write().await?;
        if !people::nobody_yet(&tx).await? {
            return Ok(None);
        }
        let secret = self.new_secret(secrets::ONE_TIME);
        tx.add_one_time("setup", None, &secrets::hash(&secret), self.now().plus(SETUP)).await?;
        tx.commit().await?;
        Ok(Some(secret))
    }

    /// Makes the first organisation and its admin, who also may create workspaces.
    pub async fn set_up(
        &self,
        secret: &str,
        org: &OrgName,
        email: Email,
        password: String,
    ) -> Result<SignedIn, AppError> {
        let grant = authorize(&Actor::Anonymous, SetUp, &Resource::deployment())?;
        passwords::check(&password)?;
        let hash = passwords::hash(self.passwords, password, self.random()).await?;
        let now = self.now();
        let mut admin =
            self.new_user(OrgId(self.new_id()), email, [Role::OrganizationAdmin, Role::WorkspaceAdmin]);
        admin.password = Some(hash);
        let tx = self.store.write().await?;
        if !people::nobody_yet(&tx).await?
            || tx.use_one_time("setup", &secrets::hash(secret), now).await?.is_none()
        {
            return Err(AppError::Unauthenticated("the set-up link is not valid any more"));
        }
        tx.set_up(&grant, org, &admin).await?;
        let user = people::user_by_id(&tx, admin.id).await?.ok_or(AppError::Absent("user"))?;
        tx.audit(
            EntryDraft::done(now, &actor_of(&user, Powers::session()), "deployment.setup").target(user.org),
        )
        .await?;
        tx.commit().await?;
        self.begin_session(user, Method::SetUp).await
    }

    pub(super) fn new_user(
        &self,
        org: OrgId,
        email: Email,
        roles: impl IntoIterator<Item = Role>,
    ) -> NewUser {
        NewUser {
            id: UserId(self.new_id()),
            org,
            email,
            roles: Roles(roles.into_iter().collect()),
            password: None,
            salt: hex::encode(self.random::<16>()),
            joined: self.now(),
        }
    }

    /// Users of the caller's organisation, in order of address.
    pub async fn users(&self, who: &Identity, after: &str, limit: u64) -> Result<Vec<UserRow>, AppError> {
        let _ =
            self.permit(&who.actor, ListUsers, &Resource::organisation(who.user.org), "organisation").await?;
        Ok(people::users_of(&self.store.read(), who.user.org, after, limit).await?)
    }

    /// Adds a user to the caller's organisation; with the one-time secret that sets the password.
    pub async fn add_user(&self, who: &Identity, email: Email) -> Result<(UserRow, String), AppError> {
        let grant =
            self.permit(&who.actor, AddUser, &Resource::organisation(who.user.org), "organisation").await?;
        let new = self.new_user(who.user.org, email, []);
        self.insert_user(&who.actor, &grant, new).await
    }

    pub(super) async fn insert_user(
        &self,
        actor: &Actor,
        grant: &cloister_authz::Granted<AddUser>,
        new: NewUser,
    ) -> Result<(UserRow, String), AppError> {
        let now = self.now();
        let secret = self.new_secret(secrets::ONE_TIME);
        let tx = self.store.write().await?;
        if people::user_by_email(&tx, &new.email).await?.is_some() {
            return Err(AppError::Conflict(format!("`{}` has an account already", new.email)));
        }
        tx.add_user(grant, &new).await?;
        if new.password.is_none() {
            tx.add_one_time(
                "password",
                Some(new.id),
                &secrets::hash(&secret),
                now.plus(super::invitations::LIFE),
            )
            .await?;
        }
        let salt: [u8; 16] = hex::decode(&new.salt).ok().and_then(|s| s.try_into().ok()).unwrap_or_default();
        let entry = EntryDraft::done(now, actor, "user.add").organisation(new.org).target(new.id);
        tx.audit(entry.fact("email", cloister_audit::commit(&salt, new.email.as_str()))).await?;
        let user = people::user_by_id(&tx, new.id).await?.ok_or(AppError::Absent("user"))?;
        tx.commit().await?;
        Ok((user, secret))
    }

    /// Sets a password with a one-time secret; whoever was signed in as that user no longer is.
    pub async fn set_password(&self, secret: &str, password: String) -> Result<(), AppError> {
        authorize(&Actor::Anonymous, SetPassword, &Resource::deployment())?;
        passwords::check(&password)?;
        let hash = passwords::hash(self.passwords, password, self.random()).await?;
        let now = self.now();
        let tx = self.store.write().await?;
        let used = tx.use_one_time("password", &secrets::hash(secret), now).await?.flatten();
        let owner = used.ok_or(AppError::Unauthenticated("the link is not valid any more"))?;
        tx.set_password(owner, &hash).await?;
        let user = people::user_by_id(&tx, owner).await?.ok_or(AppError::Absent("user"))?;
        tx.audit(EntryDraft::done(now, &actor_of(&user, Powers::session()), "password.set").target(owner))
            .await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn colleague(&self, who: &Identity, id: UserId) -> Result<Resource, AppError> {
        let user = people::user_by_id(&self.store.read(), id).await?;
        let thing = Resource::new(Kind::User, id.to_string()).with(Relation::Own, id == who.user.id);
        Ok(match user {
            Some(user) => thing.of(user.org),
            None => thing,
        })
    }

    /// Grants or revokes workspace admin and auditor; holds from the next request.
    pub async fn set_roles(&self, who: &Identity, id: UserId, roles: Roles) -> Result<UserRow, AppError> {
        let grant = self.permit(&who.actor, SetRoles, &self.colleague(who, id).await?, "user").await?;
        let tx = self.store.write().await?;
        tx.set_roles(&grant, &roles).await?;
        let user = people::user_by_id(&tx, id).await?.ok_or(AppError::Absent("user"))?;
        let words = serde_json::to_string(&user.roles).map_err(AppError::internal)?;
        tx.audit(EntryDraft::done(self.now(), &who.actor, "user.roles").target(id).fact("roles", words))
            .await?;
        self.tell_roles(&tx, &user, who.actor.user()).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Switches signing in off or on.
    pub async fn switch_user(&self, who: &Identity, id: UserId, switch: Switch) -> Result<UserRow, AppError> {
        let grant = self.permit(&who.actor, SwitchUser, &self.colleague(who, id).await?, "user").await?;
        if switch == Switch::Off && id == who.user.id {
            return Err(AppError::Unprocessable("nobody can switch off themselves".into()));
        }
        let action = match switch {
            Switch::Off => "user.disable",
            Switch::On => "user.enable",
        };
        let tx = self.store.write().await?;
        tx.switch_user(&grant, switch).await?;
        let user = people::user_by_id(&tx, id).await?.ok_or(AppError::Absent("user"))?;
        tx.audit(EntryDraft::done(self.now(), &who.actor, action).target(id)).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Live certificates of the people whom the caller just saw: those of its organisation.
    pub async fn colleagues_certificates(
        &self,
        who: &Identity,
    ) -> Result<BTreeMap<UserId, Digest>, AppError> {
        Ok(certificates::live_in(&self.store.read(), who.user.org, self.now()).await?)
    }

    /// In which pending and active workspaces the people of the caller's organisation are, or invited to.
    pub async fn colleagues_workspaces(
        &self,
        who: &Identity,
    ) -> Result<BTreeMap<UserId, Vec<Belonging>>, AppError> {
        let _ =
            self.permit(&who.actor, ListUsers, &Resource::organisation(who.user.org), "organisation").await?;
        let mut all: BTreeMap<UserId, Vec<Belonging>> = BTreeMap::new();
        for one in workspaces::of_colleagues(&self.store.read(), who.user.org).await? {
            all.entry(one.member).or_default().push(one);
        }
        Ok(all)
    }
}
