mod bundles;
mod charters;
mod corpus;
mod ingests;
mod runs;
