mod bundles;
mod charters;
mod ingests;
mod runs;
