//! Organisations, people, their sessions in batches; then each makes keys and gets a certificate from the broker.

use std::collections::BTreeSet;

use cloister_api::people::{SignedIn, User};
use cloister_app::{
    PasswordCost,
    people::{passwords, secrets},
};
use cloister_authz::{
    Actor, Powers, Resource,
    actions::{AddOrganisation, AddUser},
    authorize,
};
use cloister_client::{Client, Profile};
use cloister_model::{
    Digest, Duration, Email, OrgId, OrgName, Rng, Role, Roles, SessionId, UserId, ambient::uuid_v7,
};
use cloister_statement::{MemberKeys, Signer};
use cloister_store::{
    EntryDraft, Tx,
    people::{
        NewUser,
        credentials::{Method, SessionRow},
    },
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{AT_ONCE, SeedError, Seeding, failed};

/// People of one organisation.
const PER_ORGANISATION: usize = 100;
/// Rows of people written in one transaction.
const BATCH: usize = 250;
/// A session's life, as the server gives it.
const SESSION: Duration = Duration::hours(12);

/// Somebody with an account, a session and a certificate.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub user: User,
    /// The session's bearer secret.
    pub token: String,
    /// The profile with the keys.
    pub profile: Profile,
    /// The certificate.
    pub certificate: Digest,
}

impl Person {
    /// As who the person acts.
    pub fn actor(&self) -> Actor {
        Actor::User {
            id: self.user.id,
            org: self.user.organisation,
            roles: self.user.roles.clone(),
            disabled: false,
            powers: Powers::session(),
        }
    }

    /// The person's client; opens connections of its own.
    pub(crate) fn client(&self, seeding: &Seeding<'_>) -> Result<Client, SeedError> {
        Ok(Client::of(self.profile.clone(), seeding.ambient.clone())?)
    }

    /// The keys that go with the certificate.
    pub(crate) fn keys(&self) -> Result<MemberKeys, SeedError> {
        self.profile.all_keys()?.pop().ok_or_else(|| failed("a profile without keys"))
    }

    /// As a signer.
    pub(crate) fn signer(&self) -> Signer {
        Signer::Certificate(self.certificate)
    }
}

/// An account that was written, before it has keys.
struct Account {
    signed: SignedIn,
    profile: Profile,
}

pub(crate) async fn seed(seeding: &Seeding<'_>) -> Result<Vec<Person>, SeedError> {
    let mut accounts = Vec::with_capacity(seeding.plan.members);
    let mut org = None;
    for from in (0..seeding.plan.members).step_by(BATCH) {
        let tx = seeding.store.write().await?;
        for n in from..(from + BATCH).min(seeding.plan.members) {
            if n % PER_ORGANISATION == 0 {
                org = Some(organisation(seeding, &tx, n / PER_ORGANISATION).await?);
            }
            let (org, name) = org.as_ref().ok_or_else(|| failed("an account before its organisation"))?;
            accounts.push(account(seeding, &tx, n, (*org, name)).await?);
        }
        tx.commit().await?;
    }
    let enrolled = stream::iter(accounts).map(|account| enrol(seeding, account)).buffered(AT_ONCE);
    enrolled.try_collect().await
}

async fn organisation(seeding: &Seeding<'_>, tx: &Tx, n: usize) -> Result<(OrgId, OrgName), SeedError> {
    let now = seeding.ambient.clock.now();
    let name: OrgName = format!("Seeded hospital {n:02}").parse().map_err(failed)?;
    let id = OrgId(uuid_v7(seeding.ambient.clock.as_ref(), seeding.ambient.rng.as_ref()));
    let grant = authorize(&Actor::HostOperator, AddOrganisation, &Resource::deployment())?;
    tx.add_organisation(&grant, id, &name, now).await?;
    let entry = EntryDraft::done(now, &Actor::HostOperator, "organisation.add");
    tx.audit(entry.organisation(id).target(id)).await?;
    Ok((id, name))
}

fn roles(seeding: &Seeding<'_>, n: usize) -> Roles {
    let mut roles = BTreeSet::new();
    if n == 0 {
        roles.extend([Role::OrganizationAdmin, Role::Auditor]);
    }
    // Whoever makes a workspace, see `workspaces`.
    if n <= seeding.plan.workspaces {
        roles.insert(Role::WorkspaceAdmin);
    }
    Roles(roles)
}

/// Row, session and entries of one account.
async fn account(
    seeding: &Seeding<'_>,
    tx: &Tx,
    n: usize,
    (org, org_name): (OrgId, &OrgName),
) -> Result<Account, SeedError> {
    let (clock, rng) = (seeding.ambient.clock.as_ref(), seeding.ambient.rng.as_ref());
    let now = clock.now();
    let email: Email = format!("member{n:04}@seeded.example").parse().map_err(failed)?;
    let (mut salt, mut secret) = ([0; 16], [0; 32]);
    rng.fill(&mut salt);
    rng.fill(&mut secret);
    let password = match &seeding.target.password {
        Some(text) if n == 0 => Some(hashed(text, rng).await?),
        Some(_) | None => None,
    };
    let new = NewUser {
        id: UserId(uuid_v7(clock, rng)),
        org,
        email: email.clone(),
        roles: roles(seeding, n),
        password,
        salt: hex::encode(salt),
        joined: now,
    };
    let grant = authorize(&Actor::HostOperator, AddUser, &Resource::organisation(org))?;
    tx.add_user(&grant, &new).await?;
    let entry = EntryDraft::done(now, &Actor::HostOperator, "user.add").organisation(org).target(new.id);
    tx.audit(entry.fact("email", cloister_audit::commit(&salt, email.as_str()))).await?;
    let token = format!("{}{}", secrets::SESSION, hex::encode(secret));
    let session = SessionId(uuid_v7(clock, rng));
    let row = SessionRow {
        id: session,
        owner: new.id,
        created: now,
        last_used: now,
        expires: now.plus(SESSION),
        method: Some(Method::Password),
    };
    tx.add_session(&row, &secrets::hash(&token)).await?;
    let entry =
        EntryDraft::done(now, &Actor::HostOperator, "session.create").organisation(org).target(session);
    tx.audit(entry.fact("seeded", "session")).await?;
    let user = User {
        id: new.id,
        organisation: org,
        organisation_name: org_name.clone(),
        email,
        roles: new.roles,
        disabled: false,
        certificate: None,
        joined: now,
        last_sign_in: Some(now),
        invitation: None,
        workspaces: Vec::new(),
    };
    let profile = Profile::at(seeding.target.profiles.join(format!("member{n:04}")));
    Ok(Account { signed: SignedIn { token, session, expires: row.expires, user }, profile })
}

async fn hashed(password: &str, rng: &dyn Rng) -> Result<String, SeedError> {
    passwords::check(password)?;
    let mut salt = [0; 16];
    rng.fill(&mut salt);
    Ok(passwords::hash(PasswordCost::PRODUCTION, password.to_owned(), salt).await?)
}

/// Keys on this device, and a certificate for them.
async fn enrol(seeding: &Seeding<'_>, account: Account) -> Result<Person, SeedError> {
    let Account { signed, profile } = account;
    let ambient = seeding.ambient.clone();
    let client = Client::remember(&seeding.target.server, &signed, profile.clone(), ambient)?;
    let enrolled = client.enrol().await?;
    Ok(Person { user: signed.user, token: signed.token, profile, certificate: enrolled.person.digest })
}
