//! Logout tokens (`OpenID` Connect Back-Channel Logout 1.0): what `openidconnect` does not verify.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cloister_model::Timestamp;
use cloister_store::people::sso::ProviderRow;
use openidconnect::{JsonWebKey as _, core::CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::Value;

use super::{Providers, exchange::ALGORITHMS, metadata::Metadata, refused};
use crate::problem::Failure;

/// The event that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Clocks differ by so many seconds.
const SKEW: i64 = 60;
/// A token that says nothing of its end is good for two minutes, as the standard recommends.
const LIFE: i64 = 120;

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Value,
    iat: i64,
    exp: Option<i64>,
    jti: String,
    sub: Option<String>,
    sid: Option<String>,
    events: serde_json::Map<String, Value>,
    nonce: Option<Value>,
}

/// What a logout token ends.
pub(crate) struct Logout {
    /// Its id.
    pub(crate) token: String,
    /// Until when it could be used again.
    pub(crate) expires: Timestamp,
    /// The provider's session.
    pub(crate) session: Option<String>,
    /// The provider's subject.
    pub(crate) subject: Option<String>,
}

struct Parts<'a> {
    header: Header,
    claims: Claims,
    signed: &'a [u8],
    signature: Vec<u8>,
}

fn part<T: for<'a> Deserialize<'a>>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

fn split(token: &str) -> Option<Parts<'_>> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    Some(Parts {
        header: part(header)?,
        claims: part(claims)?,
        signed: signed.as_bytes(),
        signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
    })
}

fn signed_by(metadata: &Metadata, parts: &Parts<'_>) -> bool {
    let wanted = parts.header.kid.as_deref();
    let named = |id: Option<&str>| wanted.is_none() || id == wanted;
    ALGORITHMS.contains(&parts.header.alg)
        && metadata
            .jwks()
            .keys()
            .iter()
            .filter(|key| named(key.key_id().map(|id| id.as_str())))
            .any(|key| key.verify_signature(&parts.header.alg, parts.signed, &parts.signature).is_ok())
}

fn check(claims: &Claims, provider: &ProviderRow, now: i64) -> Result<(), &'static str> {
    let ours = match &claims.aud {
        Value::String(one) => *one == provider.client,
        Value::Array(list) => list.iter().any(|one| one.as_str() == Some(&provider.client)),
        _other => false,
    };
    if claims.iss != provider.issuer {
        Err("issuer")
    } else if !ours {
        Err("audience")
    } else if claims.exp.unwrap_or(claims.iat + LIFE) + SKEW < now || claims.iat - SKEW > now {
        Err("expired")
    } else if !claims.events.contains_key(EVENT) || claims.nonce.is_some() {
        Err("events")
    } else if claims.sub.is_none() && claims.sid.is_none() {
        Err("subject")
    } else {
        Ok(())
    }
}

impl Providers {
    /// What a logout token ends, verified.
    pub(crate) async fn logout(
        &self,
        provider: &ProviderRow,
        token: &str,
        now: Timestamp,
    ) -> Result<Logout, Failure> {
        let parts = split(token).ok_or_else(|| Failure::new(400, "invalid", "this is no logout token"))?;
        let mut good = signed_by(&*self.metadata(provider).await?, &parts);
        if !good {
            good = signed_by(&*self.renewed(provider).await?, &parts);
        }
        if !good {
            return Err(refused("signature", "no key of the provider signed this"));
        }
        let claims = parts.claims;
        let seconds = now.micros().div_euclid(1_000_000);
        check(&claims, provider, seconds).map_err(|name| refused(name, "this logout token does not hold"))?;
        let expires = claims.exp.unwrap_or(claims.iat + LIFE).clamp(0, seconds + 3600);
        Ok(Logout {
            token: claims.jti,
            expires: Timestamp::from_micros(expires * 1_000_000),
            session: claims.sid,
            subject: claims.sub,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use cloister_model::OrgId;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_claim_of_a_logout_token_is_checked_by_name() {
        let provider = ProviderRow {
            id: Uuid::nil(),
            org: OrgId(Uuid::nil()),
            name: "p".into(),
            issuer: "https://p.example".into(),
            client: "us".into(),
            secret: None,
            domains: BTreeSet::new(),
            groups_claim: "groups".into(),
            rules: BTreeMap::new(),
            source: "api".into(),
            created: Timestamp::from_micros(0),
        };
        let good = json!({ "iss": "https://p.example", "aud": ["us"], "iat": 1000, "exp": 1100, "jti": "a",
            "sub": "ana", "events": { EVENT: {} } });
        let said = |name: &str, value: Value, now: i64| {
            let mut claims = good.clone();
            claims[name] = value;
            check(&serde_json::from_value(claims).unwrap(), &provider, now)
        };
        assert_eq!(said("sid", json!("s"), 1000), Ok(()));
        assert_eq!(said("iss", json!("https://q.example"), 1000), Err("issuer"));
        assert_eq!(said("aud", json!("them"), 1000), Err("audience"));
        assert_eq!(said("sid", json!("s"), 1161), Err("expired"));
        assert_eq!(said("iat", json!(2000), 1000), Err("expired"));
        assert_eq!(said("nonce", json!("n"), 1000), Err("events"), "an ID token is no logout token");
        assert_eq!(said("events", json!({}), 1000), Err("events"));
        assert_eq!(said("sub", json!(null), 1000), Err("subject"));
    }
}
