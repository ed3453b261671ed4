//! Grants and the seals that go with them.

use cloister_api::{
    InForce,
    datasets::{Dataset, ManifestBody, SealBody, Share, ShareBody},
};
use cloister_dataset::{DataKey, rules_file};
use cloister_model::{Assurance, Digest, SqlName, WorkspaceId};
use cloister_statement::{
    predicate::{Grant, Manifest, Pin, Revocation},
    seal::wrap_data_key,
};

use super::{HeldDataset, seal_to_owner};
use crate::{
    Client, ClientError,
    client::{Signatory, from_api, to_api},
    error::malformed,
    preview::Facts,
    workspaces::HeldWorkspace,
};

/// How a dataset is shared.
#[derive(Clone, Debug, Default)]
pub struct ShareOptions {
    /// Under every later charter too.
    pub follow: bool,
    /// A simulated worker may get the key.
    pub allow_simulated: bool,
    /// The SQL name in the workspace, instead of the one made from the dataset's name.
    pub sql_name: Option<SqlName>,
}

/// The assurance that a grant allows.
fn allowed(grant: &Grant) -> Assurance {
    if grant.allow_simulated { Assurance::Simulated } else { Assurance::Hardware }
}

/// A SQL name made from a dataset's name: lower case, other characters `_`.
pub fn sql_name_of(name: &str) -> Result<SqlName, ClientError> {
    let folded: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' })
        .collect();
    folded
        .parse()
        .map_err(|_| ClientError::Input(format!("`{name}` makes no SQL name: give one with `--as NAME`")))
}

impl Client {
    /// The data key, sealed to the broker of the workspace's verified charter.
    fn seal_for(
        &self,
        held: &HeldDataset,
        workspace: &HeldWorkspace,
        (manifest, allowed): (Digest, Assurance),
        key: &DataKey,
    ) -> Result<serde_json::Value, ClientError> {
        let broker = &workspace.in_force()?.charter.broker;
        let sealed =
            wrap_data_key(&broker.sealing_key, allowed, &manifest, key.expose(), self.ambient.rng.as_ref())
                .map_err(|e| ClientError::Failed(format!("the key of `{}`: {e}", held.manifest.name)))?;
        serde_json::to_value(sealed).map_err(|e| ClientError::Failed(e.to_string()))
    }

    /// Shares a dataset of the caller's own to a workspace.
    pub async fn share_dataset(
        &self,
        text: &str,
        workspace: &str,
        options: &ShareOptions,
    ) -> Result<Dataset, ClientError> {
        let me = self.signatory().await?;
        let held = self.own_dataset(text, &me).await?;
        if options.allow_simulated && held.manifest.floor == Assurance::Hardware {
            return Err(ClientError::refused(
                "assurance",
                format!(
                    "`{}` was added for hardware only, its grants cannot allow simulated workers",
                    held.manifest.name
                ),
            ));
        }
        let workspace = self.held_workspace(workspace).await?;
        self.share_held(&me, &held, &workspace, options).await
    }

    /// Shares a dataset that is the caller's own to a workspace that was verified.
    pub(super) async fn share_held(
        &self,
        me: &Signatory,
        held: &HeldDataset,
        workspace: &HeldWorkspace,
        options: &ShareOptions,
    ) -> Result<Dataset, ClientError> {
        let now = workspace.in_force()?;
        let sql_name = match &options.sql_name {
            Some(name) => name.clone(),
            None => sql_name_of(held.manifest.name.as_str())?,
        };
        let grant = Grant {
            manifest: held.digest,
            pin: if options.follow { Pin::Follows } else { Pin::Charter(now.digest) },
            allow_simulated: options.allow_simulated,
            expires: None,
            renew_within: None,
        };
        let key = self.open_key(held)?;
        let body = self.grant(me, held, workspace, grant, sql_name, &key)?;
        Ok(self.api.post(&format!("/datasets/{}/shares", held.dataset.id), &body).await?.value)
    }

    fn grant(
        &self,
        me: &Signatory,
        held: &HeldDataset,
        workspace: &HeldWorkspace,
        grant: Grant,
        sql_name: SqlName,
        key: &DataKey,
    ) -> Result<ShareBody, ClientError> {
        let now = workspace.in_force()?;
        let mut facts = Facts::new()
            .fact("dataset", &held.manifest.name)
            .fact("workspace", &now.charter.name)
            .fact("genesis", workspace.genesis())
            .fact("charter", format!("version {}, {}", now.charter.version, now.digest))
            .fact(
                "holds under",
                if grant.pin == Pin::Follows { "every later charter" } else { "this charter only" },
            )
            .fact("workers", super::word(allowed(&grant)))
            .fact("SQL name", &sql_name);
        for person in workspace.members() {
            facts = facts.person("member", person);
        }
        let sealed_key = self.seal_for(held, workspace, (grant.manifest, allowed(&grant)), key)?;
        let grant = self.sign(me, Some(workspace.genesis()), grant, facts)?;
        Ok(ShareBody { grant: to_api(&grant), sealed_key, sql_name })
    }

    /// Ends the share of a dataset to a workspace, at once.
    pub async fn revoke_share(&self, text: &str, workspace: &str) -> Result<InForce, ClientError> {
        let me = self.signatory().await?;
        let held = self.own_dataset(text, &me).await?;
        let workspace = self.find_workspace(workspace).await?.id;
        let share = live_shares(&held.dataset)
            .find(|share| share.workspace == workspace)
            .ok_or_else(|| ClientError::Unknown { what: "live share to", name: workspace.to_string() })?;
        let facts = Facts::new().fact("dataset", &held.manifest.name).fact("ends grant", share.grant_digest);
        let body = Revocation { grant: share.grant_digest };
        let statement = self.sign(&me, Some(workspace.0), body, facts)?;
        self.restrict(&format!("/datasets/{}/revocations", held.dataset.id), &statement).await
    }

    /// Gives a dataset other rules: a superseding manifest, with new grants and seals where it is shared.
    pub async fn set_rules(&self, text: &str, rules: &str) -> Result<InForce, ClientError> {
        let me = self.signatory().await?;
        let held = self.own_dataset(text, &me).await?;
        let rules = rules_file::parse(rules, &held.manifest.schema)
            .map_err(|e| ClientError::Input(format!("the rules file: {e}")))?;
        let key = self.open_key(&held)?;
        let next = Manifest {
            sequence: held.manifest.sequence + 1,
            previous: Some(held.digest),
            rules,
            ..held.manifest.clone()
        };
        let facts = Facts::new()
            .fact("dataset", &next.name)
            .fact("supersedes", format!("manifest {}, {}", held.manifest.sequence, held.digest))
            .fact("rules", if next.rules.protects() { "protecting" } else { "open: rows may be returned" });
        let manifest = self.sign(&me, None, next, facts)?;
        let mut shares = Vec::new();
        for share in live_shares(&held.dataset) {
            let grant = Grant { manifest: manifest.digest(), ..self.own_grant(&me, share)? };
            let workspace = self.hold(self.api.get(&workspace_path(share.workspace)).await?).await?;
            shares.push(self.grant(&me, &held, &workspace, grant, share.sql_name.clone(), &key)?);
        }
        let owner_key = seal_to_owner(&me, &key)?;
        let body = ManifestBody { manifest: to_api(&manifest), owner_key, from_run: None, shares };
        let path = format!("/datasets/{}/manifests", held.dataset.id);
        let answer = self.api.post::<InForce>(&path, &body).await?;
        self.acknowledged(manifest.digest(), answer.value).await
    }

    /// The grant of a share, with the caller's own signature checked.
    fn own_grant(&self, me: &Signatory, share: &Share) -> Result<Grant, ClientError> {
        let opened = from_api(&share.grant)?.open::<Grant>().map_err(|e| malformed("grant")(&e))?;
        let key = self.profile.all_keys()?.into_iter().map(|keys| keys.signing.public());
        let key = key
            .chain([me.keys.signing.public()])
            .find(|key| opened.clone().verify(key).is_ok())
            .ok_or_else(|| ClientError::refused("grant", "the grant shown is not signed by you"))?;
        let grant = opened.verify(&key).map_err(|e| malformed("grant")(&e))?;
        if grant.workspace() == Some(share.workspace.0) {
            Ok(grant.body().clone())
        } else {
            Err(ClientError::refused("grant", "the grant shown is for another workspace"))
        }
    }

    /// Repeats every seal for the broker now in force. Returns the workspaces sealed for.
    pub async fn rekey_dataset(&self, text: &str) -> Result<Vec<WorkspaceId>, ClientError> {
        let me = self.signatory().await?;
        let held = self.own_dataset(text, &me).await?;
        let key = self.open_key(&held)?;
        let mut done = Vec::new();
        for share in live_shares(&held.dataset) {
            let grant = self.own_grant(&me, share)?;
            let workspace = self.hold(self.api.get(&workspace_path(share.workspace)).await?).await?;
            let sealed_key = self.seal_for(&held, &workspace, (grant.manifest, allowed(&grant)), &key)?;
            let body = SealBody { workspace: share.workspace, sealed_key };
            let path = format!("/datasets/{}/seals", held.dataset.id);
            self.api.tell(reqwest::Method::POST, &path, Some(&body)).await?;
            done.push(share.workspace);
        }
        Ok(done)
    }
}

pub(super) fn live_shares(dataset: &Dataset) -> impl Iterator<Item = &Share> {
    dataset.shares.iter().filter(|share| share.state == "live")
}

fn workspace_path(id: WorkspaceId) -> String {
    format!("/workspaces/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_name_becomes_a_sql_name_or_asks_for_one() {
        assert_eq!(sql_name_of("Patients 2024-A").unwrap().as_str(), "patients_2024_a");
        assert!(sql_name_of("2024").unwrap_err().to_string().contains("--as"));
        assert!(sql_name_of("").is_err());
    }
}
