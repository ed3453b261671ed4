//! Jobs.

use std::path::Path;

use cloister_api::{jobs::Draft, jobs::Job, runs::Run};
use cloister_client::Client;
use cloister_model::{Email, variables::Variable};
use cloister_statement::predicate::Decision;
use serde_json::{Value, json};

use super::value;
use crate::{
    args::{JobCommand, JobCreate, JobFields},
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn run(context: &Context, command: JobCommand) -> Result<Reply, Failure> {
    let client = context.client()?;
    match command {
        JobCommand::Create(args) => create(&client, args).await,
        JobCommand::Update { job, fields, name } => {
            let job = client.find_job(&job).await?;
            let mut draft = job.draft.clone();
            if let Some(name) = name {
                draft.name = name;
            }
            let draft = changed(draft, fields)?;
            let job = client.update_job(&job, &draft).await?;
            Ok(Reply::new(described(&job), format!("{} is a draft", job.draft.name)))
        }
        JobCommand::List { workspace } => list(&client, workspace.as_deref()).await,
        JobCommand::Show { job } => show(&client, &job).await,
        JobCommand::Test { job } => {
            let job = client.find_job(&job).await?;
            let run = client.test_job(&job).await?;
            follow(context, &client, run).await
        }
        JobCommand::Submit { job } => {
            let job = client.submit_job(&client.find_job(&job).await?).await?;
            Ok(Reply::new(described(&job), standing(&job)))
        }
        JobCommand::Withdraw { job } => {
            let job = client.find_job(&job).await?;
            let done = client.withdraw_job(&job).await?;
            let json = json!({ "job": job.id, "state": "draft", "statement": done.statement });
            Ok(Reply::new(json, format!("{} is a draft again; every approval is void", job.draft.name)))
        }
        JobCommand::Approve { job, comment } => review(&client, &job, Decision::Approve, comment).await,
        JobCommand::Reject { job, comment } => review(&client, &job, Decision::Reject, Some(comment)).await,
        JobCommand::Run { job, wait, input } => {
            let run = client.run_job(&client.find_job(&job).await?, &input).await?;
            if wait {
                return follow(context, &client, run).await;
            }
            let text = format!("run {} is {}\ncloister run show {}", run.id, run.state, run.id);
            Ok(Reply::new(super::run::described(&run), text))
        }
    }
}

fn described(job: &Job) -> Value {
    let mut json = value(job);
    json["job"] = json!(job.id);
    json["name"] = json!(job.draft.name);
    json
}

fn standing(job: &Job) -> String {
    let awaiting: Vec<&str> = job.awaiting.iter().map(Email::as_str).collect();
    let waits = if awaiting.is_empty() {
        String::new()
    } else {
        format!("; still to approve: {}", awaiting.join(", "))
    };
    format!("{} is {}{waits}", job.draft.name, job.state.replace('_', " "))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| Failure::Usage(format!("`{}`: {e}", path.display())))
}

fn variables(path: &Path) -> Result<Vec<Variable>, Failure> {
    serde_json::from_str(&read(path)?).map_err(|e| Failure::Usage(format!("`{}`: {e}", path.display())))
}

fn changed(mut draft: Draft, fields: JobFields) -> Result<Draft, Failure> {
    if let Some(path) = &fields.sql {
        draft.source = read(path)?;
    }
    if !fields.reader.is_empty() {
        draft.readers = fields.reader;
    }
    if let Some(path) = &fields.variables {
        draft.variables = variables(path)?;
    }
    draft.max_runs = fields.max_runs.unwrap_or(draft.max_runs);
    draft.valid_until = fields.valid_until.or(draft.valid_until);
    if draft.max_runs == 0 {
        return Err(Failure::Usage("a job runs at least once: `--max-runs 1`".into()));
    }
    Ok(draft)
}

async fn create(client: &Client, args: JobCreate) -> Result<Reply, Failure> {
    if args.fields.sql.is_none() || args.fields.reader.is_empty() {
        return Err(Failure::Usage("a new job needs `--sql FILE` and at least one `--reader EMAIL`".into()));
    }
    let empty = Draft {
        name: args.name,
        source: String::new(),
        readers: Vec::new(),
        variables: Vec::new(),
        max_runs: 1,
        valid_until: None,
    };
    let draft = changed(empty, args.fields)?;
    let job = client.create_job(&args.workspace, &draft).await?;
    Ok(Reply::new(described(&job), format!("{} is a draft\nid {}", job.draft.name, job.id)))
}

async fn list(client: &Client, workspace: Option<&str>) -> Result<Reply, Failure> {
    let jobs: Vec<Job> = match workspace {
        Some(text) => {
            let id = client.find_workspace(text).await?.id;
            client.api().all(&format!("/workspaces/{id}/jobs")).await?
        }
        None => client.api().all("/jobs").await?,
    };
    let rows: Vec<Vec<String>> = jobs
        .iter()
        .map(|j| {
            vec![
                j.draft.name.to_string(),
                j.state.clone(),
                j.creator.to_string(),
                format!("{} of {}", j.runs_used, j.draft.max_runs),
                j.id.to_string(),
            ]
        })
        .collect();
    let text = terminal::list(
        &["name", "state", "by", "runs", "id"],
        &rows,
        "no jobs yet: draft one with `cloister job create --workspace W --name N --sql FILE --reader E`",
    );
    Ok(Reply::new(json!({ "items": jobs.iter().map(described).collect::<Vec<_>>() }), text))
}

async fn show(client: &Client, text: &str) -> Result<Reply, Failure> {
    let job = client.find_job(text).await?;
    let readers: Vec<&str> = job.draft.readers.iter().map(Email::as_str).collect();
    let mut said = format!(
        "{}\nby {}, readers {}, {} of {} runs used\n\n{}\n",
        standing(&job),
        job.creator,
        readers.join(", "),
        job.runs_used,
        job.draft.max_runs,
        job.draft.source.trim()
    );
    let mut json = described(&job);
    if job.spec.is_some() {
        let held = client.workspace_of(&job).await?;
        let spec = client.hold_spec(&job, &held).await?;
        said.push_str(&format!("\nspec {}, signed by {}\n", spec.digest, spec.author.email()));
        if spec.spec.source != job.draft.source {
            said.push_str(
                "what was signed differs from the draft shown above; approve shows what was signed\n",
            );
        }
        json["signed"] = value(&spec.spec);
        json["author"] = json!(spec.author.email());
    }
    for review in &job.reviews {
        let counts = if review.counts { "" } else { " (no longer counts)" };
        let comment = review.comment.as_deref().unwrap_or_default();
        said.push_str(&format!("{} by {}{counts}: {comment}\n", review.decision, review.reviewer));
    }
    Ok(Reply::new(json, said))
}

async fn review(
    client: &Client,
    text: &str,
    decision: Decision,
    comment: Option<String>,
) -> Result<Reply, Failure> {
    let job = client.find_job(text).await?;
    let job = client.review_job(&job, decision, comment).await?;
    Ok(Reply::new(described(&job), standing(&job)))
}

/// Waits for the end of a run, with a bar on a terminal.
async fn follow(context: &Context, client: &Client, run: Run) -> Result<Reply, Failure> {
    let bar = terminal::bar(100, context.json);
    let run = client
        .wait_for(run, |now| {
            bar.set_message(now.stage.clone().unwrap_or_else(|| now.state.clone()));
            if let Some(share) = now.share {
                // A share is between 0 and 1.
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
                bar.set_position((share.clamp(0.0, 1.0) * 100.0) as u64);
            }
        })
        .await?;
    bar.finish_and_clear();
    Ok(super::run::ended(&run))
}
