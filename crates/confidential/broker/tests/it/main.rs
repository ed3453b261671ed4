//! The broker from outside: exchanges, attacks, restarts, and the real binary killed.

mod binary;
mod exchange;
mod people;
mod restrictions;
mod world;
