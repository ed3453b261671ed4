//! Errors, classified by the codes of database and system, never by their texts.

use std::{error::Error, io};

use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};

/// What a disk does not let us do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disk {
    /// No space, or no quota, is left.
    #[error("the disk is full: nothing was written, and what is stored can still be read")]
    Full,
    /// It is mounted read-only.
    #[error("the disk is read-only: nothing was written, and what is stored can still be read")]
    ReadOnly,
}

impl Disk {
    /// What the system said, wherever it stands in the chain of causes.
    pub fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
            match kind {
                Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => return Some(Self::Full),
                Some(io::ErrorKind::ReadOnlyFilesystem) => return Some(Self::ReadOnly),
                Some(_) | None => cause = error.source(),
            }
        }
        None
    }
}

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row of that key is there already, or a row it names is not.
    #[error("the row conflicts with another")]
    Conflict,
    /// The row is not there.
    #[error("there is no such row")]
    NotFound,
    /// Another writer was at work for too long; try again.
    #[error("the database is busy")]
    Busy,
    /// The disk is full or read-only.
    #[error(transparent)]
    Disk(#[from] Disk),
    /// The database does not answer.
    #[error("the database does not answer: {0}")]
    Database(String),
    /// The folder or store of objects does not answer.
    #[error("the objects are unavailable: {0}")]
    Unavailable(String),
    /// What is stored is not what was written.
    #[error("the store is corrupt: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Anything stored that does not decode.
    pub fn corrupt(why: impl std::fmt::Display) -> Self {
        Self::Corrupt(why.to_string())
    }

    /// Anything of the files.
    pub fn file(why: io::Error) -> Self {
        Disk::of(&why).map_or_else(|| Self::Unavailable(why.to_string()), Self::Disk)
    }
}

fn code(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(runtime) | DbErr::Query(runtime) | DbErr::Conn(runtime)) = error else { return None };
    let RuntimeErr::SqlxError(inner) = runtime else { return None };
    match inner.as_ref() {
        SqlxError::Database(e) => e.code().map(std::borrow::Cow::into_owned),
        _ => None,
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_)) =
            error.sql_err()
        {
            return Self::Conflict;
        }
        // SQLITE_BUSY and its extended codes, PostgreSQL's serialization failure, deadlock, lock not available;
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        // SQLITE_FULL and the failed growth of its shared memory, PostgreSQL's disk full; SQLITE_READONLY (with what
        // extends it: `code & 0xff` is 8).
        match code(&error).as_deref() {
            Some("13" | "4874" | "53100") => Self::Disk(Disk::Full),
            Some("8" | "264" | "520" | "776" | "1032" | "1288" | "1544") => Self::Disk(Disk::ReadOnly),
            Some("5" | "6" | "261" | "517" | "773" | "40001" | "40P01" | "55P03") => Self::Busy,
            Some("11" | "26") => Self::Corrupt(error.to_string()),
            Some(_) | None => match error {
                DbErr::ConnectionAcquire(_) => Self::Busy,
                DbErr::RecordNotFound(_) => Self::NotFound,
                DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => {
                    Self::Corrupt(error.to_string())
                }
                other => Self::Database(other.to_string()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_told_by_the_systems_code_however_deep_it_stands() {
        for (errno, expected) in
            [(28, Some(Disk::Full)), (122, Some(Disk::Full)), (30, Some(Disk::ReadOnly)), (2, None)]
        {
            let plain = io::Error::from_raw_os_error(errno);
            assert_eq!(Disk::of(&plain), expected, "{errno}");
            let wrapped = object_store::Error::Generic {
                store: "local",
                source: Box::new(io::Error::from_raw_os_error(errno)),
            };
            assert_eq!(Disk::of(&wrapped), expected, "{errno} in the object store");
        }
    }
}
