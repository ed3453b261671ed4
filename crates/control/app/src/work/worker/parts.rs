//! What an ingest makes: an encrypted file that grows in parts, as uploads do, under the fence of its lease.

use bytes::Bytes;
use cloister_authz::{Actor, Granted, actions::Work};
use cloister_model::{
    Digest, RunId,
    ingest::PARQUET_OBJECT,
    states::{RunKind, RunState},
};
use cloister_statement::predicate::{EnvironmentKind, Spec};
use cloister_store::{
    StoreError,
    objects::Growing,
    runs::{self, OutputRow, RunRow},
};

use futures::StreamExt;
use sha2::{Digest as _, Sha256};

use super::super::{grounds::find, runs::output_key, uploads::MAX_PART};
use super::lost;
use crate::{App, AppError};

/// The most bytes of what an ingest makes.
const MAX_FILE: u64 = 64 << 30;

impl App {
    /// A held run that is an ingest, and the file it makes.
    async fn making(
        &self,
        actor: &Actor,
        (id, fence): (RunId, i64),
        name: &str,
    ) -> Result<Granted<Work>, AppError> {
        let (row, granted) = self.held(actor, id, fence).await?;
        let spec = find(&self.store.read(), row.spec).await?;
        let kind = spec.open::<Spec>().map_err(AppError::internal)?.predicate().body.kind;
        match (kind, row.kind) {
            (EnvironmentKind::Ingest, RunKind::Real) if name == PARQUET_OBJECT => Ok(granted),
            (EnvironmentKind::Ingest | EnvironmentKind::Sql, RunKind::Real | RunKind::Test) => {
                Err(AppError::Invalid(format!("only an ingest puts parts, of `{PARQUET_OBJECT}`")))
            }
        }
    }

    /// Takes a part at its place. What lies after it goes: a part may come again.
    pub async fn put_output_part(
        &self,
        actor: &Actor,
        (id, fence): (RunId, i64),
        (name, offset): (&str, u64),
        part: Bytes,
    ) -> Result<(), AppError> {
        self.making(actor, (id, fence), name).await?;
        let end = offset.saturating_add(part.len() as u64);
        if part.is_empty() || part.len() > MAX_PART || end > MAX_FILE {
            return Err(AppError::Invalid(format!("a part has 1 to {MAX_PART} bytes, its file {MAX_FILE}")));
        }
        let there = self.objects.uploaded(Growing::Output(id, fence)).await?;
        if offset > there {
            return Err(AppError::Conflict(format!("the output stands at byte {there}, not at {offset}")));
        }
        Ok(self.objects.append(Growing::Output(id, fence), offset, &part).await?)
    }

    /// Compares size and digest; from then on it is an output of the run. Repeated, it answers the same.
    pub async fn finish_output(
        &self,
        actor: &Actor,
        (id, fence): (RunId, i64),
        name: &str,
        (size, sha256): (u64, Digest),
    ) -> Result<(), AppError> {
        let granted = self.making(actor, (id, fence), name).await?;
        let output = OutputRow { name: name.into(), fence, size, sha256 };
        if runs::outputs(&self.store.read(), id).await?.contains(&output) {
            return Ok(());
        }
        let growing = Growing::Output(id, fence);
        let whole = match self.objects.uploaded(growing).await? {
            // An attempt before, whose rows did not commit, may have moved it already.
            0 => self.object_is(&output_key(id, fence, name), (size, sha256)).await?,
            there => {
                there == size
                    && self.hash_upload(growing, &output_key(id, fence, name), size).await? == sha256
            }
        };
        if !whole {
            return Err(AppError::Unprocessable("the output is not of that size and digest".into()));
        }
        let tx = self.store.write().await?;
        let row = runs::by_id(&tx, id).await?.ok_or(AppError::Absent("run"))?;
        if row.fence != fence || row.state != RunState::Running {
            return Err(lost());
        }
        self.objects.finish_upload(growing, &output_key(id, fence, name)).await?;
        tx.put_output(&granted, &output).await?;
        Ok(tx.commit().await?)
    }

    async fn object_is(&self, key: &str, (size, sha256): (u64, Digest)) -> Result<bool, AppError> {
        match self.objects.size(key).await {
            Ok(there) if there == size => {}
            Ok(_) | Err(StoreError::NotFound) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let (mut bytes, mut hash) = (self.objects.get(key, None).await?, Sha256::new());
        while let Some(part) = bytes.next().await {
            hash.update(part?);
        }
        Ok(Digest(hash.finalize().into()) == sha256)
    }

    /// Forgets what workers began and did not finish; what cannot be removed is of no use to anyone.
    pub(super) async fn forget_parts(&self, row: &RunRow) {
        for fence in 1..=row.fence {
            if let Err(error) = self.objects.drop_upload(Growing::Output(row.id, fence)).await {
                tracing::warn!(run = %row.id, %error, "parts of an output stay behind");
            }
        }
    }
}
