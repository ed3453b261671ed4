//! The end: where things lie, and what to try next.

use super::Told;
use crate::demo::console::Console;
use crate::demo::party::Party;
use crate::demo::server::Server;
use crate::demo::stage::Stage;

/// Prints the files, and while it keeps serving the accounts and next commands.
pub(crate) fn show(console: &Console, told: &Told, stage: &Stage, server: &Server, ends: bool) {
    console.say(&format!("bundle   {}", told.bundle.display()));
    console.say(&format!("log      {}", told.log.display()));
    console.say(&format!("genesis  {}", told.genesis));
    if ends {
        return;
    }
    console.say(&format!("\nServing {} until Ctrl-C; its data is {}", server.url(), stage.data().display()));
    for party in [&told.cast.ana, &told.cast.ben] {
        console.say(&format!("  {}  password {}", party.email, party.password));
    }
    console.say("\nTry");
    let (ana, ben) = (prefix(&told.cast.ana), prefix(&told.cast.ben));
    console.say(&format!("  {ana} workspace list"));
    console.say(&format!("  {ben} dataset show measurements"));
    console.say(&format!("  {ben} run list"));
    console.say(&format!(
        "  {ana} verify {} --genesis {} --allow-simulated",
        told.bundle.display(),
        told.genesis
    ));
}

fn prefix(party: &Party) -> String {
    format!("CLOISTER_HOME={} {}", party.home.display(), party.cloister.display())
}
