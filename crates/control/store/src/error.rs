//! Errors, classified by the database's codes, never by its texts.

use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};

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
    /// The database or the disk does not answer.
    #[error("the database is unavailable: {0}")]
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

    /// Anything of the disk.
    pub fn unavailable(why: impl std::fmt::Display) -> Self {
        Self::Unavailable(why.to_string())
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
        match code(&error).as_deref() {
            Some("5" | "6" | "261" | "517" | "773" | "40001" | "40P01" | "55P03") => Self::Busy,
            Some("11" | "26") => Self::Corrupt(error.to_string()),
            Some(_) | None => match error {
                DbErr::ConnectionAcquire(_) => Self::Busy,
                DbErr::RecordNotFound(_) => Self::NotFound,
                DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => {
                    Self::Corrupt(error.to_string())
                }
                other => Self::Unavailable(other.to_string()),
            },
        }
    }
}
