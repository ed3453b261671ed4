mod bundles;
mod charters;
mod runs;
