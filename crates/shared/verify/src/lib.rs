//! Every named check as a pure function.
