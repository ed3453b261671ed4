//! Nothing but a name for the tests in `main.rs`, which run the built programs from outside.
