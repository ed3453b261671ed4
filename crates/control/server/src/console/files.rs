//! The files of `web/dist/app`, with their compressed forms. A release has them inside; what is built for tests and the
//! demo reads them where `npm run build` put them, so that another console needs no other binary.

use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::accept::Coding;

#[derive(RustEmbed)]
#[folder = "../../../web/dist"]
struct Embedded;

/// A file as it is sent.
pub(super) struct File {
    pub(super) bytes: Bytes,
    /// Strong, of these very bytes.
    pub(super) tag: String,
    pub(super) kind: &'static str,
    /// Compressed how.
    pub(super) coding: Option<&'static str>,
    /// Whether its name holds its hash.
    pub(super) hashed: bool,
}

/// Kinds of files the console has; what has another is not served.
fn kind(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

fn of(name: &str) -> Option<EmbeddedFile> {
    Embedded::get(&format!("app/{name}"))
}

/// The file of that name, in the form the browser takes where there is one.
pub(super) fn find(name: &str, coding: Coding) -> Option<File> {
    let kind = kind(name)?;
    let packed =
        coding.words().and_then(|(ending, word)| Some((of(&format!("{name}.{ending}"))?, Some(word))));
    let (file, coding) = match packed {
        Some(packed) => packed,
        None => (of(name)?, None),
    };
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let bytes = match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Some(File { bytes, tag, kind, coding, hashed: name.starts_with("assets/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_consoles_kinds_is_served() {
        for name in
            [".gitignore", ".vite/manifest.json", "index.html.br", "../Cargo.toml", "assets/x.map", ""]
        {
            assert!(find(name, Coding::Identity).is_none(), "{name}");
        }
    }

    #[test]
    fn every_text_of_a_console_that_is_there_is_compressed_and_smaller() {
        for path in Embedded::iter().filter(|path| path.starts_with("app/assets/")) {
            let Some(name) = path.strip_prefix("app/").filter(|name| kind(name).is_some()) else { continue };
            let whole = find(name, Coding::Identity).unwrap();
            let packed = find(name, Coding::Brotli).unwrap();
            assert!(whole.hashed && packed.tag != whole.tag, "{name}");
            if whole.bytes.len() > 1000 && whole.kind.starts_with("text/") {
                assert_eq!(packed.coding, Some("br"), "{name}");
                assert!(packed.bytes.len() < whole.bytes.len(), "{name}");
            }
        }
    }
}
