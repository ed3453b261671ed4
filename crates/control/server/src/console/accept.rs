//! What a browser takes: which compression, and whether it wants a page at all.

use axum::http::{HeaderMap, HeaderName, header};

/// A compression the files were made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

fn weighed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = (&'a str, f32)> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let word = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
        (word, weight.unwrap_or(0.0))
    })
}

impl Coding {
    /// The smallest form the browser takes; `q=0` takes it not.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let takes = |wanted: &str| {
            weighed(headers, &header::ACCEPT_ENCODING)
                .any(|(word, weight)| word.eq_ignore_ascii_case(wanted) && weight > 0.0)
        };
        if takes("br") {
            Self::Brotli
        } else if takes("gzip") {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// What the file's name ends in, and what the header says.
    pub(super) fn words(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Brotli => Some(("br", "br")),
            Self::Gzip => Some(("gz", "gzip")),
            Self::Identity => None,
        }
    }
}

/// Whether a page is wanted: a browser that goes somewhere names it, a script that asks for data does not.
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    weighed(headers, &header::ACCEPT)
        .any(|(word, weight)| word.eq_ignore_ascii_case("text/html") && weight > 0.0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn the_smallest_form_that_is_taken_is_sent() {
        for (said, coding) in [
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("gzip, br;q=0", Coding::Gzip),
            ("GZIP", Coding::Gzip),
            ("br;q=0.1", Coding::Brotli),
            ("gzip;q=none", Coding::Identity),
            ("identity", Coding::Identity),
            ("", Coding::Identity),
        ] {
            assert_eq!(Coding::of(&with(header::ACCEPT_ENCODING, said)), coding, "{said}");
        }
        assert_eq!(Coding::of(&HeaderMap::new()), Coding::Identity);
    }

    #[test]
    fn only_who_names_html_gets_a_page() {
        assert!(wants_html(&with(header::ACCEPT, "text/html,application/xml;q=0.9,*/*;q=0.8")));
        assert!(!wants_html(&with(header::ACCEPT, "*/*")));
        assert!(!wants_html(&with(header::ACCEPT, "application/json, text/html;q=0")));
        assert!(!wants_html(&HeaderMap::new()));
    }
}
