//! Use cases: authorise, load, transition, one transaction, return.
