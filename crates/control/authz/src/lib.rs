//! Cedar policies, permissions as values and the permission matrix.
