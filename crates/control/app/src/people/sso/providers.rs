//! Which providers there are, and who may sign in with a password.

use std::collections::{BTreeMap, BTreeSet};

use cloister_authz::{
    Actor, Granted, Resource,
    actions::{ReadSignIn, SetLocalSignIn, SetProvider},
    authorize,
};
use cloister_model::{OrgId, OrgName, Role};
use cloister_store::{
    EntryDraft,
    people::{
        self,
        sso::{self, LocalSignIn, ProviderRow},
    },
};
use uuid::Uuid;

use crate::{App, AppError, people::sessions::Identity};

/// Domains and rules of one provider, at most.
const MOST: usize = 200;

/// A provider as wanted.
#[derive(Clone, Debug)]
pub struct ProviderSpec {
    /// What its button says.
    pub name: String,
    /// The issuer's URL, exactly as its discovery document has it.
    pub issuer: String,
    /// Our client id there.
    pub client: String,
    /// The client's secret; `None` keeps the one that is there.
    pub secret: Option<String>,
    /// Domains of the addresses it may vouch for.
    pub domains: BTreeSet<String>,
    /// The claim that lists groups.
    pub groups_claim: String,
    /// Which group gives which role.
    pub rules: BTreeMap<String, Role>,
}

fn invalid(text: impl Into<String>) -> AppError {
    AppError::Invalid(text.into())
}

fn is_domain(text: &str) -> bool {
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// Plain HTTP is for providers on this very host: anywhere else a stranger could answer.
fn is_issuer(text: &str) -> bool {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let begins = text.starts_with("https://") || local.iter().any(|base| text.starts_with(base));
    begins && text.len() <= 300 && !text.contains(['?', '#', '@']) && !text.contains(char::is_whitespace)
}

impl ProviderSpec {
    fn check(&self) -> Result<(), AppError> {
        let short = |text: &str, most: usize| !text.trim().is_empty() && text.chars().count() <= most;
        if !short(&self.name, 50) || !short(&self.client, 300) || !short(&self.groups_claim, 100) {
            return Err(invalid(
                "name (1 to 50), client id (1 to 300) and groups claim (1 to 100) are texts",
            ));
        }
        if !is_issuer(&self.issuer) {
            return Err(invalid("the issuer is an https URL without query (http on this host only)"));
        }
        if let Some(bad) = self.domains.iter().find(|domain| !is_domain(domain)) {
            return Err(invalid(format!("`{bad}` is no domain in lower case, such as `hospital.example`")));
        }
        if self.domains.is_empty() || self.domains.len() > MOST || self.rules.len() > MOST {
            return Err(invalid(format!("1 to {MOST} domains and at most {MOST} rules")));
        }
        match self.rules.keys().find(|group| group.is_empty() || group.len() > 300) {
            Some(_) => Err(invalid("a group's name has 1 to 300 bytes")),
            None => Ok(()),
        }
    }
}

impl App {
    /// Every provider's id and name, for the sign-in page.
    pub async fn provider_names(&self) -> Result<Vec<(Uuid, String)>, AppError> {
        let all = sso::providers(&self.store.read()).await?;
        Ok(all.into_iter().map(|row| (row.id, row.name)).collect())
    }

    /// A provider with its secret opened, for the exchange with it.
    pub async fn provider(&self, id: Uuid) -> Result<(ProviderRow, Option<String>), AppError> {
        let row = sso::provider_by_id(&self.store.read(), id).await?.ok_or(AppError::Absent("provider"))?;
        let secret = match &row.secret {
            Some(sealed) => {
                let bytes = self.sealing.open(&row.id.to_string(), sealed)?;
                Some(String::from_utf8(bytes).map_err(AppError::internal)?)
            }
            None => None,
        };
        Ok((row, secret))
    }

    /// How the people of the caller's organisation sign in.
    pub async fn sign_in_settings(
        &self,
        who: &Identity,
    ) -> Result<(Vec<ProviderRow>, LocalSignIn), AppError> {
        let org = Resource::organisation(who.user.org);
        let _ = self.permit(&who.actor, ReadSignIn, &org, "organisation").await?;
        let reader = self.store.read();
        let mut all = sso::providers(&reader).await?;
        all.retain(|row| row.org == who.user.org);
        Ok((all, sso::local_sign_in(&reader, who.user.org).await?))
    }

    /// Adds or changes the provider of this issuer for the caller's organisation. The role organisation admin is given on
    /// the host only, so no rule here may give it. `admits` says of an issuer's URL why this server may not ask it on the
    /// word of an admin.
    pub async fn set_provider(
        &self,
        who: &Identity,
        spec: ProviderSpec,
        admits: impl FnOnce(&str) -> Result<(), String>,
    ) -> Result<ProviderRow, AppError> {
        let org = Resource::organisation(who.user.org);
        let grant = self.permit(&who.actor, SetProvider, &org, "organisation").await?;
        admits(&spec.issuer).map_err(AppError::Unprocessable)?;
        if spec.rules.values().any(|role| *role == Role::OrganizationAdmin) {
            let text =
                "a rule gives `workspace_admin` or `auditor`; organisation admins are made on the host";
            return Err(AppError::Unprocessable(text.into()));
        }
        self.write_provider(&who.actor, &grant, (who.user.org, "api"), spec).await
    }

    /// The same from the operator's file, where a rule may give any role.
    pub async fn install_provider(&self, org: &OrgName, spec: ProviderSpec) -> Result<ProviderRow, AppError> {
        let found = people::organisation_by_name(&self.store.read(), org).await?;
        let org =
            found.ok_or_else(|| AppError::Unprocessable(format!("there is no organisation `{org}`")))?;
        let grant = authorize(&Actor::HostOperator, SetProvider, &Resource::organisation(org.id))?;
        self.write_provider(&Actor::HostOperator, &grant, (org.id, "file"), spec).await
    }

    /// Removes what the operator named once and does not name any more: the file is what holds.
    pub async fn retire_providers(&self, named: &BTreeSet<Uuid>) -> Result<(), AppError> {
        let mut gone = sso::providers(&self.store.read()).await?;
        gone.retain(|row| row.is_operators() && !named.contains(&row.id));
        for row in gone {
            let grant = authorize(&Actor::HostOperator, SetProvider, &Resource::organisation(row.org))?;
            let tx = self.store.write().await?;
            tx.remove_provider(&grant, row.id).await?;
            let entry = EntryDraft::done(self.now(), &Actor::HostOperator, "provider.remove").target(row.id);
            tx.audit(entry.organisation(row.org).fact("issuer", &row.issuer)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn write_provider(
        &self,
        actor: &Actor,
        grant: &Granted<SetProvider>,
        (org, source): (OrgId, &str),
        spec: ProviderSpec,
    ) -> Result<ProviderRow, AppError> {
        spec.check()?;
        let tx = self.store.write().await?;
        let before = sso::provider_of(&tx, org, &spec.issuer).await?;
        if source == "api" && before.as_ref().is_some_and(ProviderRow::is_operators) {
            return Err(AppError::Conflict(
                "this provider is in the operator's file or environment; change it there".into(),
            ));
        }
        for domain in &spec.domains {
            if sso::domain_taken(&tx, domain, org).await? {
                let text = format!("`{domain}` is another organisation's");
                return Err(AppError::Conflict(text));
            }
        }
        let id = before.as_ref().map_or_else(|| self.new_id(), |row| row.id);
        let secret = match &spec.secret {
            Some(text) => Some(self.sealing.seal(&id.to_string(), self.random(), text.as_bytes())?),
            None => before.as_ref().and_then(|row| row.secret.clone()),
        };
        let created = before.map_or_else(|| self.now(), |row| row.created);
        let ProviderSpec { name, issuer, client, domains, groups_claim, rules, secret: _ } = spec;
        let source = source.to_owned();
        let row = ProviderRow {
            id,
            org,
            name,
            issuer,
            client,
            secret,
            domains,
            groups_claim,
            rules,
            source,
            created,
        };
        tx.set_provider(grant, &row).await?;
        let entry = EntryDraft::done(self.now(), actor, "provider.set").organisation(org).target(id);
        tx.audit(entry.fact("issuer", row.issuer.clone()).fact("client", row.client.clone())).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Removes a provider; the sessions it began end.
    pub async fn remove_provider(&self, who: &Identity, id: Uuid) -> Result<(), AppError> {
        let org = Resource::organisation(who.user.org);
        let grant = self.permit(&who.actor, SetProvider, &org, "organisation").await?;
        let tx = self.store.write().await?;
        match sso::provider_by_id(&tx, id).await? {
            Some(row) if row.org == who.user.org && row.is_operators() => {
                return Err(AppError::Conflict(
                    "this provider is in the operator's file or environment; remove it there".into(),
                ));
            }
            Some(row) if row.org == who.user.org => tx.remove_provider(&grant, id).await?,
            Some(_) | None => return Err(AppError::Absent("provider")),
        }
        tx.audit(EntryDraft::done(self.now(), &who.actor, "provider.remove").target(id)).await?;
        Ok(tx.commit().await?)
    }

    /// Says who of the caller's organisation may sign in with a password. Limiting it needs a provider, and an
    /// organisation admin with a password: nobody locks the door from outside.
    pub async fn set_local_sign_in(&self, who: &Identity, wanted: LocalSignIn) -> Result<(), AppError> {
        let org = Resource::organisation(who.user.org);
        let grant = self.permit(&who.actor, SetLocalSignIn, &org, "organisation").await?;
        let tx = self.store.write().await?;
        if wanted == LocalSignIn::BreakGlass {
            let provider = sso::providers(&tx).await?.iter().any(|row| row.org == who.user.org);
            let admins = people::users_of(&tx, who.user.org, "", u64::from(u32::MAX)).await?;
            let key = admins.iter().any(|user| {
                user.roles.has(Role::OrganizationAdmin) && user.password.is_some() && !user.disabled
            });
            if !provider || !key {
                let text = "first set a provider, and keep an organisation admin with a password for the day it fails";
                return Err(AppError::State(text.into()));
            }
        }
        tx.set_local_sign_in(&grant, wanted).await?;
        let entry = EntryDraft::done(self.now(), &who.actor, "sign-in.local").target(who.user.org);
        tx.audit(entry.fact("who", wanted.word())).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_https_or_on_this_host_and_domains_are_plain() {
        for good in
            ["https://login.example/tenant/v2.0", "http://127.0.0.1:4000", "http://localhost:1/realms/a"]
        {
            assert!(is_issuer(good), "{good}");
        }
        for bad in
            ["http://login.example", "https://a@b.example", "https://a.example?x", "ftp://x", "https://a b"]
        {
            assert!(!is_issuer(bad), "{bad}");
        }
        assert!(is_domain("north-1.hospital.example"));
        for bad in ["", "example", "A.example", "a..b", "a.b/c", "*.a.b"] {
            assert!(!is_domain(bad), "{bad}");
        }
    }
}
