//! Every spec a job stood for, so that a reviewer sees what changed since the last accepted one.

use super::migration;

migration!(
    JobSpecs,
    "m0020_job_specs",
    [
        "CREATE TABLE job_specs (
        spec TEXT PRIMARY KEY REFERENCES statements(digest),
        job TEXT NOT NULL REFERENCES jobs(id),
        submitted BIGINT NOT NULL,
        accepted BIGINT NOT NULL CHECK (accepted IN (0, 1)))",
        "CREATE INDEX job_specs_job ON job_specs (job, submitted)",
        // What is still known of before: a job's newest spec, and specs that runs on real rows rested on.
        "INSERT INTO job_specs (spec, job, submitted, accepted)
         SELECT s.digest, j.id, s.stored, CASE WHEN j.state = 'accepted' THEN 1 ELSE 0 END
         FROM jobs j JOIN statements s ON s.digest = j.spec",
        "INSERT INTO job_specs (spec, job, submitted, accepted)
         SELECT s.digest, MIN(r.job), s.stored, 1 FROM runs r JOIN statements s ON s.digest = r.spec
         WHERE r.kind = 'real' AND NOT EXISTS (SELECT 1 FROM job_specs k WHERE k.spec = s.digest)
         GROUP BY s.digest, s.stored",
        "UPDATE job_specs SET accepted = 1
         WHERE EXISTS (SELECT 1 FROM runs r WHERE r.spec = job_specs.spec AND r.kind = 'real')",
        "CREATE INDEX runs_job ON runs (job, place)",
    ]
);
