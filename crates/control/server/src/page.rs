//! Pages: `?cursor=&limit=`.

use cloister_api::Page;
use cloister_app::work::Paging;
use serde::Deserialize;

/// Where a list goes on, and how much of it.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// `next` of the page before.
    #[serde(default)]
    pub(crate) cursor: String,
    /// 1 to 200; 50 when absent.
    pub(crate) limit: Option<u64>,
}

impl PageQuery {
    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(50).clamp(1, 200)
    }

    /// What use cases take: one more than shown tells whether there is more.
    pub(crate) fn paging(&self) -> Paging {
        Paging { after: self.cursor.clone(), limit: self.limit() + 1 }
    }

    /// A page of what was found with `limit + 1`.
    pub(crate) fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> String,
        show: impl Fn(R) -> T,
    ) -> Page<T> {
        let limit = usize::try_from(self.limit()).unwrap_or(200);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(&key) } else { None };
        Page { items: rows.into_iter().map(show).collect(), next }
    }
}
