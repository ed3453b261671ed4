//! What an ingest made becomes a file of its dataset.

use cloister_authz::{Granted, actions::ManageDataset};
use cloister_model::{
    RunId,
    ingest::Ingest,
    states::{RunKind, RunState},
};
use cloister_statement::predicate::{EnvironmentKind, Manifest, Spec};
use cloister_store::{
    Tx,
    datasets::{self, UploadRow},
    runs,
};

use super::{
    super::{grounds::find, runs::output_key, user},
    object_key,
};
use crate::{App, AppError};

impl App {
    /// Takes the output of an ingest of the caller's as the manifest's one file. The object moves before the rows
    /// commit: cut in between, a repetition finds it in its place.
    pub(super) async fn adopt(
        &self,
        tx: &Tx,
        granted: &Granted<ManageDataset>,
        body: &Manifest,
        run: RunId,
    ) -> Result<(), AppError> {
        let owner = user(granted.actor())?;
        let row = runs::by_id(tx, run).await?.filter(|row| row.runner == owner);
        let row = row.ok_or(AppError::Absent("run"))?;
        let spec = find(tx, row.spec).await?.open::<Spec>().map_err(AppError::internal)?;
        let spec = &spec.predicate().body;
        let succeeded = row.kind == RunKind::Real && row.state == RunState::Succeeded;
        if spec.kind != EnvironmentKind::Ingest || !succeeded {
            return Err(AppError::State("the run is no ingest that succeeded".into()));
        }
        let target = Ingest::parse(&spec.source).map_err(AppError::internal)?.target;
        let [file] = body.files.as_slice() else {
            return Err(AppError::Unprocessable("an ingest makes one file".into()));
        };
        let made = runs::outputs(tx, run).await?.into_iter().any(|output| {
            let put = output.fence == row.fence && output.name == file.name;
            put && output.size == file.size && output.sha256 == file.sha256
        });
        let same =
            target.dataset == body.dataset && target.version == body.version && target.object == file.name;
        if !made || !same {
            let why = format!("`{}` is not what the run made for this version of the dataset", file.name);
            return Err(AppError::Unprocessable(why));
        }
        match datasets::upload_of(tx, body.dataset, body.version, &file.name).await? {
            Some(there) if there.sha256 == Some(file.sha256) => {}
            Some(_) => return Err(AppError::Conflict(format!("`{}` is uploaded already", file.name))),
            None => {
                let upload = UploadRow {
                    id: self.new_id(),
                    owner,
                    dataset: body.dataset,
                    version: body.version,
                    name: file.name.clone(),
                    received: file.size,
                    sha256: Some(file.sha256),
                };
                tx.adopt_upload(granted, &upload, self.now()).await?;
            }
        }
        let to = object_key(body.dataset, body.version, &file.name);
        Ok(self.objects.adopt(&output_key(run, row.fence, &file.name), &to).await?)
    }
}
