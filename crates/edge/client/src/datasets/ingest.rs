//! The ingest of a raw dataset: shared to the owner's personal workspace, as a job of its own, run once.

use cloister_api::{
    jobs::{Draft, Job},
    people::StatementBody,
    runs::Run,
};
use cloister_dataset::read::ReadOptions;
use cloister_model::{
    SqlName,
    ingest::{Ingest, PARQUET_OBJECT, Target},
};
use cloister_statement::{
    predicate::{EnvironmentKind, Spec},
    transcript::environment_of,
};

use super::{HeldDataset, ShareOptions, by_worker::simulated_allowed, share::live_shares};
use crate::{
    Client, ClientError,
    client::{Signatory, to_api},
    preview::Facts,
    workspaces::HeldWorkspace,
};

impl Client {
    /// Runs the ingest of a raw dataset to its end. A run that a check refused, or that told nothing, is an error.
    pub(super) async fn ingest(
        &self,
        me: &Signatory,
        held: &HeldDataset,
        reading: &ReadOptions,
        seen: &mut (dyn FnMut(&Run) + Send),
    ) -> Result<Run, ClientError> {
        let workspace = self.personal_workspace(me).await?;
        let name = self.shared_raw(me, held, &workspace).await?;
        let job = self.submit_ingest(me, held, &workspace, (name, reading)).await?;
        let run = self.run_job(&job, &[]).await?;
        let ended = self.wait_for(run, seen).await?;
        if ended.outputs.iter().any(|output| output.name == "result") {
            return Ok(ended);
        }
        let code = ended.code.as_deref().unwrap_or("no code");
        Err(match &ended.check {
            Some(check) => ClientError::Failed(format!("the ingest was refused by `{check}`")),
            None => ClientError::Failed(format!("the ingest is {}: {code}", ended.state)),
        })
    }

    /// The SQL name under which the raw dataset is shared to the workspace, which it is afterwards.
    async fn shared_raw(
        &self,
        me: &Signatory,
        held: &HeldDataset,
        workspace: &HeldWorkspace,
    ) -> Result<SqlName, ClientError> {
        let there = live_shares(&held.dataset).find(|share| share.workspace == workspace.workspace.id);
        if let Some(share) = there {
            return Ok(share.sql_name.clone());
        }
        let name = format!("raw_{}", held.dataset.id.0.simple());
        let name: SqlName = name.parse().map_err(|e| ClientError::Failed(format!("{e}")))?;
        let options = ShareOptions {
            follow: false,
            allow_simulated: simulated_allowed(held.manifest.floor),
            sql_name: Some(name.clone()),
        };
        self.share_held(me, held, workspace, &options).await?;
        Ok(name)
    }

    async fn submit_ingest(
        &self,
        me: &Signatory,
        held: &HeldDataset,
        workspace: &HeldWorkspace,
        (table, reading): (SqlName, &ReadOptions),
    ) -> Result<Job, ClientError> {
        let ingest = Ingest {
            version: 1,
            header: reading.header,
            skip_bad_rows: reading.skip_bad_rows,
            schema: reading.schema.clone(),
            target: Target {
                dataset: held.manifest.dataset,
                version: held.manifest.version + 1,
                object: PARQUET_OBJECT.into(),
            },
        };
        let source = ingest.encode().map_err(|e| ClientError::Failed(e.to_string()))?;
        let short = |digest: cloister_model::Digest| digest.to_string()[..8].to_owned();
        let name = format!("Ingest {} {}", short(held.digest), short(self.random()));
        let name: cloister_model::JobName = name.parse().map_err(|e| ClientError::Failed(format!("{e}")))?;
        let draft = Draft {
            name: name.clone(),
            source: source.clone(),
            readers: vec![me.person.email().clone()],
            variables: Vec::new(),
            max_runs: 1,
            valid_until: None,
        };
        let id = workspace.workspace.id;
        let job: Job = self.api.post(&format!("/workspaces/{id}/jobs"), &draft).await?.value;
        let facts = Facts::new()
            .fact("job", &name)
            .fact("workspace", &workspace.in_force()?.charter.name)
            .fact("makes", format!("encrypted Parquet of the raw file of `{}`", held.manifest.name))
            .person("reader", &me.person);
        let spec = Spec {
            charter: workspace.in_force()?.digest,
            name,
            kind: EnvironmentKind::Ingest,
            source,
            tables: [(table, held.digest)].into(),
            variables: Vec::new(),
            readers: [me.person.digest].into(),
            environment: environment_of(EnvironmentKind::Ingest),
            max_runs: 1,
            valid_until: None,
            schedule: None,
            test: false,
        };
        let statement = self.sign(me, Some(workspace.genesis()), spec, facts)?;
        let body = StatementBody { statement: to_api(&statement) };
        let submitted: Job = self.api.post(&format!("/jobs/{}/submission", job.id), &body).await?.value;
        if submitted.state == "accepted" {
            Ok(submitted)
        } else {
            Err(ClientError::Failed(format!("the ingest is {}, not accepted", submitted.state)))
        }
    }
}
