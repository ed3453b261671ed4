//! Real processes, fake clock, seeded randomness and builders for tests.
