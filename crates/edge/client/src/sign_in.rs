//! How the people of the caller's organisation sign in, and which provider pushes them.

use cloister_api::sign_in::{
    LocalSignIn, LocalSignInRequest, NewScimToken, Provider, ProviderRequest, ScimToken, ScimTokenRequest,
    SignInSettings,
};
use reqwest::Method;
use uuid::Uuid;

use crate::{Client, ClientError};

impl Client {
    /// The providers, and who may sign in with a password.
    pub async fn sign_in_settings(&self) -> Result<SignInSettings, ClientError> {
        self.api.get("/sign-in").await
    }

    /// The provider of this id, name or issuer; without one, the only provider.
    pub async fn find_provider(&self, named: Option<&str>) -> Result<Provider, ClientError> {
        let mut all = self.sign_in_settings().await?.providers;
        if let Some(named) = named {
            all.retain(|one| one.id.to_string() == named || one.name == named || one.issuer == named);
        }
        let shown = named.unwrap_or("the only one").to_owned();
        match (all.len(), all.pop()) {
            (1, Some(one)) => Ok(one),
            (0, _) | (_, None) => Err(ClientError::Unknown { what: "provider", name: shown }),
            (_, Some(_)) => {
                Err(ClientError::Input("there are several providers: say which, by its id".into()))
            }
        }
    }

    /// Adds the provider of this issuer, or changes it.
    pub async fn set_provider(&self, request: &ProviderRequest) -> Result<Provider, ClientError> {
        self.api.put("/sign-in/providers", request).await
    }

    /// Whether the provider answers as a sign-in needs it.
    pub async fn test_provider(&self, id: Uuid) -> Result<(), ClientError> {
        let path = format!("/sign-in/providers/{id}/tests");
        self.api.tell(Method::POST, &path, None::<&()>).await
    }

    /// Removes a provider; the sessions it began end.
    pub async fn remove_provider(&self, id: Uuid) -> Result<(), ClientError> {
        self.api.delete(&format!("/sign-in/providers/{id}")).await
    }

    /// Says who may sign in with a password.
    pub async fn set_local_sign_in(&self, local: LocalSignIn) -> Result<(), ClientError> {
        self.api.tell(Method::PUT, "/sign-in/local", Some(&LocalSignInRequest { local })).await
    }

    /// Live SCIM tokens.
    pub async fn scim_tokens(&self) -> Result<Vec<ScimToken>, ClientError> {
        self.api.get("/sign-in/scim").await
    }

    /// A new SCIM token for a provider; the one before is good for some hours more.
    pub async fn make_scim_token(
        &self,
        provider: Uuid,
        keep_old_for_hours: u32,
    ) -> Result<NewScimToken, ClientError> {
        let request = ScimTokenRequest { provider, keep_old_for_hours };
        Ok(self.api.post("/sign-in/scim", &request).await?.value)
    }

    /// Ends all SCIM tokens of a provider.
    pub async fn end_scim(&self, provider: Uuid) -> Result<(), ClientError> {
        self.api.delete(&format!("/sign-in/scim/{provider}")).await
    }
}
