//! Leases a run, proves itself, runs it, seals the result, signs the receipt.
