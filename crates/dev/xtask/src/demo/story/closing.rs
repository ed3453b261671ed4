//! The end: where things lie, and what to try next.

use super::Told;
use crate::demo::console::Console;
use crate::demo::party::Party;
use crate::demo::server::Server;
use crate::demo::stage::Stage;

/// Prints the files.
pub(crate) fn show(console: &Console, told: &Told, stage: &Stage) {
    console.say(&format!("bundle   {}", told.bundle.display()));
    console.say(&format!("log      {}", told.log.display()));
    console.say(&format!("genesis  {}", told.genesis));
    console.say(&format!("data     {}", stage.data().display()));
}

/// While it keeps serving: the address for a browser, accounts that work there at once, and next commands.
pub(crate) fn invite(
    console: &Console,
    told: &Told,
    server: &Server,
    stage: &Stage,
    examiner: Option<&Party>,
) {
    let (ana, ben) = (&told.cast.ana, &told.cast.ben);
    console.say(&format!("\nServing until Ctrl-C. Open in a browser: {}", server.url()));
    let people = [
        Some((ana, "admin of North Hospital; made workspace and job, reads the result")),
        Some((ben, "admin of South Hospital; approved the job, reads the result")),
        examiner.map(|party| (party, "admin of Seeded hospital 00, in all 200 workspaces")),
    ];
    for (party, what) in people.into_iter().flatten() {
        console.say(&format!("\n  {}  ({what})", party.email));
        console.say(&format!("    password    {}", party.password));
        console.say(&format!("    passphrase  {}", party.passphrase));
    }
    console.say(
        "\n  The passphrase is asked for once in a browser, to restore the keys that sign and decrypt there.",
    );
    console.say(&format!("  What the server says stands in {}", stage.server_log().display()));
    console.say("\nOr try");
    console.say(&format!("  {} workspace list", prefix(ana)));
    console.say(&format!("  {} dataset show measurements", prefix(ben)));
    console.say(&format!("  {} run list", prefix(ben)));
    console.say(&format!(
        "  {} verify {} --genesis {} --allow-simulated",
        prefix(ana),
        told.bundle.display(),
        told.genesis
    ));
}

fn prefix(party: &Party) -> String {
    format!("CLOISTER_HOME={} {}", party.home.display(), party.cloister.display())
}
