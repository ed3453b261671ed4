//! Leaving for the provider, and coming back with verified claims.

use cloister_authz::{Actor, Powers, Resource, actions::SignIn, authorize};
use cloister_model::{Duration, Email, Role};
use cloister_store::{
    EntryDraft, Tx,
    people::{
        self, UserRow,
        credentials::Method,
        scim,
        sso::{self, Departure, ProviderRow},
    },
};
use uuid::Uuid;

use crate::{
    App, AppError,
    people::{
        scim::roles::{Decided, mapped},
        secrets,
        sessions::{SignedIn, actor_of},
    },
};

/// How long somebody may take at the provider.
const PATIENCE: Duration = Duration::seconds(600);

/// A sign-in that departs: what travels through the browser, and what stays here.
pub struct Departing {
    /// Goes with the redirect and comes back.
    pub state: String,
    /// Stays in the browser's cookie: whoever brings `state` back must be who left.
    pub browser: String,
    /// Goes with the redirect; the ID token must repeat it.
    pub nonce: String,
    /// Stays here; its SHA-256 goes with the redirect (PKCE).
    pub verifier: String,
}

/// What a provider's ID token said, verified.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The issuer.
    pub issuer: String,
    /// Who, at the issuer.
    pub subject: String,
    /// The address, if it gave one.
    pub email: Option<Email>,
    /// Whether the provider verified the address.
    pub email_verified: bool,
    /// Groups; `None` when the claim is absent, or says that there are too many to list.
    pub groups: Option<Vec<String>>,
    /// The session there.
    pub session: Option<String>,
}

fn refused(check: &'static str, reason: &str) -> AppError {
    AppError::Refused { check: check.into(), reason: reason.to_owned() }
}

impl App {
    /// Begins a sign-in at a provider; the browser comes back to the path `back`.
    pub async fn depart(&self, provider: Uuid, back: &str) -> Result<Departing, AppError> {
        authorize(&Actor::Anonymous, SignIn, &Resource::deployment())?;
        // A path of this server only: an open redirect would lend our name to somebody's page.
        if !back.starts_with('/')
            || back.starts_with("//")
            || back.contains(['\\', '\r', '\n'])
            || back.len() > 500
        {
            return Err(AppError::Invalid("`back` is a path on this server".into()));
        }
        let departing = Departing {
            state: self.new_secret(""),
            browser: self.new_secret(""),
            nonce: self.new_secret(""),
            verifier: self.new_secret(""),
        };
        let row = Departure {
            provider,
            nonce: departing.nonce.clone(),
            verifier: departing.verifier.clone(),
            back: back.to_owned(),
            expires: self.now().plus(PATIENCE),
        };
        let tx = self.store.write().await?;
        let (state, browser) = (secrets::hash(&departing.state), secrets::hash(&departing.browser));
        tx.add_departure(&state, &browser, &row).await?;
        tx.commit().await?;
        Ok(departing)
    }

    /// What departed under this state from this browser; good once.
    pub async fn returning(&self, state: &str, browser: &str) -> Result<Departure, AppError> {
        let tx = self.store.write().await?;
        let found = tx.take_departure(&secrets::hash(state), &secrets::hash(browser), self.now()).await?;
        tx.commit().await?;
        found.ok_or_else(|| {
            refused("state", "this sign-in was not begun by this browser, or is over: begin again")
        })
    }

    /// Signs in whom the provider vouched for.
    pub async fn arrive(&self, provider: &ProviderRow, arrival: Arrival) -> Result<SignedIn, AppError> {
        let tx = self.store.write().await?;
        let user = match self.welcome(&tx, provider, &arrival).await {
            Ok(user) => user,
            Err(error) => {
                drop(tx);
                self.note_refused_arrival(provider, &error).await?;
                return Err(error);
            }
        };
        let user = self.map_groups(&tx, provider, user, arrival.groups.as_deref()).await?;
        let done = self.open_session(&tx, user, Method::Provider).await?;
        tx.tie_session(done.session.id, provider.id, arrival.session.as_deref()).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// The user: known by its subject, or the one an open invitation waits for, or a new one.
    async fn welcome(&self, tx: &Tx, provider: &ProviderRow, arrival: &Arrival) -> Result<UserRow, AppError> {
        if let Some(user) = sso::user_of(tx, &arrival.issuer, &arrival.subject).await? {
            if user.disabled {
                return Err(refused("disabled", "this account is switched off"));
            }
            if user.org != provider.org {
                return Err(refused("organisation", "this person belongs to another organisation"));
            }
            return Ok(user);
        }
        let email = arrival.email.as_ref().filter(|_| arrival.email_verified);
        let email = email.ok_or_else(|| refused("email", "the provider gave no verified e-mail address"))?;
        let domain = email.as_str().rsplit('@').next().unwrap_or_default().to_lowercase();
        if !provider.domains.contains(&domain) {
            return Err(refused("domain", "the address is of a domain that this provider does not claim"));
        }
        let grant = authorize(&Actor::Anonymous, SignIn, &Resource::deployment())?;
        let (user, action) = match people::user_by_email(tx, email).await? {
            None => {
                let new = self.new_user(provider.org, email.clone(), []);
                tx.add_arrival(&grant, &new).await?;
                (people::user_by_id(tx, new.id).await?.ok_or(AppError::Absent("user"))?, "user.arrive")
            }
            Some(found) => match sso::open_invitation(tx, email).await? {
                Some(user) if user.org == provider.org && !user.disabled => (user, "user.link"),
                Some(_) | None if found.disabled => {
                    return Err(refused("disabled", "this account is switched off"));
                }
                Some(_) | None => {
                    let text = "an account with this address is there already and is entered another way; \
                                an organisation admin can end its password";
                    return Err(refused("account", text));
                }
            },
        };
        let person = (arrival.issuer.as_str(), arrival.subject.as_str());
        tx.link(&grant, person, user.id, self.now()).await?;
        let actor = actor_of(&user, Powers::session());
        let entry = EntryDraft::done(self.now(), &actor, action).target(user.id);
        tx.audit(entry.fact("issuer", arrival.issuer.clone())).await?;
        Ok(user)
    }

    async fn map_groups(
        &self,
        tx: &Tx,
        provider: &ProviderRow,
        mut user: UserRow,
        groups: Option<&[String]>,
    ) -> Result<UserRow, AppError> {
        if provider.rules.is_empty() {
            return Ok(user);
        }
        let actor = actor_of(&user, Powers::session());
        let pushed = scim::group_keys(tx, provider.id, None).await?;
        let mine = scim::group_keys(tx, provider.id, Some(user.id)).await?;
        if groups.is_none() && !provider.rules.keys().all(|group| pushed.contains(group)) {
            // Not an empty list: the provider said nothing, so nothing is taken away, and the log tells.
            let entry = EntryDraft::done(self.now(), &actor, "user.groups-absent").target(user.id);
            tx.audit(entry.fact("claim", provider.groups_claim.clone())).await?;
        }
        let decided = Decided { pushed: &pushed, mine: &mine, told: groups };
        let roles = mapped(&provider.rules, &user.roles, &decided);
        if roles != user.roles {
            let grant = authorize(&Actor::Anonymous, SignIn, &Resource::deployment())?;
            tx.map_roles(&grant, user.id, &roles).await?;
            let words = serde_json::to_string(&roles).map_err(AppError::internal)?;
            let entry = EntryDraft::done(self.now(), &actor, "user.roles-mapped").target(user.id);
            tx.audit(entry.fact("roles", words)).await?;
            user.roles = roles;
            self.tell_roles(tx, &user, None).await?;
        }
        Ok(user)
    }

    async fn note_refused_arrival(&self, provider: &ProviderRow, error: &AppError) -> Result<(), AppError> {
        let AppError::Refused { check, .. } = error else { return Ok(()) };
        let tx = self.store.write().await?;
        let entry = EntryDraft::refused(self.now(), &Actor::Anonymous, "session.create", check);
        tx.audit(entry.organisation(provider.org).target(provider.id)).await?;
        Ok(tx.commit().await?)
    }

    /// Ends an account's password and passkeys, so that its person enters by the provider: the account waits like an
    /// invitation.
    pub async fn end_password(
        &self,
        who: &crate::people::sessions::Identity,
        id: cloister_model::UserId,
    ) -> Result<UserRow, AppError> {
        let grant = self
            .permit(&who.actor, cloister_authz::actions::SwitchUser, &self.colleague(who, id).await?, "user")
            .await?;
        let tx = self.store.write().await?;
        tx.end_password(&grant).await?;
        tx.end_passkeys(&grant).await?;
        let user = people::user_by_id(&tx, id).await?.ok_or(AppError::Absent("user"))?;
        if user.roles.has(Role::OrganizationAdmin) && id == who.user.id {
            return Err(AppError::Unprocessable(
                "an organisation admin's own password stays: it breaks the glass".into(),
            ));
        }
        tx.audit(EntryDraft::done(self.now(), &who.actor, "user.end-password").target(id)).await?;
        tx.commit().await?;
        Ok(user)
    }
}
