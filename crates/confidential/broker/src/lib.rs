//! Key broker: challenge, appraisal, checks, wrapped key.
