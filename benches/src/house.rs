//! A deployment of the release programs that `cloister-seed` filled, on either database.

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use cloister_client::{Ambient, ClientError, preview::Preview, preview::Witness};
use cloister_seed::{Plan, Seeded, Target, seed};
use cloister_testkit::{Binaries, Database, Deployment, Postgres, User};

use crate::{
    Failure,
    world::{HostClock, OsRng},
};

struct Nobody;

impl Witness for Nobody {
    fn show(&self, _preview: &Preview) -> Result<(), ClientError> {
        Ok(())
    }
}

/// Everything runs until it is dropped.
pub(crate) struct House {
    pub(crate) deployment: Deployment,
    pub(crate) seeded: Seeded,
    pub(crate) examiner: User,
    /// The examiner's token that reads.
    pub(crate) token: String,
}

fn database(name: &str) -> Result<Database, Failure> {
    match name {
        "sqlite" => Ok(Database::Sqlite),
        "postgres" => Ok(Database::Postgres(Postgres::start())),
        other => Err(format!("no database `{other}`; there are sqlite, postgres").into()),
    }
}

impl House {
    /// Started, filled, its log copied and verified.
    pub(crate) async fn new(name: &str, plan: Plan) -> Result<Self, Failure> {
        let own = std::env::current_exe()?;
        let folder = own.parent().ok_or("this program is in no folder")?;
        // One address asks all it can: what is measured is the server, not its patience.
        let words = ["--rate-per-address", "0", "--rate-per-credential", "0"];
        let deployment = Deployment::start_on(Binaries::at(folder), &words, database(name)?);
        let target = Target {
            server: deployment.url.clone(),
            database: deployment.database_url(),
            profiles: deployment.scratch().join("profiles"),
            password: None,
        };
        let ambient = Ambient { clock: Arc::new(HostClock), rng: Arc::new(OsRng), witness: Arc::new(Nobody) };
        let begun = Instant::now();
        let seeded = seed(&target, plan, &ambient).await?;
        println!(
            "api: {name}: {} people, {} workspaces, {} runs cancelled and {} real, {} entries of the log in {:.0} s \
             (goal 180 s); after each step {:?}",
            seeded.people.len(),
            seeded.studies.len(),
            seeded.cancelled.len(),
            seeded.real.len(),
            seeded.entries,
            begun.elapsed().as_secs_f64(),
            seeded.took
        );
        let first = seeded.people.first().ok_or("nobody")?;
        let examiner = User::new(deployment.binaries().path("cloister"), first.profile.folder().to_owned());
        let shown = examiner.ok(&["token", "create", "--scope", "read", "--expires", "1d"]);
        let token = crate::world::text(&shown, "secret")?;
        let house = Self { deployment, seeded, examiner, token };
        house.log_holds(name)?;
        Ok(house)
    }

    fn log_holds(&self, name: &str) -> Result<(), Failure> {
        let folder = self.deployment.scratch().join("log-copy");
        let folder = folder.to_str().ok_or("a path that is no text")?;
        let begun = Instant::now();
        self.examiner.ok(&["audit", "export", folder]);
        let copied = begun.elapsed();
        let verified = self.examiner.ok(&["audit", "verify", folder]);
        println!(
            "api: {name}: `cloister audit verify`: {} entries hold; copied in {:.1} s, verified in {:.1} s",
            verified["entries"],
            copied.as_secs_f64(),
            begun.elapsed().saturating_sub(copied).as_secs_f64()
        );
        Ok(fs::remove_dir_all(folder)?)
    }

    /// Megabytes the server holds in memory that are its own, some time after a start, asked nothing.
    pub(crate) fn idle(&mut self, after: Duration) -> Result<f64, Failure> {
        self.deployment.down();
        self.deployment.up();
        std::thread::sleep(after);
        let pid = *self.deployment.children("cloister-server").first().ok_or("no server")?;
        let status = fs::read_to_string(PathBuf::from("/proc").join(pid.to_string()).join("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kilobytes / 1024.0)
    }
}
