//! Sessions in memory: challenges that wait for evidence, proofs that are being judged, releases that wait for the log.
//! Bounded; a restart forgets them, and what was consumed stays consumed on disk.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use cloister_api::broker::{Challenged, Hello};
use cloister_model::{Digest, Duration, RunId, Timestamp};
use cloister_statement::{
    Envelope, Predicate, Signer,
    predicate::{Challenge, Tee},
    sign,
};
use zeroize::Zeroizing;

use crate::{Broker, BrokerError, Result, people::wire};

/// The most challenges open, and the most releases that wait for the log.
const MAX: usize = 1024;
/// How long a challenge can be answered.
const CHALLENGE: Duration = Duration::seconds(60);
/// How long a release can wait for the log.
const RELEASE: Duration = Duration::seconds(600);

/// A challenge that waits for evidence.
#[derive(Clone)]
pub(crate) struct Open {
    pub(crate) challenge: Envelope,
    pub(crate) body: Challenge,
    pub(crate) tee: Tee,
}

/// A release whose keys wait for the record's inclusion in the log.
pub(crate) struct Waiting {
    pub(crate) run: RunId,
    pub(crate) record: Envelope,
    pub(crate) report_data: [u8; 64],
    pub(crate) sealing_key: Digest,
    /// Data keys by manifest.
    pub(crate) keys: BTreeMap<Digest, Zeroizing<[u8; 32]>>,
    pub(crate) until: Timestamp,
}

#[derive(Default)]
struct Both {
    open: BTreeMap<Digest, Open>,
    judged: BTreeSet<Digest>,
    waiting: BTreeMap<Digest, Waiting>,
}

/// A proof is being judged as long as this lives.
pub(crate) struct Judging<'a> {
    sessions: &'a Sessions,
    session: Digest,
}

impl Drop for Judging<'_> {
    fn drop(&mut self) {
        self.sessions.lock().judged.remove(&self.session);
    }
}

/// All sessions.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Both>);

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, Both> {
        // Every change below is one insertion or removal, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, session: Digest, open: Open, now: Timestamp) -> Result<()> {
        let mut both = self.lock();
        both.open.retain(|_, old| old.body.expires >= now);
        if both.open.len() >= MAX {
            return Err(BrokerError::Unavailable("too many sessions are open, try again in a minute".into()));
        }
        both.open.insert(session, open);
        Ok(())
    }

    /// Takes a session out: whoever comes second finds none. It counts as being judged until the guard is dropped.
    pub(crate) fn take(&self, session: Digest) -> Option<(Open, Judging<'_>)> {
        let mut both = self.lock();
        let open = both.open.remove(&session)?;
        both.judged.insert(session);
        Some((open, Judging { sessions: self, session }))
    }

    /// Ends a challenge that nobody answered: evidence for it that is still under way comes too late.
    pub(crate) fn abandon(&self, session: Digest) {
        self.lock().open.remove(&session);
    }

    /// Whether the session's proof is being judged right now.
    pub(crate) fn is_judged(&self, session: Digest) -> bool {
        self.lock().judged.contains(&session)
    }

    /// Keeps a release until its record is logged. Another release of the run gives way to it.
    pub(crate) fn wait(&self, session: Digest, mut waiting: Waiting, now: Timestamp) {
        waiting.until = now.plus(RELEASE);
        let mut both = self.lock();
        both.waiting.retain(|_, old| old.until >= now && old.run != waiting.run);
        if both.waiting.len() >= MAX {
            both.waiting.pop_first();
        }
        both.waiting.insert(session, waiting);
    }

    /// Looks at a release that waits.
    pub(crate) fn waiting<T>(&self, session: Digest, look: impl FnOnce(&Waiting) -> T) -> Option<T> {
        self.lock().waiting.get(&session).map(look)
    }

    /// Forgets the keys of a run.
    pub(crate) fn forget(&self, run: RunId) {
        self.lock().waiting.retain(|_, old| old.run != run);
    }
}

/// The kind of TEE by its word.
fn tee(word: &str) -> Result<Tee> {
    serde_json::from_value(serde_json::Value::String(word.into())).map_err(|_| {
        BrokerError::Malformed(format!("`{}` is no kind of TEE", word.chars().take(20).collect::<String>()))
    })
}

impl Broker {
    /// Answers a worker's hello with a challenge.
    pub fn challenge(&self, hello: &Hello) -> Result<Challenged> {
        self.serving()?;
        let tee = tee(&hello.tee)?;
        let now = self.state.now()?;
        let body = Challenge {
            broker: self.identity.signing_key,
            session: self.random(),
            nonce: self.random(),
            run: hello.run,
            spec: hello.spec,
            expires: now.plus(CHALLENGE),
        };
        let signer = Signer::Key(self.identity.signing_key);
        let predicate = Predicate { issued_at: now, signer, workspace: None, body: body.clone() };
        let challenge = sign(&self.signing, &predicate).map_err(BrokerError::internal)?;
        let answer = Challenged { challenge: wire(&challenge)? };
        self.sessions.insert(body.session, Open { challenge, body, tee }, now)?;
        Ok(answer)
    }
}
