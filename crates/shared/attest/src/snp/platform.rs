//! What the platform must be: never debuggable, never migrated, at VMPL 0, at least at the TCB floor.

use super::{Generation, Report, tcb};
use crate::{
    PLATFORM_DEBUG, PLATFORM_MIGRATION, PLATFORM_SMT, PLATFORM_TCB, PLATFORM_VMPL, Policy, TcbFloor,
    checks::{Checks, must},
};

const SMT_ALLOWED: u64 = 1 << 16;
const RESERVED_ONE: u64 = 1 << 17;
const MIGRATION_AGENT: u64 = 1 << 18;
const DEBUG: u64 = 1 << 19;
/// Of the platform's own description.
const SMT_ENABLED: u64 = 1;

/// The checks `platform`.
pub(super) fn examine(report: &Report, generation: Generation, policy: &Policy, checks: &mut Checks) {
    let vmpl = must(report.vmpl == 0, format!("the report was asked for at VMPL {}, not 0", report.vmpl));
    checks.note(PLATFORM_VMPL, "ask for the report from the guest's most privileged level", vmpl);
    let debug = must(report.policy & DEBUG == 0, "the guest may be debugged by its host").and_then(|()| {
        must(report.policy & RESERVED_ONE != 0, "the guest's policy has a reserved bit that is not 1")
    });
    checks.note(PLATFORM_DEBUG, "launch without debug", debug);
    let migration = must(report.policy & MIGRATION_AGENT == 0, "the guest may be migrated");
    checks.note(PLATFORM_MIGRATION, "launch without a migration agent", migration);
    let smt = report.policy & SMT_ALLOWED == 0 && report.platform & SMT_ENABLED == 0;
    let smt = must(smt || !policy.refuse_smt, "two threads may share a core");
    checks.note(PLATFORM_SMT, "switch SMT off, and forbid it in the guest's policy", smt);
    let least = policy.tcb_floor;
    let floors = floor("reported", tcb(report.reported_tcb, generation), least)
        // The host can go back to the committed TCB at any time, so it must reach the floor too.
        .and_then(|()| floor("committed", tcb(report.committed_tcb, generation), least));
    checks.note(PLATFORM_TCB, "update the host's firmware", floors);
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
