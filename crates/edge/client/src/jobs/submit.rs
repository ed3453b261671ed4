//! From a draft to a signed spec; from an accepted spec to a run.

use std::collections::BTreeMap;

use cloister_api::{
    datasets::Dataset,
    jobs::Job,
    people::StatementBody,
    runs::{Run, RunBody},
};
use cloister_model::{
    Duration, RunId, SqlName,
    ambient::uuid_v7,
    variables::{Value, Variable, VariableType},
};
use cloister_statement::{
    predicate::{EnvironmentKind, Grant, RunRequest, Spec},
    transcript::environment_of,
};

use crate::{
    Client, ClientError,
    client::{from_api, to_api},
    datasets::HeldDataset,
    error::malformed,
    people::Person,
    preview::Facts,
    sql,
    workspaces::HeldWorkspace,
};

/// For how long a run request holds.
const RUN_REQUEST: Duration = Duration::hours(12);

/// A table as its verified manifest and grant say it.
struct SharedTable {
    held: HeldDataset,
}

impl Client {
    /// The tables shared to a workspace, each manifest and grant verified under its owner's certificate.
    async fn shared_tables(
        &self,
        held: &HeldWorkspace,
    ) -> Result<BTreeMap<SqlName, SharedTable>, ClientError> {
        let datasets: Vec<Dataset> =
            self.api.all(&format!("/workspaces/{}/datasets", held.genesis())).await?;
        let mut tables = BTreeMap::new();
        for dataset in datasets {
            if dataset.state == "deleted" {
                continue;
            }
            let shared = self.hold_dataset(dataset).await?;
            let live = shared.dataset.shares.iter();
            let live: Vec<_> =
                live.filter(|s| s.workspace.0 == held.genesis() && s.state == "live").cloned().collect();
            for share in live {
                let grant = from_api(&share.grant)?.open::<Grant>().map_err(|e| malformed("grant")(&e))?;
                let signer = self.signer(grant.predicate().signer, held).await?;
                let grant =
                    grant.verify(&signer.certificate.signing_key).map_err(|e| malformed("grant")(&e))?;
                let (own, other) = (&shared.owner.certificate, &signer.certificate);
                let same = own.issuer == other.issuer && own.subject == other.subject;
                if !same
                    || grant.body().manifest != shared.digest
                    || grant.workspace() != Some(held.genesis())
                {
                    return Err(ClientError::refused(
                        "grant",
                        format!(
                            "the share of `{}` is not its owner's grant of its newest manifest",
                            share.sql_name
                        ),
                    ));
                }
                tables.insert(share.sql_name.clone(), SharedTable { held: shared.clone() });
            }
        }
        Ok(tables)
    }

    /// The spec of a draft, with the facts to show.
    async fn spec_of(
        &self,
        job: &Job,
        held: &HeldWorkspace,
        readers: &[Person],
        test: bool,
    ) -> Result<(Spec, Facts), ClientError> {
        let shared = self.shared_tables(held).await?;
        let known = shared.iter().map(|(name, table)| (name.clone(), table.held.digest)).collect();
        let tables = sql::tables(&job.draft.source, &known)?;
        let draft = &job.draft;
        let mut facts = Facts::new()
            .fact("job", &draft.name)
            .fact("workspace", &held.in_force()?.charter.name)
            .fact("query", draft.source.trim());
        for name in tables.keys() {
            if let Some(table) = shared.get(name) {
                facts = facts
                    .fact(
                        "table",
                        format!("{name} = {}, manifest {}", table.held.manifest.name, table.held.digest),
                    )
                    .person("owner", &table.held.owner);
            }
        }
        for reader in readers {
            facts = facts.person("reader", reader);
        }
        facts = facts.fact("runs", draft.max_runs);
        let spec = Spec {
            charter: held.in_force()?.digest,
            name: draft.name.clone(),
            kind: EnvironmentKind::Sql,
            source: draft.source.clone(),
            tables,
            variables: draft.variables.clone(),
            readers: readers.iter().map(|person| person.digest).collect(),
            environment: environment_of(EnvironmentKind::Sql),
            max_runs: draft.max_runs,
            valid_until: draft.valid_until,
            schedule: None,
            test,
        };
        Ok((spec, facts))
    }

    /// Signs the spec of a draft, which is the author's approval, and submits it. Refuses readers without a certificate.
    pub async fn submit_job(&self, job: &Job) -> Result<Job, ClientError> {
        let me = self.signatory().await?;
        let held = self.workspace_of(job).await?;
        held.in_force()?;
        let readers = self.people(&job.draft.readers, "readers").await?;
        let (spec, facts) = self.spec_of(job, &held, &readers, false).await?;
        let statement = self.sign(&me, Some(held.genesis()), spec, facts)?;
        let body = StatementBody { statement: to_api(&statement) };
        Ok(self.api.post(&format!("/jobs/{}/submission", job.id), &body).await?.value)
    }

    /// Runs a draft on mock rows made from the schemas: no approval, no broker, no receipt.
    pub async fn test_job(&self, job: &Job) -> Result<Run, ClientError> {
        let me = self.signatory().await?;
        let held = self.workspace_of(job).await?;
        held.in_force()?;
        let readers: Vec<Person> = held.members().into_iter().cloned().collect();
        let (spec, facts) = self.spec_of(job, &held, &readers, true).await?;
        let statement = self.sign(&me, Some(held.genesis()), spec, facts.fact("test", "on mock data"))?;
        let body = RunBody { statement: to_api(&statement) };
        Ok(self.api.post(&format!("/jobs/{}/tests", job.id), &body).await?.value)
    }

    /// Signs a run request for the accepted spec of a job.
    pub async fn run_job(&self, job: &Job, inputs: &[(String, String)]) -> Result<Run, ClientError> {
        let me = self.signatory().await?;
        let held = self.workspace_of(job).await?;
        let charter = held.in_force()?.digest;
        let spec = self.hold_spec(job, &held).await?;
        let inputs = values(&spec.spec.variables, inputs)?;
        let run = RunId(uuid_v7(self.ambient.clock.as_ref(), self.ambient.rng.as_ref()));
        let not_after = self.now().plus(RUN_REQUEST);
        let mut facts = Facts::new()
            .fact("job", &spec.spec.name)
            .fact("spec", spec.digest)
            .fact("run", run)
            .person("author", &spec.author);
        for (name, value) in &inputs {
            facts =
                facts.fact("input", format!("{name} = {}", serde_json::to_string(value).unwrap_or_default()));
        }
        let body = RunRequest { run, spec: spec.digest, charter, inputs, not_after };
        let statement = self.sign(&me, Some(held.genesis()), body, facts)?;
        let body = RunBody { statement: to_api(&statement) };
        let run_made: Run = self.api.post(&format!("/jobs/{}/runs", job.id), &body).await?.value;
        if run_made.id == run {
            Ok(run_made)
        } else {
            Err(ClientError::Protocol("the server made another run".into()))
        }
    }
}

/// The values that texts mean, by the types the reviewers approved.
fn values(
    variables: &[Variable],
    inputs: &[(String, String)],
) -> Result<BTreeMap<SqlName, Value>, ClientError> {
    let mut out = BTreeMap::new();
    for (name, text) in inputs {
        let variable = variables
            .iter()
            .find(|variable| variable.name.as_str() == name)
            .ok_or_else(|| ClientError::Input(format!("the job has no variable `{name}`")))?;
        let bad = || ClientError::Input(format!("`{text}` is not a value of the variable `{name}`"));
        let value = match variable.kind {
            VariableType::String | VariableType::Datetime | VariableType::Dataset => {
                Value::Text(text.clone())
            }
            VariableType::Integer => Value::Integer(text.parse().map_err(|_| bad())?),
            VariableType::Float => Value::Float(text.parse().map_err(|_| bad())?),
            VariableType::Boolean => Value::Boolean(text.parse().map_err(|_| bad())?),
        };
        if out.insert(variable.name.clone(), value).is_some() {
            return Err(ClientError::Input(format!("the variable `{name}` is given twice")));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, kind: VariableType) -> Variable {
        Variable { name: name.parse().unwrap(), kind, description: None, default: None, any_of: Vec::new() }
    }

    #[test]
    fn inputs_take_the_approved_type_and_nothing_else() {
        let variables = [variable("low", VariableType::Integer), variable("word", VariableType::String)];
        let give = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            values(&variables, &pairs)
        };
        let good = give(&[("low", "7"), ("word", "7")]).unwrap();
        assert_eq!(good.values().cloned().collect::<Vec<_>>(), [Value::Integer(7), Value::Text("7".into())]);
        for bad in [&[("low", "seven")][..], &[("high", "1")], &[("low", "1"), ("low", "2")]] {
            assert!(matches!(give(bad), Err(ClientError::Input(_))), "{bad:?}");
        }
    }
}
