//! The statements a run rests on, by digest. The server brings them; only their digests are believed.

use std::collections::BTreeMap;

use cloister_api::Envelope as Wire;
use cloister_model::{Digest, SqlName};
use cloister_statement::{
    Body, Envelope, Predicate, Verified,
    predicate::{Certificate, Charter, Manifest, ReleaseRecord, RunRequest, Spec},
};

use crate::RunError;

/// Statements by digest, as brought.
pub(crate) struct Brought(BTreeMap<Digest, Envelope>);

impl Brought {
    /// Reads what the server brought; what is no statement is refused.
    pub(crate) fn read(wires: &[Wire]) -> Result<Self, RunError> {
        let mut statements = BTreeMap::new();
        for wire in wires {
            let envelope = read(wire)?;
            statements.insert(envelope.digest(), envelope);
        }
        Ok(Self(statements))
    }

    /// The statement with this digest. The digest fixes every byte of it, so who brought it does not matter.
    pub(crate) fn get<B: Body>(&self, digest: Digest) -> Result<Predicate<B>, RunError> {
        let missing = || RunError::broken("statement", format!("{} {digest} is missing", B::KIND.as_str()));
        let envelope = self.0.get(&digest).ok_or_else(missing)?;
        let opened = envelope.open::<B>().map_err(|e| RunError::broken("statement", e))?;
        Ok(opened.predicate().clone())
    }

    /// The age recipients of certificates.
    pub(crate) fn recipients<'a>(
        &self,
        certificates: impl IntoIterator<Item = &'a Digest>,
    ) -> Result<Vec<String>, RunError> {
        certificates.into_iter().map(|c| Ok(self.get::<Certificate>(*c)?.body.age_recipient)).collect()
    }
}

/// Reads one envelope off the wire.
pub(crate) fn read(wire: &Wire) -> Result<Envelope, RunError> {
    Envelope::parse(wire.0.to_string().as_bytes()).map_err(|e| RunError::broken("statement", e))
}

/// One envelope onto the wire.
pub(crate) fn wire(envelope: &Envelope) -> Result<Wire, RunError> {
    serde_json::from_slice(&envelope.to_json()).map(Wire).map_err(|e| RunError::broken("statement", e))
}

/// What one real run rests on: everything named by a release record that the charter's broker signed.
pub(crate) struct Grounds {
    /// The release record, verified.
    pub(crate) record: Verified<ReleaseRecord>,
    /// The spec.
    pub(crate) spec: Spec,
    /// The run request.
    pub(crate) request: RunRequest,
    /// The manifests, by SQL name.
    pub(crate) tables: BTreeMap<SqlName, (Digest, Manifest)>,
    /// Age recipients of the readers.
    pub(crate) readers: Vec<String>,
}

impl Grounds {
    /// Collects them. Proves that the record is signed by the key of the charter it names and that each statement used
    /// here is one the record lists; not that the broker checked them rightly.
    pub(crate) fn establish(record: &Envelope, brought: &Brought) -> Result<Self, RunError> {
        let claimed = record.open::<ReleaseRecord>().map_err(|e| RunError::broken("release", e))?;
        let charter: Charter = brought.get(claimed.predicate().body.charter)?.body;
        let record =
            claimed.verify(&charter.broker.signing_key).map_err(|e| RunError::broken("release", e))?;
        let listed = |digest: Digest| {
            if record.body().statements.contains(&digest) {
                Ok(digest)
            } else {
                Err(RunError::broken("release", format!("the release record does not list {digest}")))
            }
        };
        listed(record.body().charter)?;
        let spec: Spec = brought.get(listed(record.body().spec)?)?.body;
        let request: RunRequest = brought.get(listed(record.body().request)?)?.body;
        let mut tables = BTreeMap::new();
        for (name, manifest) in &spec.tables {
            tables.insert(name.clone(), (*manifest, brought.get::<Manifest>(listed(*manifest)?)?.body));
        }
        let readers = brought.recipients(&spec.readers)?;
        let same = request.run == record.body().run && request.spec == record.body().spec;
        if spec.test || !same {
            return Err(RunError::broken(
                "release",
                "the record, the request and the spec speak of different runs",
            ));
        }
        Ok(Self { spec, request, tables, readers, record })
    }
}

#[cfg(test)]
mod tests {
    use cloister_statement::{SigningKey, testing::CountingRng};
    use cloister_verify::{
        Marks,
        testing::{NOW, World, bundles::release_of, signed},
    };

    use super::*;

    /// A world, what a server brings of it, and the release record of its run.
    fn world(edit: fn(&mut ReleaseRecord)) -> (World, Brought, ReleaseRecord) {
        let world = World::new();
        let cleared = world.check_with(&[], &Marks::default(), NOW).unwrap();
        let mut record = release_of(&world, &cleared);
        edit(&mut record);
        let wires: Vec<Wire> = world.statements().iter().map(|s| wire(s).unwrap()).collect();
        let brought = Brought::read(&wires).unwrap();
        (world, brought, record)
    }

    fn record_by(key: &SigningKey, world: &World, record: ReleaseRecord) -> Envelope {
        signed(key, cloister_statement::Signer::Key(key.public()), world.workspace(), NOW, record)
    }

    fn check(result: Result<Grounds, RunError>) -> Option<String> {
        result.err().and_then(|e| e.check())
    }

    #[test]
    fn the_charters_broker_is_believed_and_no_other_key() {
        let (world, brought, record) = world(|_| {});
        let good = record_by(&world.broker_key, &world, record.clone());
        let grounds = Grounds::establish(&good, &brought).unwrap();
        assert_eq!(grounds.tables.len(), 2);
        assert!(!grounds.readers.is_empty());
        let forged = record_by(&SigningKey::generate(&CountingRng::new(9)), &world, record);
        assert_eq!(check(Grounds::establish(&forged, &brought)).as_deref(), Some("release"));
    }

    #[test]
    fn a_statement_that_the_record_does_not_list_does_not_count() {
        let edits: [fn(&mut ReleaseRecord); 4] = [
            |r| assert!(r.statements.remove(&r.spec.clone())),
            |r| assert!(r.statements.remove(&r.charter.clone())),
            |r| assert!(r.statements.remove(&r.request.clone())),
            |r| assert!(r.manifests.iter().all(|m| r.statements.remove(m))),
        ];
        for edit in edits {
            let (world, brought, record) = world(edit);
            let envelope = record_by(&world.broker_key, &world, record);
            assert_eq!(check(Grounds::establish(&envelope, &brought)).as_deref(), Some("release"));
        }
    }

    #[test]
    fn a_statement_that_was_not_brought_ends_the_run() {
        let (world, brought, record) = world(|_| {});
        let envelope = record_by(&world.broker_key, &world, record.clone());
        for missing in [record.spec, record.charter, record.request] {
            let mut brought = Brought(brought.0.clone());
            brought.0.remove(&missing);
            assert_eq!(check(Grounds::establish(&envelope, &brought)).as_deref(), Some("statement"));
        }
    }
}
