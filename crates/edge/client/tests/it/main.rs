//! The client against a server that lies: what it verifies itself, by the name of the refusing check.
//!
//! The server is a stub on loopback that answers what a test tells it; statements come from the small world of the
//! crate `verify`.
#![expect(clippy::unwrap_used, reason = "tests: what cannot be set up ends the test")]

mod lies;
mod resume;
mod stub;

use std::sync::Arc;

use cloister_client::{
    Ambient, Api, Client, ClientError, Profile,
    preview::{Preview, Witness},
    profile::{Config, PinnedBroker, Pins},
};
use cloister_model::{Clock, Rng, Timestamp};
use cloister_statement::MemberKeys;
use cloister_verify::testing::{Member, NOW, World};

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

struct Counting(std::sync::atomic::AtomicU8);

impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

/// Remembers what it was shown.
#[derive(Default)]
struct Watcher(std::sync::Mutex<Vec<String>>);

impl Witness for Watcher {
    fn show(&self, preview: &Preview) -> Result<(), ClientError> {
        self.0.lock().unwrap().push(preview.kind.as_str().to_owned());
        Ok(())
    }
}

/// A member's client whose profile pinned the world's broker and, if asked, its workspace.
struct Scene {
    client: Client,
    watcher: Arc<Watcher>,
    _folder: tempfile::TempDir,
}

fn scene(world: &World, who: &Member, url: &str, pinned: bool) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::at(folder.path().join("home"));
    profile.save_keys(&MemberKeys { signing: who.key.clone(), age: who.age.clone() }).unwrap();
    let config = Config {
        server: url.into(),
        token: "t".into(),
        email: "ana@example.org".parse().unwrap(),
        pending_request: None,
    };
    profile.save_config(&config).unwrap();
    let mut pins = Pins::default();
    pins.broker(PinnedBroker {
        signing_key: world.broker.signing_key,
        configuration: world.broker.configuration,
    })
    .unwrap();
    if pinned {
        let id = cloister_model::WorkspaceId(world.charter.digest());
        pins.workspaces.insert(id, "Study".parse().unwrap());
    }
    profile.save_pins(&pins).unwrap();
    let watcher = Arc::new(Watcher::default());
    let ambient = Ambient {
        clock: Arc::new(Still),
        rng: Arc::new(Counting(1.into())),
        witness: Arc::clone(&watcher) as _,
    };
    Scene {
        client: Client::with(Api::new(url, Some("t")).unwrap(), profile, ambient),
        watcher,
        _folder: folder,
    }
}
