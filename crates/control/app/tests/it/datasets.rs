//! Datasets: what their owner ends blocks runs at once, acknowledged or not.

use cloister_app::{restrict::Standing, work::grounds::wire};
use cloister_model::states::RunState;
use cloister_statement::predicate::{DatasetDeletion, Manifest, Revocation};

use crate::study::{Study, check, edits, kind};

#[tokio::test]
async fn a_revocation_blocks_the_lease_before_the_broker_hears_of_it_and_is_done_when_it_has() {
    let study = Study::queued(edits()).await;
    let dataset = study.world.manifests[1].open::<Manifest>().unwrap().predicate().body.dataset;
    let revocation = Revocation { grant: study.world.grants[1].digest() };
    let by_ana = wire(&study.world.ana.sign(study.world.workspace(), revocation.clone()));
    let by_ben = wire(&study.world.ben.sign(study.world.workspace(), revocation));
    assert_eq!(kind(study.app.revoke_share(&study.ana, dataset, &by_ana).await), "denied");
    assert_eq!(check(study.app.revoke_share(&study.ben, dataset, &by_ana).await), "signature");
    study.broker.be_there(false);
    let (_, standing) = study.app.revoke_share(&study.ben, dataset, &by_ben).await.unwrap();
    assert!(matches!(standing, Standing::Pending));
    assert!(study.lease("one", true).await.is_none());
    let run = study.app.show_run(&study.ana, study.world.run).await.unwrap().row;
    assert_eq!((run.state, run.check.as_deref()), (RunState::Failed, Some("grant")));
    let shown = study.app.show_workspace(&study.ana, study.workspace()).await.unwrap();
    assert!(shown.notice.unwrap().contains("revocation is not in force yet"));

    study.broker.be_there(true);
    study.wait(60);
    let (_, standing) = study.app.revoke_share(&study.ben, dataset, &by_ben).await.unwrap();
    assert!(matches!(standing, Standing::InForce(_)), "sent again, it is the same statement");
    let shares = study.app.show_dataset(&study.ben, dataset).await.unwrap().shares;
    assert_eq!(shares[0].row.state, "revoked");
    assert_eq!(study.logged("statement.acknowledged").await, 2, "the charter and the revocation");
}

#[tokio::test]
async fn a_deleted_dataset_is_unreleasable_and_its_ciphertext_gone() {
    let study = Study::active(edits()).await;
    let dataset = study.world.manifests[0].open::<Manifest>().unwrap().predicate().body.dataset;
    let manifest = study.world.manifests[0].digest();
    let deletion = wire(&study.world.ana.sign(None, DatasetDeletion { dataset, manifest }));
    let file = format!("datasets/{dataset}/1/{}", crate::study::FILE);
    study.app.objects.size(&file).await.unwrap();
    let (_, standing) = study.app.delete_dataset(&study.ana, dataset, &deletion).await.unwrap();
    assert!(matches!(standing, Standing::InForce(_)));
    assert!(study.app.objects.size(&file).await.is_err());
    assert_eq!(kind(study.app.delete_dataset(&study.ana, dataset, &deletion).await), "state");
    let id = study.draft("count").await;
    assert_eq!(check(study.app.submit_job(&study.ana, id, &wire(&study.world.spec)).await), "manifest");
}
