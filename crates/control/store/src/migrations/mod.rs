//! Migrations, forward only, each in a transaction. One file an aggregate; append to the list, never change a line.

mod m0001_people;
mod m0002_log;
mod m0003_work;
mod m0005_workers;
mod m0009_idempotency;
mod m0010_sign_in;
mod m0011_notices;
mod m0012_webhooks;
mod m0013_scim;
mod m0014_passkeys;
mod m0018_key_backups;
mod m0019_ingest;
mod m0020_job_specs;
mod m0021_governing;

use sea_orm_migration::prelude::*;

pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::People),
            Box::new(m0002_log::Log),
            Box::new(m0003_work::Work),
            Box::new(m0005_workers::Workers),
            Box::new(m0009_idempotency::Idempotency),
            Box::new(m0010_sign_in::SignIn),
            Box::new(m0011_notices::Notices),
            Box::new(m0012_webhooks::Webhooks),
            Box::new(m0013_scim::Scim),
            Box::new(m0014_passkeys::Passkeys),
            Box::new(m0018_key_backups::KeyBackups),
            Box::new(m0019_ingest::Ingest),
            Box::new(m0020_job_specs::JobSpecs),
            Box::new(m0021_governing::Governing),
        ]
    }
}

/// A migration that is a list of statements both databases understand.
macro_rules! migration {
    ($name:ident, $text:literal, [$($sql:expr),+ $(,)?]) => {
        pub(crate) struct $name;

        impl sea_orm_migration::MigrationName for $name {
            fn name(&self) -> &str {
                $text
            }
        }

        #[async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for $name {
            async fn up(&self, manager: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm::DbErr> {
                use sea_orm::ConnectionTrait as _;
                let connection = manager.get_connection();
                $(connection.execute_unprepared($sql).await?;)+
                Ok(())
            }

            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }
        }
    };
}
pub(crate) use migration;

#[cfg(test)]
mod tests;
