//! The engine from outside: truth, bypasses, leaks, files.
mod bypass;
mod files;
mod truth;
mod world;
