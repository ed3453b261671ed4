//! Pages: `?cursor=&limit=`. Cursors are signed, and good for the list that gave them only.

use aws_lc_rs::hmac;
use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cloister_api::Page;
use cloister_app::work::Paging;
use serde::Deserialize;

use crate::{Shared, body::Asked, problem::Failure};

/// The most items of a page.
const MOST: u64 = 200;
const USUAL: u64 = 50;
/// Bytes of a cursor's signature.
const SIGNATURE: usize = 32;

/// Where a list goes on, and how much of it.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next` of the page before.
    #[serde(default)]
    #[param(max_length = 1024)]
    cursor: String,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
}

/// A page as asked for, its cursor opened.
pub(crate) struct Paged {
    /// Where the page before ended; empty for the first.
    pub(crate) after: String,
    limit: u64,
    list: String,
    key: hmac::Key,
}

/// What makes the list what it is: path and filters.
fn list_of(uri: &Uri) -> String {
    let filters = uri.query().unwrap_or_default().split('&');
    let mut filters: Vec<&str> =
        filters.filter(|part| !part.starts_with("cursor=") && !part.starts_with("limit=")).collect();
    filters.sort_unstable();
    format!("{}?{}", uri.path(), filters.join("&"))
}

/// The list has a length of its own in what is signed, so that no two pairs are signed alike.
fn signed(list: &str, after: &str) -> Vec<u8> {
    [&(list.len() as u64).to_be_bytes()[..], list.as_bytes(), after.as_bytes()].concat()
}

fn open(key: &hmac::Key, list: &str, cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (signature, after) = bytes.split_at_checked(SIGNATURE)?;
    let after = std::str::from_utf8(after).ok()?;
    hmac::verify(key, &signed(list, after), signature).ok()?;
    Some(after.to_owned())
}

fn close(key: &hmac::Key, list: &str, after: &str) -> String {
    let signature = hmac::sign(key, &signed(list, after));
    URL_SAFE_NO_PAD.encode([signature.as_ref(), after.as_bytes()].concat())
}

impl FromRequestParts<Shared> for Paged {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        let Asked(query) = Asked::<PageQuery>::from_request_parts(parts, shared).await?;
        Self::of(&parts.uri, shared, &query.cursor, query.limit)
    }
}

impl Paged {
    /// Of a list with filters of its own.
    pub(crate) fn of(uri: &Uri, shared: &Shared, cursor: &str, limit: Option<u64>) -> Result<Self, Failure> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Failure::new(400, "invalid", format!("`limit` is 1 to {MOST}")));
        }
        let (list, key) = (list_of(uri), shared.cursor_key.clone());
        let after = if cursor.is_empty() {
            String::new()
        } else {
            let text = "`cursor` is not one that this list gave; begin without it";
            open(&key, &list, cursor).ok_or_else(|| Failure::new(400, "invalid", text))?
        };
        Ok(Self { after, limit, list, key })
    }

    /// One more than is shown tells whether there is more.
    pub(crate) fn ask(&self) -> u64 {
        self.limit + 1
    }

    /// What use cases take.
    pub(crate) fn paging(&self) -> Paging {
        Paging { after: self.after.clone(), limit: self.ask() }
    }

    /// A page of what was found with one more than is shown.
    pub(crate) fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> String,
        show: impl Fn(R) -> T,
    ) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| close(&self.key, &self.list, &key(row)));
        Page { items: rows.into_iter().map(show).collect(), next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_list_and_unchanged_only() {
        let list = |text: &str| list_of(&text.parse().unwrap());
        let here = list("/jobs?limit=2&state=draft");
        assert_eq!(here, list("/jobs?state=draft&cursor=x"), "position and size are not part of the list");
        let key = |byte: u8| hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32]);
        let cursor = close(&key(1), &here, "abc");
        assert_eq!(open(&key(1), &here, &cursor).as_deref(), Some("abc"));
        assert_eq!(open(&key(1), &list("/jobs?state=accepted"), &cursor), None);
        assert_eq!(open(&key(2), &here, &cursor), None);
        let mut bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        bytes[SIGNATURE] ^= 1;
        assert_eq!(open(&key(1), &here, &URL_SAFE_NO_PAD.encode(&bytes)), None);
        assert_eq!(open(&key(1), &here, "AAAA"), None);
    }
}
