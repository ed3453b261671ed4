//! How an organisation's people sign in.

pub(super) mod end_scim;
pub(super) mod make_scim_token;
pub(super) mod names;
pub(super) mod remove_provider;
pub(super) mod scim_tokens;
pub(super) mod set_local;
pub(super) mod set_provider;
pub(super) mod settings;
pub(super) mod test_provider;

use cloister_api::sign_in::{LocalSignIn, Provider, ScimToken};
use cloister_store::people::{
    scim::ScimTokenRow,
    sso::{LocalSignIn as Local, ProviderRow},
};

use crate::Shared;

fn provider(shared: &Shared, row: ProviderRow) -> Provider {
    Provider {
        redirect_url: format!("{}/auth/oidc/callback", shared.public_url),
        logout_url: format!("{}/auth/oidc/{}/backchannel-logout", shared.public_url, row.id),
        id: row.id,
        name: row.name,
        issuer: row.issuer,
        client_id: row.client,
        has_secret: row.secret.is_some(),
        domains: row.domains,
        groups_claim: row.groups_claim,
        roles: row.rules,
        source: row.source,
        created: row.created,
    }
}

fn local(row: Local) -> LocalSignIn {
    match row {
        Local::All => LocalSignIn::All,
        Local::BreakGlass => LocalSignIn::BreakGlass,
    }
}

fn scim_token(row: ScimTokenRow) -> ScimToken {
    ScimToken {
        id: row.id,
        provider: row.provider,
        prefix: row.prefix,
        created: row.created,
        last_used: row.last_used,
        expires: row.expires,
    }
}
