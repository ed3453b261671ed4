//! Webhooks over HTTPS: to public addresses only, whatever a name resolves to, and never along a redirect.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use cloister_app::webhooks::{Courier, CourierError, Post};
use reqwest::{Url, redirect::Policy};

use crate::reach::Reach;

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest URL.
const LONGEST: usize = 2000;

/// Carries webhooks.
pub struct HttpCourier {
    http: reqwest::Client,
    reach: Reach,
}

impl HttpCourier {
    /// With `private`, this host and private networks are reached too, and plain HTTP is taken: for trying things out.
    pub fn new(private: bool) -> Result<Self, reqwest::Error> {
        // The composition root has done it already, but for tests of a part.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let reach = if private { Reach::Anywhere } else { Reach::Public };
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(reach))
            .timeout(PATIENCE)
            .user_agent(concat!("cloister/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, reach })
    }
}

#[async_trait]
impl Courier for HttpCourier {
    fn admits(&self, url: &str) -> Result<(), String> {
        let parsed = Url::parse(url).map_err(|e| format!("the URL cannot be read: {e}"))?;
        let scheme = parsed.scheme();
        if url.len() > LONGEST || !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(format!("a URL has at most {LONGEST} bytes, no user and no password"));
        }
        if scheme != "https" && !(self.reach == Reach::Anywhere && scheme == "http") {
            return Err("a webhook's URL begins with `https://`".into());
        }
        self.reach.admits(&parsed)
    }

    async fn post(&self, post: &Post) -> Result<u16, CourierError> {
        self.admits(&post.url).map_err(CourierError)?;
        let mut request = self.http.post(&post.url).header("content-type", "application/json");
        for (name, value) in &post.headers {
            request = request.header(*name, value);
        }
        match request.body(post.body.clone()).send().await {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(error) => {
                let mut why = String::new();
                let mut cause: Option<&dyn std::error::Error> = Some(&error);
                while let Some(error) = cause {
                    // The outermost names the URL, which is known.
                    why = error.to_string();
                    cause = error.source();
                }
                Err(CourierError(format!("no answer: {why}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_https_and_public() {
        let (strict, lax) = (HttpCourier::new(false).unwrap(), HttpCourier::new(true).unwrap());
        for (url, fits, fits_lax) in [
            ("https://hooks.example/cloister", true, true),
            ("http://hooks.example/", false, true),
            ("https://127.0.0.1/", false, true),
            ("https://2130706433/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://[::1]:8443/", false, true),
            ("https://[::ffff:10.0.0.1]/", false, true),
            ("https://user:secret@hooks.example/", false, false),
            ("ftp://hooks.example/", false, false),
            ("hooks.example", false, false),
        ] {
            assert_eq!((strict.admits(url).is_ok(), lax.admits(url).is_ok()), (fits, fits_lax), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_this_host_is_not_reached() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        let headers = [
            ("webhook-id", String::new()),
            ("webhook-timestamp", String::new()),
            ("webhook-signature", String::new()),
        ];
        let refused = HttpCourier::new(false).unwrap().post(&Post { url, headers, body: "{}".into() }).await;
        assert_eq!(refused.unwrap_err().0, "no answer: `localhost` has no public address");
        let reached = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(reached.is_err(), "somebody connected");
    }
}
