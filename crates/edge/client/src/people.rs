//! From an e-mail address to a verified certificate.

use cloister_api::people::{CertificateInfo, NewInvitation, NewUser, NewUserRequest, SetRolesRequest, User};
use cloister_model::{Digest, Email};
use cloister_statement::{Envelope, predicate::Certificate};
use reqwest::Method;

use crate::{
    Client, ClientError,
    client::{from_api, open_certificate},
};

/// A person by the certificate that names them, under the pinned broker's signature.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The certificate statement's digest: how charters and specs name the person.
    pub digest: Digest,
    /// What it certifies.
    pub certificate: Certificate,
    /// The statement.
    pub envelope: Envelope,
}

impl Person {
    /// The address in the certificate.
    pub fn email(&self) -> &Email {
        &self.certificate.email
    }

    /// The signing key's fingerprint, in groups that can be read aloud.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.certificate.signing_key)
    }
}

/// The first 20 bytes of SHA-256 of a key's text, in groups of four digits.
pub fn fingerprint(key: &Digest) -> String {
    let digest = cloister_statement::binary::sha256(key.as_bytes()).to_string();
    let groups: Vec<&str> = (0..10).filter_map(|at| digest.get(at * 4..at * 4 + 4)).collect();
    groups.join(" ")
}

impl Client {
    /// The key under which certificates count here: the pinned broker's, pinned now if none is.
    pub(crate) async fn broker_key(&self) -> Result<Digest, ClientError> {
        if let Some(broker) = self.profile.pins()?.broker {
            return Ok(broker.signing_key);
        }
        Ok(self.prove_broker().await?.identity.signing_key)
    }

    /// Verifies a certificate the server showed.
    pub async fn verify_certificate(&self, envelope: &cloister_api::Envelope) -> Result<Person, ClientError> {
        open_certificate(&from_api(envelope)?, &self.broker_key().await?)
    }

    /// The certificates the server knows for an address, verified, the live one first.
    pub async fn certificates(&self, email: &Email) -> Result<Vec<(Person, bool)>, ClientError> {
        let request = self.api.request(Method::GET, "/certificates").query(&[("email", email.as_str())]);
        let page: cloister_api::Page<CertificateInfo> = self.api.ask(request).await?.value;
        let mut found = Vec::new();
        for info in page.items {
            let person = self.verify_certificate(&info.certificate).await?;
            if person.email() == email {
                let now = self.now();
                let dated = person.certificate.not_before <= now && now < person.certificate.not_after;
                found.push((person, info.ended.is_none() && dated));
            }
        }
        found.sort_by_key(|(person, live)| (!live, std::cmp::Reverse(person.certificate.not_before)));
        Ok(found)
    }

    /// The live certificate of an address.
    pub async fn find_person(&self, email: &Email) -> Result<Option<Person>, ClientError> {
        let found = match self.certificates(email).await {
            Ok(found) => found,
            Err(ClientError::Problem(problem)) if problem.status == 404 => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(found.into_iter().find(|(_, live)| *live).map(|(person, _)| person))
    }

    /// The live certificates of addresses; refuses naming everyone who has none.
    pub async fn people(&self, emails: &[Email], what: &str) -> Result<Vec<Person>, ClientError> {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for email in emails {
            match self.find_person(email).await? {
                Some(person) => found.push(person),
                None => missing.push(email.to_string()),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        Err(ClientError::refused(
            "membership",
            format!(
                "{what} without a certificate: {}; one is made at the first `cloister login`",
                missing.join(", ")
            ),
        ))
    }
}

impl Client {
    /// The organisation's users.
    pub async fn users(&self) -> Result<Vec<User>, ClientError> {
        self.api.all("/users").await
    }

    /// The organisation's user of this address.
    pub async fn find_user(&self, email: &Email) -> Result<User, ClientError> {
        let found = self.users().await?.into_iter().find(|user| user.email == *email);
        found.ok_or_else(|| ClientError::Unknown { what: "user", name: email.to_string() })
    }

    /// Invites somebody to the organisation; one who is invited gets a fresh link, and the one before is void. Gives the
    /// link that sets the password.
    pub async fn invite(&self, email: Email) -> Result<String, ClientError> {
        let token = match self.find_user(&email).await {
            Ok(user) => {
                let path = format!("/users/{}/invitations", user.id);
                self.api.post::<NewInvitation>(&path, &serde_json::json!({})).await?.value.password_token
            }
            Err(ClientError::Unknown { .. }) => {
                let body = NewUserRequest { email };
                self.api.post::<NewUser>("/users", &body).await?.value.password_token
            }
            Err(error) => return Err(error),
        };
        Ok(format!("{}/password#{token}", self.config()?.server))
    }

    /// Takes an invitation back.
    pub async fn withdraw_invitation(&self, user: &User) -> Result<(), ClientError> {
        self.api.delete(&format!("/users/{}/invitations", user.id)).await
    }

    /// Switches signing in off or on.
    pub async fn switch_user(&self, user: &User, on: bool) -> Result<User, ClientError> {
        let path = format!("/users/{}/{}", user.id, if on { "enable" } else { "disable" });
        Ok(self.api.post::<User>(&path, &serde_json::json!({})).await?.value)
    }

    /// Changes a user's roles.
    pub async fn set_roles(
        &self,
        user: &User,
        workspace_admin: bool,
        auditor: bool,
    ) -> Result<User, ClientError> {
        let request = self.api.request(Method::PUT, &format!("/users/{}/roles", user.id));
        let body = SetRolesRequest { workspace_admin, auditor };
        Ok(self.api.ask(request.json(&body)).await?.value)
    }
}
