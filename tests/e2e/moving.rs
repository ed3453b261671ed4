//! A server that moves: to another database, into a backup and back.

use cloister_testkit::{Binaries, Deployment, Postgres};

use crate::world::{ANA, PASSWORD, STATISTICS, World};

fn sign_in(deployment: &Deployment, user: &cloister_testkit::User) {
    let words = ["login", &deployment.url, "--email", ANA, "--password-stdin"];
    let _ = user.run_with_input(&words, PASSWORD).expect(0);
}

#[test]
fn a_restored_server_has_people_results_and_the_same_log() {
    let mut world = World::new();
    let run = world.succeed(&world.accepted("statistics", STATISTICS, &[]));
    let backup = world.deployment.scratch().join("backup");
    let backup = backup.to_str().unwrap();
    let made = world.deployment.admin(&["backup", "--out", backup], "").expect(0);
    let _ = world.deployment.admin(&["backup", "--out", backup], "").expect(5);
    let _ = world.deployment.admin(&["restore", "--from", backup], "").expect(5);

    world.deployment.down();
    for gone in ["log", "objects", "server", "cloister.db", "cloister.db-wal", "cloister.db-shm"] {
        let path = world.deployment.data().join(gone);
        let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
    }
    world.deployment.fresh_database();
    let restored = world.deployment.admin(&["restore", "--from", backup], "").expect(0);
    assert_eq!(restored.json["log_entries"], made.json["log_entries"]);
    world.deployment.up();
    sign_in(&world.deployment, &world.ana);
    assert_eq!(world.rows(&world.ana, &run).len(), 2);
    let log = world.deployment.scratch().join("log-copy");
    world.ana.ok(&["audit", "export", log.to_str().unwrap()]);
    let _ = world.ana.run(&["audit", "verify", log.to_str().unwrap()]).expect(0);
    // The broker that served before still does.
    let ben = ["login", &world.deployment.url, "--email", crate::world::BEN, "--password-stdin"];
    let _ = world.ben.run_with_input(&ben, PASSWORD).expect(0);
    world.succeed(&world.accepted("again", STATISTICS, &[]));
}

#[test]
fn a_database_is_copied_with_every_row_to_postgresql() {
    let cluster = Postgres::start();
    let mut deployment = Deployment::start_with(Binaries::built());
    let ana = deployment.user("ana");
    crate::world::enter(&deployment, &ana, ANA, "North Hospital");
    let from = deployment.database_url();
    let words = ["copy-db", "--from", &from, "--to", &cluster.url()];
    let _ = deployment.admin(&words, "").expect(5);
    deployment.down();
    let copied = deployment.admin(&words, "").expect(0);
    assert!(copied.json["copied"].as_array().unwrap().iter().any(|t| t["rows"].as_u64() > Some(1)));
    let _ = deployment.admin(&words, "").expect(5);
    deployment.use_database(cluster);
    deployment.up();
    sign_in(&deployment, &ana);
    assert_eq!(ana.ok(&["whoami"])["email"], ANA);
}
