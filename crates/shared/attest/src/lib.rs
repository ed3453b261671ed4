//! Evidence to verdict: appraisal of attestation evidence.
