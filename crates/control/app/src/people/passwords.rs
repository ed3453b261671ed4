//! Passwords: argon2id, in PHC form. The cost is a parameter, so that tests can take the least.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use subtle::ConstantTimeEq;

use crate::AppError;

/// What hashing a password costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes.
    pub passes: u32,
}

impl PasswordCost {
    /// What the binaries use: 64 MiB, 3 passes.
    pub const PRODUCTION: Self = Self { memory: 65_536, passes: 3 };
    /// The least that argon2 allows, for tests.
    pub const MINIMUM: Self = Self { memory: 8, passes: 1 };

    fn argon(self) -> Result<Argon2<'static>, AppError> {
        let params = Params::new(self.memory, self.passes, 1, Some(32)).map_err(AppError::internal)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// Fewest characters.
pub const SHORTEST: usize = 12;
/// Most bytes, so that nobody makes us hash a book.
const LONGEST: usize = 1024;

/// Refuses what is too short or too long.
pub fn check(password: &str) -> Result<(), AppError> {
    if password.chars().count() < SHORTEST {
        return Err(AppError::Unprocessable(format!("a password has at least {SHORTEST} characters")));
    }
    if password.len() > LONGEST {
        return Err(AppError::Unprocessable(format!("a password has at most {LONGEST} bytes")));
    }
    Ok(())
}

fn raw(cost: PasswordCost, password: &str, salt: &[u8]) -> Result<[u8; 32], AppError> {
    let mut out = [0; 32];
    cost.argon()?.hash_password_into(password.as_bytes(), salt, &mut out).map_err(AppError::internal)?;
    Ok(out)
}

/// Hashes; slow on purpose, so off the reactor.
pub async fn hash(cost: PasswordCost, password: String, salt: [u8; 16]) -> Result<String, AppError> {
    let work = move || {
        let hash = raw(cost, &password, &salt)?;
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        Ok(format!("$argon2id$v=19$m={},t={},p=1${salt}${hash}", cost.memory, cost.passes))
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
}

struct Stored {
    cost: PasswordCost,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

fn parse(text: &str) -> Option<Stored> {
    let mut parts = text.strip_prefix("$argon2id$v=19$")?.split('$');
    let (params, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut params = params.split(',');
    let memory = params.next()?.strip_prefix("m=")?.parse().ok()?;
    let passes = params.next()?.strip_prefix("t=")?.parse().ok()?;
    Some(Stored {
        cost: PasswordCost { memory, passes },
        salt: STANDARD_NO_PAD.decode(salt).ok()?,
        hash: STANDARD_NO_PAD.decode(hash).ok()?,
    })
}

/// Whether the password is the stored one. Without a stored one the same work is done, so that time tells nothing.
pub async fn verify(cost: PasswordCost, password: String, stored: Option<String>) -> Result<bool, AppError> {
    let work = move || {
        let Some(stored) = stored.as_deref().and_then(parse) else {
            raw(cost, &password, &[0; 16])?;
            return Ok(false);
        };
        let hash = raw(stored.cost, &password, &stored.salt)?;
        Ok(bool::from(hash.as_slice().ct_eq(&stored.hash)))
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_verifies_its_password_only_and_names_its_cost() {
        let hash = hash(PasswordCost::MINIMUM, "correct horse".into(), [7; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        for (password, stored, right) in [
            ("correct horse", Some(hash.clone()), true),
            ("correct horsf", Some(hash.clone()), false),
            ("correct horse", Some("$argon2id$v=19$m=8".into()), false),
            ("correct horse", None, false),
        ] {
            assert_eq!(verify(PasswordCost::MINIMUM, password.into(), stored).await.unwrap(), right);
        }
    }

    #[test]
    fn production_costs_what_owasp_asks_and_more() {
        const { assert!(PasswordCost::PRODUCTION.memory >= 47_104 && PasswordCost::PRODUCTION.passes >= 1) };
    }

    #[test]
    fn short_passwords_are_refused() {
        assert!(check("elevenchars").is_err());
        assert!(check("twelve chars").is_ok());
    }
}
