//! Two organisations, a person in each, keys made on each one's own device.

use std::fs;
use std::io::Read;

use super::{Cast, Scene};
use crate::demo::party::Party;

/// The operator adds both people; each signs in and gets a certificate.
pub(super) fn enter(scene: &Scene) -> Result<Cast, String> {
    let mut ana = party(scene, "ana", "ana@north.example")?;
    let mut ben = party(scene, "ben", "ben@south.example")?;
    for (party, organisation) in [(&mut ana, "North Hospital"), (&mut ben, "South Hospital")] {
        admin(scene, &["org", "add", organisation], None)?;
        let add = ["user", "add", &party.email, "--org", organisation, "--org-admin", "--password-stdin"];
        admin(scene, &add, Some(&party.password))?;
        party.run_with_password([
            "login",
            scene.server.url(),
            "--email",
            &party.email,
            "--password-stdin",
        ])?;
        party.passphrase = party.run(["key", "backup"])?.text("passphrase")?;
        scene.console.step("people", &format!("{} of {organisation}: keys made on the device", party.email));
    }
    ana.run(["member", "set", &ana.email, "--workspace-admin", "on"])?;
    Ok(Cast { ana, ben })
}

fn party(scene: &Scene, name: &str, email: &str) -> Result<Party, String> {
    Ok(Party {
        email: email.to_owned(),
        password: password()?,
        passphrase: String::new(),
        home: scene.stage.home(name),
        cloister: scene.binaries.cloister.clone(),
    })
}

fn admin(scene: &Scene, args: &[&str], password: Option<&str>) -> Result<(), String> {
    let host = Party {
        email: String::new(),
        password: password.unwrap_or_default().to_owned(),
        passphrase: String::new(),
        home: scene.stage.home("host"),
        cloister: scene.binaries.cloister.clone(),
    };
    let data = scene.stage.data();
    let data = data.to_string_lossy();
    let mut words = vec!["admin", "--data", &*data];
    words.extend(scene.stage.database());
    let args = [words.as_slice(), args].concat();
    if password.is_some() {
        host.run_with_password(args)?
    } else {
        host.run(args)?
    };
    Ok(())
}

/// A password nobody else knows, from the kernel.
pub(crate) fn password() -> Result<String, String> {
    let mut bytes = [0_u8; 12];
    fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(|error| format!("cannot read random bytes: {error}"))?;
    Ok(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}
