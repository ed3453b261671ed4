//! Typed client of the API with the local cryptography.
