//! Identity providers from the operator's TOML, in a file or in the environment, installed at each start.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use cloister_app::{App, people::sso::ProviderSpec};
use cloister_model::{OrgName, Role};
use serde::Deserialize;
use uuid::Uuid;

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provider: Vec<Provider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    organisation: OrgName,
    name: String,
    issuer: String,
    client_id: String,
    /// A file that holds the client's secret, so that this file need not.
    client_secret_file: Option<PathBuf>,
    client_secret: Option<String>,
    domains: BTreeSet<String>,
    #[serde(default = "groups")]
    groups_claim: String,
    #[serde(default)]
    roles: BTreeMap<String, Role>,
}

fn groups() -> String {
    "groups".into()
}

impl Provider {
    fn secret(&self, beside: &Path) -> Result<Option<String>, Failed> {
        match (&self.client_secret, &self.client_secret_file) {
            (Some(_), Some(_)) => Err("give `client_secret` or `client_secret_file`, not both".into()),
            (Some(text), None) => Ok(Some(text.clone())),
            (None, Some(file)) => {
                let path = beside.join(file);
                let text =
                    std::fs::read_to_string(&path).map_err(|e| format!("`{}`: {e}", path.display()))?;
                Ok(Some(text.trim().to_owned()))
            }
            (None, None) => Ok(None),
        }
    }
}

/// What is wrong with a text, without the text: it may hold secrets.
fn read(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1));
        format!("line {line}: {}", error.message())
    })
}

/// Adds what is in the file, and changes what was in it before; gives the ids.
pub(crate) async fn install(app: &App, path: &Path) -> Result<Vec<Uuid>, Failed> {
    let named = |e: &dyn std::fmt::Display| format!("`{}`: {e}", path.display());
    let text = std::fs::read_to_string(path).map_err(|e| named(&e))?;
    let file = read(&text).map_err(|e| named(&e))?;
    install_all(app, file, path.parent().unwrap_or(Path::new("."))).await
}

/// The same of a text in the environment; files that it names are beside the data.
pub(crate) async fn install_text(app: &App, text: &str, beside: &Path) -> Result<Vec<Uuid>, Failed> {
    install_all(app, read(text)?, beside).await
}

async fn install_all(app: &App, file: File, beside: &Path) -> Result<Vec<Uuid>, Failed> {
    let mut named = Vec::new();
    for provider in file.provider {
        let secret = provider.secret(beside)?;
        let spec = ProviderSpec {
            name: provider.name,
            issuer: provider.issuer,
            client: provider.client_id,
            secret,
            domains: provider.domains,
            groups_claim: provider.groups_claim,
            rules: provider.roles,
        };
        let issuer = spec.issuer.clone();
        let done = app.install_provider(&provider.organisation, spec).await;
        named.push(done.map_err(|e| format!("`{issuer}`: {e}"))?.id);
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_providers_and_nothing_it_does_not_know() {
        let good = r#"
            [[provider]]
            organisation = "North Hospital"
            name = "North"
            issuer = "https://login.example"
            client_id = "cloister"
            domains = ["north.example"]
            roles = { makers = "workspace_admin" }
        "#;
        let file: File = toml::from_str(good).unwrap();
        assert_eq!(file.provider[0].roles["makers"], Role::WorkspaceAdmin);
        assert_eq!(file.provider[0].groups_claim, "groups");
        assert!(toml::from_str::<File>(&good.replace("name =", "nickname =")).is_err());
        assert!(toml::from_str::<File>(&good.replace("workspace_admin", "king")).is_err());
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line_and_without_a_secret() {
        let text = "[[provider]]\nclient_secret = \"very secret\" oops\n";
        let said = read(text).err().unwrap();
        assert!(said.starts_with("line 2: ") && !said.contains("very secret"), "{said}");
    }
}
