//! Check `manifest`: a manifest is its dataset's newest, and the owner's rules allow the job now.

use cloister_model::{Digest, Timestamp, ingest::RAW_OBJECT, rules::Use};
use cloister_statement::{
    Verified,
    predicate::{EnvironmentKind, FileFormat, Manifest},
};

use crate::{Check, Dossier, Marks, Person, Refused, check::ensure, marks::Highest};

/// Whether a manifest makes sense by itself.
pub fn validate_manifest(manifest: &Manifest) -> Result<(), String> {
    let must = |holds: bool, why: &str| if holds { Ok(()) } else { Err(why.to_owned()) };
    must(manifest.sequence >= 1 && manifest.version >= 1, "sequence number and version start at 1")?;
    must(
        (manifest.sequence == 1) == manifest.previous.is_none(),
        "the first manifest alone names none before it",
    )?;
    must(!manifest.files.is_empty(), "a manifest has a file")?;
    must(!manifest.rules.uses.is_empty(), "a manifest allows a use")?;
    let mut names: Vec<_> = manifest.files.iter().map(|f| f.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    must(names.len() == manifest.files.len(), "two files have one name")?;
    let plain = |name: &str| {
        !name.is_empty()
            && name.len() <= 100
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    must(names.iter().all(|n| plain(n) && !n.starts_with('.')), "a file's name is not plain")?;
    match manifest.format {
        FileFormat::Parquet => must(!names.contains(&RAW_OBJECT), "`raw.age` is the name of a raw file"),
        FileFormat::Raw => must(names == [RAW_OBJECT], "a raw manifest has one file, `raw.age`"),
    }
}

/// Finds a manifest that is its dataset's newest. Gives it with its owner.
pub fn newest<'a>(
    digest: &Digest,
    dossier: &'a Dossier,
    marks: &Marks,
) -> Result<(&'a Verified<Manifest>, Person), Refused> {
    let refuse = |holds, why: String| ensure(holds, Check::Manifest, || why);
    let missing = |what| Refused::new(Check::Manifest, format!("the {what} `{digest}` is missing"));
    let manifest = dossier.manifests().get(digest).ok_or_else(|| missing("manifest"))?;
    let owner = dossier.signer(manifest).ok_or_else(|| missing("owner's certificate of manifest"))?;
    let body = manifest.body();
    validate_manifest(body).map_err(|why| Refused::new(Check::Manifest, why))?;
    let key = (owner.clone(), body.dataset);
    let deleted = marks.deleted.contains(&key)
        || dossier
            .deletions()
            .values()
            .any(|d| d.body().dataset == body.dataset && dossier.signer(d).as_ref() == Some(&owner));
    refuse(!deleted, format!("the dataset `{}` is deleted", body.name))?;
    let superseded = dossier.manifests().values().any(|other| {
        let (o, same) = (other.body(), dossier.signer(other).as_ref() == Some(&owner));
        same && o.dataset == body.dataset
            && (o.sequence > body.sequence || (o.sequence == body.sequence && other.digest() != *digest))
    });
    refuse(!superseded, format!("the manifest of `{}` is superseded by a newer one", body.name))?;
    if let Some(Highest { version, digest: newest }) = marks.manifests.get(&key) {
        refuse(
            body.sequence >= *version,
            format!("a newer manifest of `{}` than the one brought exists", body.name),
        )?;
        let same = body.sequence > *version || newest == digest;
        refuse(same, format!("another manifest of `{}` has that sequence number", body.name))?;
    }
    Ok((manifest, owner))
}

/// Whether the owner's rules allow this kind of job at this moment.
pub fn allows(manifest: &Manifest, kind: EnvironmentKind, now: Timestamp) -> Result<(), Refused> {
    let used = match kind {
        EnvironmentKind::Sql => manifest.rules.uses.contains(&Use::Sql),
        // Nobody but the owner uses anything: the rules are for what comes of it.
        EnvironmentKind::Ingest => true,
    };
    let name = &manifest.name;
    ensure(used, Check::Manifest, || format!("the rules of `{name}` do not allow this kind of job"))?;
    ensure(manifest.rules.expires.is_none_or(|end| now < end), Check::Manifest, || {
        format!("the rules of `{name}` have expired")
    })
}
