//! Between worker or server and broker.
