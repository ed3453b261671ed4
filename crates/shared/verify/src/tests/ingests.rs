//! Ingests: only the owner's raw file, by the owner, for the owner, into the next version of the same dataset.

use cloister_model::{
    DatasetId, Digest,
    ingest::{Ingest, PARQUET_OBJECT, RAW_OBJECT},
    variables::{Variable, VariableType},
};
use cloister_statement::{
    predicate::{EnvironmentKind, FileFormat, Spec},
    transcript::environment_of,
};

use crate::{
    Check, Marks, acts,
    bundle::{self, Outcome},
    testing::{
        Edits, NOW, World,
        bundles::{BundleEdits, bundle},
        ingests::{edits, ingest, of_measurements, raw},
    },
};

fn told(spec: &mut Spec, edit: impl FnOnce(&mut Ingest)) {
    of_measurements(spec);
    let mut ingest = ingest();
    edit(&mut ingest);
    spec.source = ingest.encode().unwrap();
}

#[test]
fn an_owners_ingest_is_cleared_and_its_bundle_holds() {
    let world = World::edited(&edits());
    let cleared = world.check().unwrap();
    assert_eq!(cleared.manifests.len(), 1);
    let mut bundle = bundle(&world, &BundleEdits::default());
    bundle.certificates.truncate(1);
    bundle.manifests.truncate(1);
    bundle.grants.truncate(1);
    bundle.reviews.clear();
    bundle.charters[0].acceptances.clear();
    let report = bundle::verify(&bundle, Some(world.charter.digest()), None);
    assert_eq!(report.outcome, Outcome::Simulated, "{:?}", report.checks);
}

#[test]
fn everything_else_is_refused_by_name() {
    let e = edits;
    let cases: Vec<(&str, Edits, Check)> = vec![
        (
            "another's raw file",
            Edits {
                spec: |s| {
                    let theirs = s.tables.values().copied().collect::<Vec<Digest>>();
                    of_measurements(s);
                    let mine = s.tables.values().next().copied();
                    let theirs = theirs.into_iter().find(|d| Some(*d) != mine).unwrap();
                    s.tables.values_mut().for_each(|d| *d = theirs);
                },
                ..e()
            },
            Check::Manifest,
        ),
        ("a charter of two", Edits { charter: |_| {}, ..e() }, Check::Manifest),
        ("SQL over a raw file", Edits { spec: |_| {}, ..e() }, Check::Manifest),
        (
            "an ingest of Parquet",
            Edits {
                manifest: |m| {
                    raw(m);
                    m.format = FileFormat::Parquet;
                    m.files[0].name = PARQUET_OBJECT.into();
                },
                ..e()
            },
            Check::Manifest,
        ),
        (
            "a raw file by another name",
            Edits {
                manifest: |m| {
                    raw(m);
                    m.files[0].name = PARQUET_OBJECT.into();
                },
                ..e()
            },
            Check::Manifest,
        ),
        (
            "Parquet by the raw file's name",
            Edits {
                manifest: |m| {
                    raw(m);
                    m.format = FileFormat::Parquet;
                },
                ..e()
            },
            Check::Manifest,
        ),
        (
            "SQL as its program",
            Edits { spec: |s| (of_measurements(s), s.source = "SELECT 1".into()).1, ..e() },
            Check::Inputs,
        ),
        (
            "another encoding",
            Edits { spec: |s| (of_measurements(s), s.source.push(' ')).1, ..e() },
            Check::Inputs,
        ),
        (
            "another dataset",
            Edits { spec: |s| told(s, |i| i.target.dataset = DatasetId(uuid::Uuid::nil())), ..e() },
            Check::Inputs,
        ),
        ("the same version", Edits { spec: |s| told(s, |i| i.target.version = 1), ..e() }, Check::Inputs),
        ("a later version", Edits { spec: |s| told(s, |i| i.target.version = 3), ..e() }, Check::Inputs),
        (
            "another file",
            Edits { spec: |s| told(s, |i| i.target.object = RAW_OBJECT.into()), ..e() },
            Check::Inputs,
        ),
        ("eleven runs", Edits { spec: |s| (of_measurements(s), s.max_runs = 11).1, ..e() }, Check::Inputs),
        (
            "a schedule",
            Edits { spec: |s| (of_measurements(s), s.schedule = Some("* * * * *".into())).1, ..e() },
            Check::Inputs,
        ),
        (
            "a variable",
            Edits {
                spec: |s| {
                    of_measurements(s);
                    s.variables = vec![Variable {
                        name: "x".parse().unwrap(),
                        kind: VariableType::Integer,
                        description: None,
                        default: Some(cloister_model::variables::Value::Integer(1)),
                        any_of: Vec::new(),
                    }];
                },
                ..e()
            },
            Check::Inputs,
        ),
        ("no dataset", Edits { spec: |s| (of_measurements(s), s.tables.clear()).1, ..e() }, Check::Inputs),
        (
            "the environment of SQL",
            Edits {
                spec: |s| (of_measurements(s), s.environment = environment_of(EnvironmentKind::Sql)).1,
                ..e()
            },
            Check::Transcript,
        ),
    ];
    for (what, edits, check) in cases {
        let got = World::edited(&edits).check();
        assert_eq!(got.map(|_| ()).map_err(|r| r.check), Err(check), "{what}");
    }
}

#[test]
fn another_reader_is_refused_though_a_member() {
    let edits = Edits { charter: |_| {}, spec: of_measurements, ..edits() };
    let world = World::edited(&edits);
    let mut spec = world.spec.open::<Spec>().unwrap().predicate().body.clone();
    spec.readers.insert(world.ben.id());
    let spec = world.ana.sign(world.workspace(), spec);
    let refused = acts::admit(&spec, &world.dossier(&[]).unwrap(), &Marks::default(), NOW).unwrap_err();
    assert_eq!((refused.check, refused.reason.contains("a reader is someone else")), (Check::Manifest, true));
}

#[test]
fn the_server_admits_neither_specs_nor_grants_that_the_broker_would_refuse() {
    let ok = World::edited(&edits());
    let admit = |world: &World, statement: &cloister_statement::Envelope| {
        let dossier = world.dossier(&[]).unwrap();
        acts::admit(statement, &dossier, &Marks::default(), NOW).map_err(|refused| refused.check)
    };
    assert_eq!(admit(&ok, &ok.grants[0]), Ok(()));
    assert_eq!(admit(&ok, &ok.spec), Ok(()));
    let shared = World::edited(&Edits { charter: |_| {}, ..edits() });
    assert_eq!(admit(&shared, &shared.grants[0]), Err(Check::Manifest), "a raw file shared to others");
    assert_eq!(admit(&shared, &shared.spec), Err(Check::Manifest));
    let sql = World::edited(&Edits { spec: |_| {}, ..edits() });
    assert_eq!(admit(&sql, &sql.spec), Err(Check::Manifest), "SQL over a raw file");
    let trial = World::edited(&Edits { spec: |s| (of_measurements(s), s.test = true).1, ..edits() });
    assert_eq!(admit(&trial, &trial.spec), Err(Check::Inputs), "a test of an ingest");
    let foreign = World::edited(&Edits {
        spec: |s| (of_measurements(s), s.environment = environment_of(EnvironmentKind::Sql)).1,
        ..edits()
    });
    assert_eq!(admit(&foreign, &foreign.spec), Err(Check::Approval), "another kind's environment");
}
