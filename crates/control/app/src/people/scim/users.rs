//! People as their provider provisions them.

use std::collections::BTreeSet;

use cloister_authz::{
    Granted,
    actions::{ProvisionGroups, ProvisionUsers, ReadProvisioned},
};
use cloister_model::{Email, UserId};
use cloister_store::{
    EntryDraft, Tx,
    people::{
        self, Switch, UserRow, certificates,
        scim::{self, Attributes, Narrow, Provisioned, ProvisionedRow},
    },
};

use super::{Provisioner, short};
use crate::{App, AppError};

/// Addresses of one person, at most.
const MOST_ADDRESSES: usize = 20;

/// A person as its provider wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Its name there: the address of the account.
    pub user_name: String,
    /// The provider's own id.
    pub external_id: Option<String>,
    /// Whether it may sign in.
    pub active: bool,
    /// What else the provider says.
    pub attributes: Attributes,
}

impl From<&Provisioned> for Person {
    fn from(found: &Provisioned) -> Self {
        let row = found.row.clone();
        Self {
            user_name: row.user_name,
            external_id: row.external_id,
            active: !found.user.disabled,
            attributes: row.attributes,
        }
    }
}

fn refused(check: &str, reason: impl Into<String>) -> AppError {
    AppError::Refused { check: check.into(), reason: reason.into() }
}

fn switched_off() -> AppError {
    let text = "an organisation admin has switched this account off, and switches it on again";
    refused("switched_off", text)
}

impl Person {
    /// The account's address, and that each address is the provider's to give.
    fn check(&self, domains: &BTreeSet<String>) -> Result<Email, AppError> {
        let address: Email =
            self.user_name.parse().map_err(|e| AppError::Invalid(format!("`userName`: {e}")))?;
        short("externalId", self.external_id.as_deref())?;
        let Attributes { name, display_name, emails } = &self.attributes;
        for (what, text) in [
            ("displayName", display_name),
            ("name.formatted", &name.formatted),
            ("name.familyName", &name.family_name),
            ("name.givenName", &name.given_name),
        ] {
            short(what, text.as_deref())?;
        }
        if emails.len() > MOST_ADDRESSES {
            return Err(AppError::Invalid(format!("a person has at most {MOST_ADDRESSES} addresses")));
        }
        let mut given = vec![address.clone()];
        for one in emails {
            short("emails.type", one.kind.as_deref())?;
            short("emails.display", one.display.as_deref())?;
            given.push(one.value.parse().map_err(|e| AppError::Invalid(format!("`emails`: {e}")))?);
        }
        let foreign = given.iter().find(|email| {
            let domain = email.as_str().rsplit('@').next().unwrap_or_default().to_lowercase();
            !domains.contains(&domain)
        });
        match foreign {
            Some(email) => {
                let text = format!("`{email}` is of a domain that this provider does not claim");
                Err(refused("domain", text))
            }
            None => Ok(address),
        }
    }
}

impl App {
    /// People whom the provider has not removed, some of them, and how many there are.
    pub async fn provisioned_users(
        &self,
        who: &Provisioner,
        narrow: &Narrow,
        some: (u64, u64),
    ) -> Result<(Vec<Provisioned>, i64), AppError> {
        let _ = self.permit(&who.actor, ReadProvisioned, &who.place(), "user").await?;
        let db = self.store.read();
        let found = scim::provisioned_by(&db, who.provider.id, narrow, some).await?;
        Ok((found, scim::how_many_provisioned(&db, who.provider.id).await?))
    }

    /// One of them.
    pub async fn provisioned(&self, who: &Provisioner, id: UserId) -> Result<Provisioned, AppError> {
        let (found, _) = self.provisioned_users(who, &Narrow::Id(id), (0, 1)).await?;
        found.into_iter().next().ok_or(AppError::Absent("user"))
    }

    /// Adds a person, or takes over an account of the organisation that no password enters: invited, arrived by sign-in,
    /// or removed by the provider before.
    pub async fn provision_user(&self, who: &Provisioner, person: Person) -> Result<Provisioned, AppError> {
        let done = self.try_provision(who, person).await;
        self.noting(&who.actor, "user.provision", who.provider.id, done).await
    }

    async fn try_provision(&self, who: &Provisioner, person: Person) -> Result<Provisioned, AppError> {
        let grant = self.permit(&who.actor, ProvisionUsers, &who.place(), "user").await?;
        let address = person.check(&who.provider.domains)?;
        let now = self.now();
        let tx = self.store.write().await?;
        let (user, suspended) = match self.adoptable(&tx, who, &address).await? {
            Some((user, suspended)) => (user, suspended),
            None => {
                let new = self.new_user(who.provider.org, address.clone(), []);
                tx.add_provisioned(&grant, &new).await?;
                let entry = EntryDraft::done(now, &who.actor, "user.add").target(new.id);
                let salt: [u8; 16] =
                    hex::decode(&new.salt).ok().and_then(|s| s.try_into().ok()).unwrap_or_default();
                let commitment = cloister_audit::commit(&salt, address.as_str());
                tx.audit(entry.fact("email", commitment)).await?;
                (people::user_by_id(&tx, new.id).await?.ok_or(AppError::Absent("user"))?, false)
            }
        };
        let row = ProvisionedRow {
            owner: user.id,
            provider: who.provider.id,
            user_name: person.user_name.clone(),
            external_id: None,
            attributes: Attributes::default(),
            suspended,
            created: now,
            modified: now,
            deleted: None,
        };
        tx.put_provisioned(&grant, &row).await?;
        tx.audit(EntryDraft::done(now, &who.actor, "user.provision").target(user.id)).await?;
        let done = self.settle(&tx, who, &grant, &Provisioned { user, row }, person).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// The account at an address that the provider may take over, and whether the provider itself switched it off.
    async fn adoptable(
        &self,
        tx: &Tx,
        who: &Provisioner,
        address: &Email,
    ) -> Result<Option<(UserRow, bool)>, AppError> {
        let taken = || AppError::Conflict("there is a user of this `userName` already".into());
        let Some(user) = people::user_by_email(tx, address).await? else { return Ok(None) };
        if user.org != who.provider.org {
            return Err(taken());
        }
        not_local(&user)?;
        match scim::provisioned_user(tx, user.id).await? {
            Some(found) if found.row.deleted.is_none() => Err(taken()),
            Some(found) => Ok(Some((user, found.row.suspended))),
            None => Ok(Some((user, false))),
        }
    }

    /// Changes a person. `edit` sees it as it is in the transaction that changes it.
    pub async fn change_provisioned<E: From<AppError>>(
        &self,
        who: &Provisioner,
        id: UserId,
        edit: impl FnOnce(&Provisioned) -> Result<Person, E> + Send,
    ) -> Result<Provisioned, E> {
        let grant = self.permit(&who.actor, ProvisionUsers, &who.place(), "user").await?;
        let tx = self.store.write().await.map_err(AppError::from)?;
        let before = self.still_there(&tx, who, id).await?;
        let wanted = edit(&before)?;
        let done = match not_local(&before.user) {
            Ok(()) => self.settle(&tx, who, &grant, &before, wanted).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(done) => {
                tx.commit().await.map_err(AppError::from)?;
                Ok(done)
            }
            Err(error) => {
                drop(tx);
                Ok(self.noting(&who.actor, "user.provision", id, Err(error)).await?)
            }
        }
    }

    async fn still_there(&self, tx: &Tx, who: &Provisioner, id: UserId) -> Result<Provisioned, AppError> {
        let found = scim::provisioned_by(tx, who.provider.id, &Narrow::Id(id), (0, 1)).await?;
        found.into_iter().next().ok_or(AppError::Absent("user"))
    }

    /// Makes a person as wanted: its address, its state, what else is said. Nothing is written for nothing.
    async fn settle(
        &self,
        tx: &Tx,
        who: &Provisioner,
        grant: &Granted<ProvisionUsers>,
        before: &Provisioned,
        wanted: Person,
    ) -> Result<Provisioned, AppError> {
        let address = wanted.check(&who.provider.domains)?;
        let (now, id) = (self.now(), before.user.id);
        if Person::from(before) == wanted {
            return Ok(before.clone());
        }
        if address != before.user.email {
            self.rename(tx, grant, &before.user, &address).await?;
        }
        let mut row = before.row.clone();
        let switch = if wanted.active { Switch::On } else { Switch::Off };
        if wanted.active == before.user.disabled {
            if switch == Switch::On && !row.suspended {
                return Err(switched_off());
            }
            tx.switch_provisioned(grant, id, switch).await?;
            row.suspended = switch == Switch::Off;
            let action = if switch == Switch::On { "user.enable" } else { "user.disable" };
            tx.audit(EntryDraft::done(now, &who.actor, action).target(id)).await?;
        }
        let same = (&row.user_name, &row.external_id, &row.attributes)
            == (&wanted.user_name, &wanted.external_id, &wanted.attributes);
        if !same {
            tx.audit(EntryDraft::done(now, &who.actor, "user.change").target(id)).await?;
        }
        row.user_name = wanted.user_name;
        row.external_id = wanted.external_id;
        row.attributes = wanted.attributes;
        row.modified = now;
        tx.put_provisioned(grant, &row).await?;
        let user = people::user_by_id(tx, id).await?.ok_or(AppError::Absent("user"))?;
        Ok(Provisioned { user, row })
    }

    /// Another address. Not while a certificate names the present one: what was signed and shared under it would be
    /// somebody else's in the eyes of whoever looks the address up.
    async fn rename(
        &self,
        tx: &Tx,
        grant: &Granted<ProvisionUsers>,
        user: &UserRow,
        address: &Email,
    ) -> Result<(), AppError> {
        if people::user_by_email(tx, address).await?.is_some() {
            return Err(AppError::Conflict("there is a user of this `userName` already".into()));
        }
        if certificates::live_of(tx, user.id, self.now()).await?.is_some() {
            let text = "a certificate names the present address; the person revokes it first";
            return Err(refused("certificate", text));
        }
        Ok(tx.rename_provisioned(grant, user.id, address).await?)
    }

    /// Removes a person: suspended, in no group, unknown to the provider from now on. Account and history stay.
    pub async fn deprovision_user(&self, who: &Provisioner, id: UserId) -> Result<(), AppError> {
        let done = self.try_deprovision(who, id).await;
        self.noting(&who.actor, "user.deprovision", id, done).await
    }

    async fn try_deprovision(&self, who: &Provisioner, id: UserId) -> Result<(), AppError> {
        let grant = self.permit(&who.actor, ProvisionUsers, &who.place(), "user").await?;
        let groups = self.permit(&who.actor, ProvisionGroups, &who.place(), "user").await?;
        let now = self.now();
        let tx = self.store.write().await?;
        let found = self.still_there(&tx, who, id).await?;
        not_local(&found.user)?;
        tx.leave_groups(&groups, who.provider.id, id).await?;
        let pushed = scim::group_keys(&tx, who.provider.id, None).await?;
        self.map_pushed(&tx, who, &groups, (id, &pushed)).await?;
        tx.switch_provisioned(&grant, id, Switch::Off).await?;
        let mut row = found.row;
        row.suspended |= !found.user.disabled;
        row.modified = now;
        row.deleted = Some(now);
        tx.put_provisioned(&grant, &row).await?;
        tx.audit(EntryDraft::done(now, &who.actor, "user.deprovision").target(id)).await?;
        Ok(tx.commit().await?)
    }
}

/// An account with a password is entered without the provider: it is not the provider's.
fn not_local(user: &UserRow) -> Result<(), AppError> {
    if user.password.is_none() {
        return Ok(());
    }
    let text = "this account is entered with a password, so it is not the provider's; \
                an organisation admin can end the password";
    Err(refused("local_account", text))
}
