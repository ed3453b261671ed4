//! Restricting statements: verified, kept as marks, acknowledged. A known statement gets the same acknowledgement again.

use cloister_api::broker::{Acknowledged, Restriction};
use cloister_model::Timestamp;
use cloister_statement::{Envelope, Predicate, Signer, predicate::Acknowledgement, sign};
use cloister_verify::{
    Check, Dossier, Refused,
    acts::{self, Effect},
};

use crate::{
    Broker, BrokerError, Result,
    people::{envelope, envelopes, wire},
    state::Tx,
};

impl From<Refused> for BrokerError {
    fn from(refused: Refused) -> Self {
        Self::refused(refused.check.as_str(), refused.reason)
    }
}

impl Broker {
    /// Takes a restricting statement into account and says so, signed.
    pub fn acknowledge(&self, restriction: &Restriction) -> Result<Acknowledged> {
        self.serving()?;
        let statement = envelope(&restriction.statement)?;
        let supporting = envelopes(&restriction.supporting)?;
        if !acts::is_restricting(&statement) {
            let kind = statement.kind().as_str();
            return Err(BrokerError::Malformed(format!("a {kind} of this content restricts nothing")));
        }
        let acknowledgement = self.state.write(|tx| {
            if let Some(known) = tx.acknowledged(statement.digest())? {
                return Ok(known);
            }
            let now = tx.now()?;
            let dossier = Dossier::read(&supporting, [self.identity.signing_key])?;
            let effect = acts::effect(&statement, &dossier, tx.marks(), now)?;
            self.entitled(&effect, &dossier, &statement)?;
            self.take(tx, &statement, &effect, now)
        })?;
        Ok(Acknowledged { acknowledgement: wire(&acknowledgement)? })
    }

    /// What an effect needs beyond its signer: a charter in force names this broker as it is.
    fn entitled(&self, effect: &Effect, dossier: &Dossier, statement: &Envelope) -> Result<()> {
        match effect {
            Effect::CharterPending { .. } => {
                Err(Refused::new(Check::Charter, "not every member has accepted the charter").into())
            }
            Effect::CharterInForce { charter, .. } => {
                let named = dossier.charters().get(charter).map(|c| c.body().broker.clone());
                let named = match named {
                    Some(named) => Some(named),
                    None if *charter == statement.digest() => statement
                        .open::<cloister_statement::predicate::Charter>()
                        .ok()
                        .map(|c| c.predicate().body.broker.clone()),
                    None => None,
                };
                if named.as_ref() == Some(&self.identity) {
                    Ok(())
                } else {
                    Err(Refused::new(
                        Check::Charter,
                        "the charter names another broker, or another configuration",
                    )
                    .into())
                }
            }
            Effect::CharterVoid { .. }
            | Effect::CharterForked { .. }
            | Effect::Suspended { .. }
            | Effect::Archived { .. }
            | Effect::Manifest { .. }
            | Effect::Deleted { .. }
            | Effect::GrantRevoked { .. }
            | Effect::SpecWithdrawn { .. }
            | Effect::ReviewWithdrawn { .. }
            | Effect::Rejected { .. }
            | Effect::CertificateRevoked { .. }
            | Effect::CertificateHalfRevoked { .. } => Ok(()),
        }
    }

    fn take(
        &self,
        tx: &mut Tx<'_>,
        statement: &Envelope,
        effect: &Effect,
        now: Timestamp,
    ) -> Result<Envelope> {
        let head = tx.effect(effect)?;
        let body =
            Acknowledgement { statement: statement.digest(), sequence: head.sequence, state: head.head };
        let signer = Signer::Key(self.identity.signing_key);
        let predicate = Predicate { issued_at: now, signer, workspace: None, body };
        let acknowledgement = sign(&self.signing, &predicate).map_err(BrokerError::internal)?;
        tx.put_acknowledged(statement.digest(), &acknowledgement)?;
        Ok(acknowledgement)
    }
}
