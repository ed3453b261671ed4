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
