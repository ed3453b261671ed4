//! The broker proves itself to this device.

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_api::broker::{EvidenceRequest, EvidenceResponse, Identity};
use cloister_attest::{Appraisal, Evidence, Policy, ReferenceValues, TcbFloor, TrustRoots, appraise};
use cloister_model::{Assurance, Digest};
use cloister_statement::{
    configuration::BrokerConfiguration, predicate::BrokerIdentity, transcript::broker_report_data,
};

use crate::{Client, ClientError, error::malformed, profile::PinnedBroker};

/// A broker whose evidence answered a fresh nonce of this device.
#[derive(Clone, Debug)]
pub struct ProvenBroker {
    /// Its keys, measurement and configuration digest, as the evidence commits to them.
    pub identity: Identity,
    /// Its configuration, whose digest the evidence commits to.
    pub configuration: BrokerConfiguration,
    /// What the evidence proves.
    pub assurance: Assurance,
}

impl ProvenBroker {
    /// As a charter names it.
    pub fn named(&self) -> BrokerIdentity {
        BrokerIdentity {
            signing_key: self.identity.signing_key,
            sealing_key: self.identity.sealing_key,
            measurement: self.identity.measurement.clone(),
            configuration: self.identity.configuration,
        }
    }
}

impl Client {
    /// Challenges the broker with a fresh nonce, appraises its evidence and pins its key (or refuses another key than
    /// the pinned one).
    pub async fn prove_broker(&self) -> Result<ProvenBroker, ClientError> {
        let nonce = self.random();
        let answer = self.api.post("/broker/evidence", &EvidenceRequest { nonce }).await?.value;
        let proven = self.appraise_broker(nonce, &answer)?;
        let mut pins = self.profile.pins()?;
        pins.broker(PinnedBroker {
            signing_key: proven.identity.signing_key,
            configuration: proven.identity.configuration,
        })?;
        self.profile.save_pins(&pins)?;
        Ok(proven)
    }

    fn appraise_broker(&self, nonce: Digest, answer: &EvidenceResponse) -> Result<ProvenBroker, ClientError> {
        let refuse = |reason: &str| Err(ClientError::refused("broker", reason));
        if answer.nonce != nonce {
            return refuse("the broker answered another nonce");
        }
        let decode = |text: &str| BASE64_STANDARD.decode(text).map_err(|e| malformed("broker")(&e));
        let exact = decode(&answer.configuration)?;
        let identity = &answer.identity;
        if BrokerConfiguration::digest_of(&exact) != identity.configuration {
            return refuse("the configuration shown is not the one its digest names");
        }
        let configuration = BrokerConfiguration::parse(&exact).map_err(|e| malformed("broker")(&e))?;
        let evidence =
            Evidence::from_bytes(&decode(&answer.evidence)?).map_err(|e| malformed("broker")(&e))?;
        let expected =
            broker_report_data(&nonce, &identity.signing_key, &identity.sealing_key, &identity.configuration);
        let verified = self
            .appraisal(&configuration, &identity.measurement, &evidence, &expected)
            .verified()
            .map_err(|e| ClientError::refused(e.check, format!("the broker's evidence: {}", e.reason)))?;
        let assurance = verified.assurance();
        Ok(ProvenBroker { identity: identity.clone(), configuration, assurance })
    }

    fn appraisal(
        &self,
        configuration: &BrokerConfiguration,
        measurement: &str,
        evidence: &Evidence,
        expected: &[u8; 64],
    ) -> Appraisal {
        let roots = match &configuration.development_root {
            Some(root) => TrustRoots::vendors().with_development(root.0.clone()),
            None => TrustRoots::vendors(),
        };
        let floor = configuration.tcb_floor;
        let policy = Policy {
            tcb_floor: TcbFloor {
                fmc: floor.fmc,
                bootloader: floor.bootloader,
                tee: floor.tee,
                snp: floor.snp,
                microcode: floor.microcode,
            },
            ..Policy::default()
        };
        let reference = ReferenceValues::new([measurement]);
        appraise(evidence, &roots, &reference, &policy, expected, self.now())
    }
}
