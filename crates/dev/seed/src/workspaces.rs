//! Workspaces with their members, a shared dataset, and a job that its reviewers accepted: acts through the API.

use std::{path::PathBuf, sync::Arc};

use cloister_api::{jobs::Draft, workspaces::Workspace};
use cloister_client::{
    Client,
    datasets::{Addition, Prepared, ShareOptions},
    workspaces::{Approval, Creation, GroupOf, RunBy},
};
use cloister_dataset::read::ReadOptions;
use cloister_model::{Assurance, Digest, Email, JobId, WorkspaceKind};
use cloister_statement::predicate::Decision;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{AT_ONCE, Person, SeedError, Seeding, failed};

const QUERY: &str = "SELECT count(charge) AS n FROM charges";
const RULES: &str = "uses = [\"sql\"]\n[analysis]\nrule = \"none\"\n";
const ROWS: usize = 60;

/// A workspace, its people and its job.
#[derive(Clone, Debug)]
pub struct Study {
    /// Its genesis digest.
    pub id: Digest,
    /// The charter in force.
    pub charter: Digest,
    /// Who made it and asks for its runs.
    pub creator: Person,
    /// The accepted job.
    pub job: JobId,
    /// What the job stands for.
    pub spec: Digest,
}

/// Everyone but the first belongs to one workspace, in turn; the first to all.
pub(crate) async fn seed(seeding: &Seeding<'_>, people: &[Person]) -> Result<Vec<Study>, SeedError> {
    let (first, others) = people.split_first().ok_or(SeedError::Plan("nobody"))?;
    let examiner = first.client(seeding)?;
    let csv = charges(seeding)?;
    let studies = stream::iter(0..seeding.plan.workspaces).map(|n| {
        let members: Vec<&Person> = others.iter().skip(n).step_by(seeding.plan.workspaces).collect();
        study(seeding, n, (first, &examiner), members, &csv)
    });
    studies.buffered(AT_ONCE).try_collect().await
}

/// The rows of every dataset.
fn charges(seeding: &Seeding<'_>) -> Result<PathBuf, SeedError> {
    let rows = (0..ROWS).map(|p| format!("p{p:03},{}\n", p * 7)).collect::<Vec<_>>().concat();
    let path = seeding.target.profiles.join("charges.csv");
    std::fs::write(&path, format!("patient,charge\n{rows}")).map_err(failed)?;
    Ok(path)
}

fn creation(n: usize, creator: &Person, members: &[&Person]) -> Result<Creation, SeedError> {
    let all: Vec<Email> = members.iter().map(|person| person.user.email.clone()).collect();
    let examiner = all.last().cloned().ok_or(SeedError::Plan("a workspace of nobody"))?;
    let reviewers = vec![creator.user.email.clone(), examiner];
    Ok(Creation {
        name: format!("Study {n:03}").parse().map_err(failed)?,
        kind: WorkspaceKind::Analytics,
        description: Some("Seeded.".parse().map_err(failed)?),
        templates: None,
        members: all,
        approval: Approval::Groups(vec![GroupOf {
            name: "reviewers".into(),
            threshold: 2,
            members: reviewers,
        }]),
        run: RunBy::All,
        floor: Assurance::Simulated,
        recoverers: Vec::new(),
        console_allowed: true,
    })
}

async fn study(
    seeding: &Seeding<'_>,
    n: usize,
    (first, examiner): (&Person, &Client),
    mut members: Vec<&Person>,
    csv: &std::path::Path,
) -> Result<Study, SeedError> {
    let creator = members.first().copied().ok_or(SeedError::Plan("a workspace of nobody"))?;
    members.push(first);
    let client = creator.client(seeding)?;
    let made = client.create_workspace(&creation(n, creator, &members)?).await?;
    for person in members.iter().skip(1) {
        let theirs =
            if person.user.id == first.user.id { examiner.clone() } else { person.client(seeding)? };
        let seen: Workspace = theirs.api().get(&format!("/workspaces/{}", made.id)).await?;
        theirs.accept(&theirs.hold(seen).await?, Some(made.id.0)).await?;
    }
    shared(&client, n, &made, csv).await?;
    let draft = Draft {
        name: format!("Count {n:03}").parse().map_err(failed)?,
        source: QUERY.into(),
        readers: vec![creator.user.email.clone(), first.user.email.clone()],
        variables: Vec::new(),
        max_runs: 100_000,
        valid_until: None,
    };
    let job = client.create_job(&made.id.to_string(), &draft).await?;
    let job = client.submit_job(&job).await?;
    let job = examiner.review_job(&job, Decision::Approve, None).await?;
    let spec = job.spec_digest.filter(|_| job.state == "accepted");
    let spec = spec.ok_or_else(|| failed(format!("the job `{}` is {}", job.id, job.state)))?;
    let seen: Workspace = client.api().get(&format!("/workspaces/{}", made.id)).await?;
    let charter = client.hold(seen).await?.in_force()?.digest;
    Ok(Study { id: made.id.0, charter, creator: creator.clone(), job: job.id, spec })
}

/// A dataset of the creator's, encrypted, uploaded, and its key sealed to the broker.
async fn shared(client: &Client, n: usize, made: &Workspace, csv: &std::path::Path) -> Result<(), SeedError> {
    let prepared = Prepared::read(csv, &ReadOptions::default(), Some(RULES))?;
    let name = format!("charges-{n:03}");
    let addition = Addition { name: name.parse().map_err(failed)?, floor: Assurance::Simulated };
    client.add_dataset(prepared, &addition, Arc::new(|_| {})).await?;
    let options = ShareOptions {
        follow: true,
        allow_simulated: true,
        sql_name: Some("charges".parse().map_err(failed)?),
    };
    client.share_dataset(&name, &made.id.to_string(), &options).await?;
    Ok(())
}
