//! The broker's keys, and how it proves itself.

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_api::broker::{EvidenceRequest, EvidenceResponse, Identity};
use cloister_model::Rng;
use cloister_statement::{SigningKey, seal::SealingKey, transcript::broker_report_data};
use serde::{Deserialize, Serialize};
use std::sync::atomic::Ordering;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{Broker, Result, state::State};

/// Both secret keys as they are kept, sealed under the state key.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct KeyDoc {
    signing: [u8; 32],
    sealing: [u8; 32],
}

/// The keys of this state; made once.
pub(crate) fn keys(state: &State, rng: &dyn Rng) -> Result<(SigningKey, SealingKey)> {
    let doc = state.write(|tx| {
        if let Some(doc) = tx.get::<KeyDoc>("keys")? {
            return Ok(doc);
        }
        let mut doc = KeyDoc { signing: [0; 32], sealing: [0; 32] };
        rng.fill(&mut doc.signing);
        rng.fill(&mut doc.sealing);
        tx.put("keys", &doc)?;
        Ok(doc)
    })?;
    Ok((SigningKey::from_seed(&doc.signing), SealingKey::from_seed(doc.sealing)))
}

impl Broker {
    /// What charters name, and where the chain stands.
    pub fn describe(&self) -> Result<Identity> {
        let head = self.state.head()?;
        Ok(Identity {
            signing_key: self.identity.signing_key,
            sealing_key: self.identity.sealing_key,
            measurement: self.identity.measurement.clone(),
            configuration: self.identity.configuration,
            sequence: head.sequence,
            state: head.head,
            anchored: self.anchored.load(Ordering::Acquire),
        })
    }

    /// Evidence over the caller's nonce, both keys and the configuration.
    pub fn prove(&self, request: &EvidenceRequest) -> Result<EvidenceResponse> {
        let id = &self.identity;
        let data = broker_report_data(&request.nonce, &id.signing_key, &id.sealing_key, &id.configuration);
        let evidence = self.tee.attest(data, self.clock.now())?;
        Ok(EvidenceResponse {
            nonce: request.nonce,
            identity: self.describe()?,
            evidence: BASE64_STANDARD.encode(evidence),
            configuration: BASE64_STANDARD.encode(&self.configuration_bytes),
        })
    }
}
