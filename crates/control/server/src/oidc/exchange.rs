//! Out to the provider and back: authorisation code with PKCE, state and nonce.

use std::collections::HashMap;

use cloister_app::people::sso::{Arrival, Departing};
use cloister_model::Email;
use cloister_store::people::sso::{Departure, ProviderRow};
use openidconnect::{
    AdditionalClaims, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, Client, ClientId,
    ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken,
    IdTokenClaims, IdTokenFields, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Providers, lent, metadata::Metadata, refused, unavailable};
use crate::problem::Failure;

/// Signatures by public keys; never `none`, never a shared secret.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Claims beyond the standard ones: groups under whatever name, the session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct More(HashMap<String, Value>);

impl AdditionalClaims for More {}

type Fields = IdTokenFields<
    More,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Claims = IdTokenClaims<More, CoreGenderClaim>;
type Token = IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type OidcClient = Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the browser brought back.
#[derive(Debug, Deserialize)]
pub(crate) struct Callback {
    /// The code.
    code: Option<String>,
    /// What left with the browser.
    #[serde(default)]
    pub(crate) state: String,
    /// RFC 9207.
    iss: Option<String>,
    /// The provider refused.
    error: Option<String>,
}

/// A provider, its secret, and where it sends browsers back to.
pub(crate) struct Route<'a> {
    /// The provider.
    pub(crate) provider: &'a ProviderRow,
    /// Our secret there.
    pub(crate) secret: Option<String>,
    /// The redirect URL registered there.
    pub(crate) redirect: String,
}

impl Route<'_> {
    fn client(&self, metadata: &Metadata) -> Result<OidcClient, Failure> {
        let failed = unavailable("this server's own address is no URL");
        let redirect = RedirectUrl::new(self.redirect.clone()).map_err(|e| failed(e.into()))?;
        let id = ClientId::new(self.provider.client.clone());
        let secret = self.secret.clone().map(ClientSecret::new);
        Ok(Client::from_provider_metadata(metadata.clone(), id, secret).set_redirect_uri(redirect))
    }
}

/// Which check refused an ID token.
fn check_of(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "expired",
        ClaimsVerificationError::InvalidAudience(_) => "audience",
        ClaimsVerificationError::InvalidIssuer(_) => "issuer",
        ClaimsVerificationError::InvalidNonce(_) => "nonce",
        ClaimsVerificationError::InvalidSubject(_) => "subject",
        ClaimsVerificationError::SignatureVerification(_) => "signature",
        _other => "id_token",
    }
}

/// Whether other keys than the ones we have could have made the signature.
fn may_be_rotated(error: &ClaimsVerificationError) -> bool {
    matches!(
        error,
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_)
        )
    )
}

/// The groups of a claim; `None` where it is absent or the provider says that it lists them elsewhere.
fn groups(more: &HashMap<String, Value>, claim: &str) -> Option<Vec<String>> {
    match more.get(claim)? {
        Value::Array(list) => Some(list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()),
        Value::String(one) => Some(vec![one.clone()]),
        _other => None,
    }
}

/// Entra's word for a verified address: its domain's owner has been verified.
fn owned_domain(more: &HashMap<String, Value>) -> bool {
    more.get("xms_edov").is_some_and(|said| *said == Value::Bool(true) || *said == 1 || *said == "1")
}

fn arrival(claims: &Claims, provider: &ProviderRow) -> Arrival {
    let more = &claims.additional_claims().0;
    Arrival {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        email: claims.email().and_then(|email| email.to_lowercase().parse::<Email>().ok()),
        email_verified: claims.email_verified().unwrap_or(false) || owned_domain(more),
        groups: groups(more, &provider.groups_claim),
        session: more.get("sid").and_then(Value::as_str).map(str::to_owned),
    }
}

impl Providers {
    /// Where the browser goes.
    pub(crate) async fn away(&self, route: &Route<'_>, with: &Departing) -> Result<String, Failure> {
        let metadata = self.metadata(route.provider).await?;
        let client = route.client(&metadata)?;
        let verifier = PkceCodeVerifier::new(with.verifier.clone());
        let (state, nonce) = (with.state.clone(), with.nonce.clone());
        let (url, _, _) = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".into()))
            .add_scope(Scope::new("profile".into()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.to_string())
    }

    /// Who came back, verified.
    pub(crate) async fn back(
        &self,
        route: &Route<'_>,
        departure: &Departure,
        callback: Callback,
    ) -> Result<Arrival, Failure> {
        let metadata = self.metadata(route.provider).await?;
        let promised = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        if callback.iss.as_ref().map_or(promised, |iss| *iss != route.provider.issuer) {
            return Err(refused("iss", "the answer is not from the provider that was asked"));
        }
        if let Some(error) = callback.error {
            let word: String = error.chars().filter(char::is_ascii_graphic).take(60).collect();
            return Err(refused("provider", format!("the provider refused the sign-in: `{word}`")));
        }
        let code = callback.code.ok_or_else(|| Failure::new(400, "invalid", "the answer has no code"))?;
        let client = route.client(&metadata)?;
        let failed = unavailable("the identity provider did not exchange the code");
        let http = |request| lent::carry(self.lent(route.provider).clone(), request);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|e| failed(e.into()))?
            .set_pkce_verifier(PkceCodeVerifier::new(departure.verifier.clone()))
            .request_async(&http)
            .await
            .map_err(|e| failed(e.to_string().into()))?;
        let token = tokens.id_token().ok_or_else(|| refused("id_token", "the provider gave no ID token"))?;
        let claims = self.verified(route, &metadata, token, &departure.nonce).await?;
        Ok(arrival(&claims, route.provider))
    }

    /// The claims of an ID token; a signature by an unknown key is tried once more with the provider's present keys.
    async fn verified(
        &self,
        route: &Route<'_>,
        metadata: &Metadata,
        token: &Token,
        nonce: &str,
    ) -> Result<Claims, Failure> {
        let nonce = Nonce::new(nonce.to_owned());
        let look = |metadata: &Metadata| -> Result<Result<Claims, ClaimsVerificationError>, Failure> {
            let client = route.client(metadata)?;
            let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
            Ok(token.claims(&verifier, &nonce).cloned())
        };
        let mut found = look(metadata)?;
        if found.as_ref().is_err_and(may_be_rotated) {
            found = look(&*self.renewed(route.provider).await?)?;
        }
        found.map_err(|error| {
            tracing::warn!(%error, "an ID token was refused");
            refused(check_of(&error), "the provider's ID token does not hold; begin again")
        })
    }
}
