//! No-code templates: queries that a workspace offers to whoever writes a job.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A template that the console writes a query from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// How many rows there are, and the average of each number.
    Overview,
    /// A count and an average for each value of a column.
    Group,
    /// Two tables joined, counted by a group of the first.
    Join,
    /// How many values of a column both tables have.
    Overlap,
    /// The values of a column with the most rows.
    Top,
    /// How many rows fall into each stretch of a number.
    Histogram,
    /// How many rows each month has.
    Series,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Overview, Self::Group, Self::Join, Self::Overlap, Self::Top, Self::Histogram, Self::Series];
}

/// The templates that a workspace offers; nobody's promise, and not signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Templates(pub BTreeSet<Template>);

impl Default for Templates {
    /// All of them, until somebody chooses.
    fn default() -> Self {
        Self(Template::ALL.into())
    }
}
