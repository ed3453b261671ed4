//! Webhooks over HTTPS: to public addresses only, whatever a name resolves to, and never along a redirect.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use async_trait::async_trait;
use cloister_app::webhooks::{Courier, CourierError, Post};
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest URL.
const LONGEST: usize = 2000;

/// Carries webhooks.
pub struct HttpCourier {
    http: reqwest::Client,
    private: bool,
}

/// Names resolve to public addresses, or to none.
struct Public {
    private: bool,
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    // This network, the future and broadcast; carriers' own; protocol assignments; benchmarks.
    let reserved =
        matches!((a, b, c), (0 | 240..=255, _, _) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _));
    !(reserved
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Addresses that carry one of the fourth version: mapped, compatible, NAT64, 6to4.
    let segments = address.segments();
    let [.., a, b, c, d] = address.octets();
    let tail = Ipv4Addr::new(a, b, c, d);
    match segments {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_public_v4(tail),
        [0, 0, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 1, ..] | [0x100, 0, 0, 0, ..] => false,
        [0x2002, high, low, ..] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Teredo, ORCHID and documentation; unique local; link local and site local; multicast.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => !matches!(first, 0xfc00..=0xfdff | 0xfe80..=0xffff),
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> =
                found.filter(|address| private || is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(format!("`{}` has no public address", name.as_str()).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

impl HttpCourier {
    /// With `private`, this host and private networks are reached too, and plain HTTP is taken: for trying things out.
    pub fn new(private: bool) -> Result<Self, reqwest::Error> {
        // The composition root has done it already, but for tests of a part.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .dns_resolver(std::sync::Arc::new(Public { private }))
            .timeout(PATIENCE)
            .user_agent(concat!("cloister/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, private })
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
        if scheme != "https" && !(self.private && scheme == "http") {
            return Err("a webhook's URL begins with `https://`".into());
        }
        // A literal address never meets the resolver.
        let literal: Option<IpAddr> = match parsed.host_str() {
            None => return Err("the URL names no host".into()),
            Some(host) => host.trim_start_matches('[').trim_end_matches(']').parse().ok(),
        };
        match literal {
            Some(address) if !self.private && !is_public(address) => {
                Err(format!("`{address}` is a private address"))
            }
            Some(_) | None => Ok(()),
        }
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
    fn private_addresses_are_told_from_public_ones() {
        for (address, public) in [
            ("8.8.8.8", true),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("100.100.0.1", false),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("192.0.2.7", false),
            ("224.0.0.1", false),
            ("2606:4700::1111", true),
            ("::1", false),
            ("::", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:8.8.8.8", true),
            ("64:ff9b::a00:1", false),
            ("64:ff9b::808:808", true),
            ("2002:a00:1::", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("2001:0:1::", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

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
