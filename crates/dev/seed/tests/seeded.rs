//! A hundredth of the large filling, on the database of this run of the tests: the log verifies offline, every workspace
//! and every run verifies on a member's device, and what a real run came to is proven by its bundle.
#![expect(clippy::unwrap_used, reason = "a broken precondition ends the test")]

use std::{sync::Arc, time::Instant};

use cloister_api::{
    runs::Run,
    workspaces::{Workspace, WorkspaceStatements},
};
use cloister_client::{Ambient, Client, ClientError, client::from_api, preview::Preview, preview::Witness};
use cloister_model::{Clock, Rng, Timestamp};
use cloister_seed::{Plan, Seeded, Target, seed};
use cloister_statement::predicate::RunRequest;
use cloister_testkit::{Binaries, Deployment, User};

struct Host;

impl Clock for Host {
    #[expect(clippy::disallowed_methods, reason = "the deployment's programs read the same clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
    }
}

impl Rng for Host {
    #[expect(clippy::disallowed_methods, reason = "ids and keys as on any device")]
    fn fill(&self, out: &mut [u8]) {
        getrandom::fill(out).unwrap();
    }
}

impl Witness for Host {
    fn show(&self, _preview: &Preview) -> Result<(), ClientError> {
        Ok(())
    }
}

const PASSWORD: &str = "correct horse battery";

fn ambient() -> Ambient {
    Ambient { clock: Arc::new(Host), rng: Arc::new(Host), witness: Arc::new(Host) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_deployment_verifies_as_one_that_grew() {
    let words = ["--rate-per-address", "0", "--rate-per-credential", "0"];
    let deployment = Deployment::start_as(Binaries::built(), &words);
    let target = Target {
        server: deployment.url.clone(),
        database: deployment.database_url(),
        profiles: deployment.scratch().join("profiles"),
        password: Some(PASSWORD.into()),
    };
    let begun = Instant::now();
    let seeded = seed(&target, Plan::SMALL, &ambient()).await.unwrap();
    assert!(begun.elapsed().as_secs() < 120, "{:?}", seeded.took);
    assert_eq!((seeded.people.len(), seeded.studies.len()), (10, 2));
    assert_eq!((seeded.cancelled.len(), seeded.real.len()), (100, 1));
    let words =
        ["login", &deployment.url, "--email", seeded.people[0].user.email.as_str(), "--password-stdin"];
    let _ = deployment.user("examiner").run_with_input(&words, PASSWORD).expect(0);
    let examiner = Client::of(seeded.people[0].profile.clone(), ambient()).unwrap();
    workspaces_hold(&examiner, &seeded).await;
    requests_hold(&examiner, &seeded).await;
    let user =
        User::new(deployment.binaries().path("cloister"), seeded.people[0].profile.folder().to_owned());
    the_log_holds(&deployment, &user, seeded.entries);
    the_real_run_holds(&deployment, &user, &seeded);
}

/// Every statement of every workspace, checked as a member's device does.
async fn workspaces_hold(examiner: &Client, seeded: &Seeded) {
    for study in &seeded.studies {
        let workspace: Workspace = examiner.api().get(&format!("/workspaces/{}", study.id)).await.unwrap();
        assert_eq!(workspace.state, "active");
        let held = examiner.hold(workspace).await.unwrap();
        assert_eq!(held.in_force().unwrap().digest, study.charter);
        let job = examiner.api().get(&format!("/jobs/{}", study.job)).await.unwrap();
        assert_eq!(examiner.hold_spec(&job, &held).await.unwrap().digest, study.spec);
    }
}

/// The bulk's requests are signed by who asked, and nothing was released for them.
async fn requests_hold(examiner: &Client, seeded: &Seeded) {
    for (run, job, digest) in seeded.cancelled.iter().step_by(7) {
        let shown: Run = examiner.api().get(&format!("/runs/{run}")).await.unwrap();
        assert_eq!((shown.state.as_str(), shown.job), ("cancelled", *job));
        assert!(shown.release.is_none() && shown.receipt.is_none(), "{shown:?}");
        let study = seeded.studies.iter().find(|study| study.job == *job).unwrap();
        let person = examiner.person_of(&study.creator.certificate).await.unwrap();
        let set: WorkspaceStatements = examiner.api().get(&format!("/runs/{run}/statements")).await.unwrap();
        let found = set.statements.iter().map(|s| from_api(s).unwrap()).find(|e| e.digest() == *digest);
        let opened = found.unwrap().open::<RunRequest>().unwrap();
        let request = opened.verify(&person.certificate.signing_key).unwrap();
        assert_eq!((request.body().run, request.body().spec), (*run, study.spec));
    }
}

fn the_log_holds(deployment: &Deployment, user: &User, entries: i64) {
    assert!(entries >= Plan::SMALL.entries, "{entries}");
    let folder = deployment.scratch().join("log");
    user.ok(&["audit", "export", folder.to_str().unwrap()]);
    let verified = user.ok(&["audit", "verify", folder.to_str().unwrap()]);
    assert!(verified["entries"].as_i64().unwrap() >= entries, "{verified}");
    // One byte of one entry, and it does not.
    let path = folder.join("tile/entries/000");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 5;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_ne!(user.run(&["audit", "verify", folder.to_str().unwrap()]).exit, 0);
}

fn the_real_run_holds(deployment: &Deployment, user: &User, seeded: &Seeded) {
    let bundle = deployment.scratch().join("run.bundle");
    let (run, path) = (seeded.real[0].to_string(), bundle.to_str().unwrap().to_owned());
    user.ok(&["run", "bundle", &run, "--out", &path]);
    let genesis = seeded.studies[0].id.to_string();
    user.ok(&["verify", &path, "--genesis", &genesis, "--allow-simulated"]);
}
