//! Rows, migrations, job queue, audit outbox and objects.
