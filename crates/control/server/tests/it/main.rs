//! The real router over a real database; the broker is scripted.

mod house;
mod people;
mod walk;
