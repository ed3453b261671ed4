//! Attestation evidence: appraised offline, captured from this machine, and the measurements a deployment accepts.

mod verify;

use cloister_tee::{Beside, Device};
use serde_json::json;

use crate::{
    args::{AttestCommand, ReferenceCommand},
    context::Context,
    outcome::{Failure, Reply},
    serve::references::References,
};

pub(super) fn run(context: &Context, command: AttestCommand) -> Result<Reply, Failure> {
    match command {
        AttestCommand::Verify(args) => Ok(verify::run(context, &args)),
        AttestCommand::Capture { out, report_data, attestation } => {
            let beside = attestation.as_deref().map_or_else(Beside::default, Beside::folder);
            let device = Device::find().map_err(|e| Failure::Unavailable(e.to_string()))?;
            let made = device.attest(report_data.unwrap_or([0; 64]), &beside);
            let evidence = made.map_err(|e| Failure::Failed(e.to_string()))?;
            let failed = |e: std::io::Error| Failure::Failed(format!("`{}`: {e}", out.display()));
            std::fs::write(&out, evidence.to_bytes()).map_err(failed)?;
            let kind = device.kind().word();
            let json = json!({ "file": out, "kind": kind, "digest": evidence.digest() });
            Ok(Reply::new(json, format!("{kind} evidence written to {}", out.display())))
        }
        AttestCommand::Reference(command) => reference(command),
    }
}

fn reference(command: ReferenceCommand) -> Result<Reply, Failure> {
    let (references, said) = match command {
        ReferenceCommand::Add { data, measurement } => {
            let mut references = References::read(&data)?;
            if !references.add(&measurement) {
                return Err(Failure::Usage(format!("`{measurement}` is accepted already")));
            }
            references.write(&data)?;
            (references, format!("{measurement} is accepted from the next start on"))
        }
        ReferenceCommand::Remove { data, measurement } => {
            let mut references = References::read(&data)?;
            if !references.remove(&measurement) {
                return Err(Failure::Usage(format!("`{measurement}` was not added")));
            }
            references.write(&data)?;
            (references, format!("{measurement} is accepted no longer, from the next start on"))
        }
        ReferenceCommand::List { data } => {
            let references = References::read(&data)?;
            let none = "none were added: the worker beside this program is accepted, and no other";
            let list = references.measurements().join("\n");
            (references, if list.is_empty() { none.into() } else { list })
        }
    };
    Ok(Reply::new(json!({ "measurements": references.measurements() }), said))
}
