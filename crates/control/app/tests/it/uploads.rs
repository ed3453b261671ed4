//! Uploads: cut anywhere, they go on where they were; what is finished is what was announced.

use bytes::Bytes;
use cloister_app::work::uploads::MAX_PART;
use cloister_model::{DatasetId, Digest};
use uuid::Uuid;

use crate::study::{FILE, Study, edits, kind, sha256};
use cloister_verify::testing::World;

const DATA: &[u8] = b"a file of ciphertext that comes in parts";

async fn begun() -> (Study, Uuid) {
    let study = Box::pin(Study::of(World::edited(&edits()))).await;
    let upload = study.app.begin_upload(&study.ana, DatasetId(Uuid::nil()), 1, FILE).await.unwrap();
    (study, upload.id)
}

fn part(from: usize, to: usize) -> Bytes {
    Bytes::from_static(&DATA[from..to])
}

#[tokio::test]
async fn an_upload_cut_at_any_byte_goes_on_from_where_the_server_stands() {
    for cut in [1, 7, DATA.len() - 1] {
        let (study, id) = begun().await;
        let app = &study.app;
        app.upload_part(&study.ana, id, 0, part(0, cut)).await.unwrap();
        // The part's bytes reached the disk, its row did not commit: what was cut off is written over.
        app.objects.append(id, cut as u64, b"torn").await.unwrap();
        let again = app.begin_upload(&study.ana, DatasetId(Uuid::nil()), 1, FILE).await.unwrap();
        assert_eq!((again.id, again.received), (id, cut as u64));
        for offset in [0, cut as u64 - 1, cut as u64 + 1] {
            let wrong = app.upload_part(&study.ana, id, offset, part(0, 1)).await;
            assert_eq!(kind(wrong), "conflict", "cut {cut}, offset {offset}");
        }
        app.upload_part(&study.ana, id, cut as u64, part(cut, DATA.len())).await.unwrap();
        let size = DATA.len() as u64;
        let done = app.finish_upload(&study.ana, id, size, sha256(DATA)).await.unwrap();
        assert_eq!(done.sha256, Some(sha256(DATA)), "cut {cut}");
    }
}

#[tokio::test]
async fn what_is_finished_is_what_was_announced_and_finishing_twice_is_finishing_once() {
    let (study, id) = begun().await;
    let (app, ana, size) = (&study.app, &study.ana, DATA.len() as u64);
    app.upload_part(ana, id, 0, part(0, 10)).await.unwrap();
    assert_eq!(kind(app.finish_upload(ana, id, size, sha256(DATA)).await), "unprocessable", "truncated");
    app.upload_part(ana, id, 10, part(10, DATA.len())).await.unwrap();
    for (what, size, digest) in [
        ("overlong", 10, sha256(&DATA[..10])),
        ("truncated", size + 1, sha256(DATA)),
        ("digest", size, Digest([0; 32])),
    ] {
        assert_eq!(kind(app.finish_upload(ana, id, size, digest).await), "unprocessable", "{what}");
    }
    for _ in 0..2 {
        app.finish_upload(ana, id, size, sha256(DATA)).await.unwrap();
    }
    assert_eq!(study.logged("upload.finish").await, 1);
    assert_eq!(kind(app.finish_upload(ana, id, size, Digest([0; 32])).await), "conflict");
    assert_eq!(kind(app.upload_part(ana, id, size, part(0, 1)).await), "state");
}

#[tokio::test]
async fn parts_have_bounds_names_are_plain_and_uploads_are_their_owners() {
    let (study, id) = begun().await;
    let (app, ana, dataset) = (&study.app, &study.ana, DatasetId(Uuid::nil()));
    assert_eq!(kind(app.upload_part(ana, id, 0, Bytes::new()).await), "invalid", "empty");
    let large = Bytes::from(vec![0; MAX_PART + 1]);
    assert_eq!(kind(app.upload_part(ana, id, 0, large).await), "invalid", "too big");
    for name in ["", ".hidden", "a/b", "../x", &"x".repeat(101)] {
        assert_eq!(kind(app.begin_upload(ana, dataset, 1, name).await), "invalid", "{name}");
    }
    assert_eq!(kind(app.begin_upload(ana, dataset, 0, FILE).await), "invalid", "version 0");
    assert_eq!(kind(app.begin_upload(&study.ben, dataset, 1, FILE).await), "conflict", "another's file");
    assert_eq!(kind(app.show_upload(&study.ben, id).await), "absent");
    assert_eq!(kind(app.upload_part(&study.ben, id, 0, part(0, 1)).await), "absent");
    assert_eq!(kind(app.finish_upload(&study.ben, id, 1, sha256(b"a")).await), "absent");
}

#[tokio::test]
async fn a_finish_whose_server_died_after_the_rename_is_finished_by_its_repetition() {
    let (study, id) = begun().await;
    let (app, ana, size) = (&study.app, &study.ana, DATA.len() as u64);
    app.upload_part(ana, id, 0, part(0, DATA.len())).await.unwrap();
    // The file is the object already; the row never heard of it.
    let key = format!("datasets/{}/1/{FILE}", Uuid::nil());
    app.objects.finish_upload(id, &key).await.unwrap();
    assert_eq!(kind(app.finish_upload(ana, id, size, Digest([0; 32])).await), "unprocessable");
    let done = app.finish_upload(ana, id, size, sha256(DATA)).await.unwrap();
    assert_eq!(done.sha256, Some(sha256(DATA)));
    assert_eq!(app.objects.size(&key).await.unwrap(), size);
}
