//! What the platform must be: never debuggable, never migrated, at VMPL 0, at least at the TCB floor.

use super::{Generation, Report, tcb};
use crate::{Policy, TcbFloor};

const MIGRATION_AGENT: u64 = 1 << 18;
const DEBUG: u64 = 1 << 19;

/// The check `platform`.
pub(crate) fn platform(report: &Report, generation: Generation, policy: Policy) -> Result<(), String> {
    if report.vmpl != 0 {
        return Err(format!("the report was asked for at VMPL {}, not 0", report.vmpl));
    }
    if report.policy & DEBUG != 0 {
        return Err("the guest may be debugged by its host".into());
    }
    if report.policy & MIGRATION_AGENT != 0 {
        return Err("the guest may be migrated".into());
    }
    let least = policy.tcb_floor;
    floor("reported", tcb(report.reported_tcb, generation), least)?;
    // The host can go back to the committed TCB at any time, so it must reach the floor too.
    floor("committed", tcb(report.committed_tcb, generation), least)
}

fn floor(which: &str, got: TcbFloor, least: TcbFloor) -> Result<(), String> {
    let pairs = [
        ("fmc", got.fmc, least.fmc),
        ("bootloader", got.bootloader, least.bootloader),
        ("tee", got.tee, least.tee),
        ("snp", got.snp, least.snp),
        ("microcode", got.microcode, least.microcode),
    ];
    match pairs.iter().find(|(_, got, least)| got < least) {
        Some((name, got, least)) => {
            Err(format!("{which} TCB: {name} is {got}, at least {least} is demanded"))
        }
        None => Ok(()),
    }
}
