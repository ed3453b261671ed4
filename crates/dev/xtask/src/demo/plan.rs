//! What the demo is going to do, said before it does it.

use crate::demo::console::Console;
use crate::demo::{build, tools};
use crate::workspace;

/// Prints the plan.
pub(crate) fn show(console: &Console) {
    let missing = tools::missing_packages();
    console.say("Cloister demo: two hospitals compute statistics on 569 real patients that neither shows the other.\n");
    console.say("Plan");
    let first =
        if build::has_built() { "built before: seconds" } else { "first time: about 10 minutes on 2 cores" };
    console.say(&format!("  build    four programs into {} ({first})", workspace::target_dir().display()));
    console.say("  disk     about 6 GB for the build, 50 MB for the demo");
    console.say("  memory   about 3 GB while building, less than 1 GB while running");
    console
        .say("  network  crates and one Python wheel (scikit-learn, 10 MB), each by its own package client");
    console.say(&match missing.as_slice() {
        [] => "  install  nothing".to_owned(),
        packages => format!("  install  {} (apt)", packages.join(" ")),
    });
    console.say("  data     Breast Cancer Wisconsin (Diagnostic), Wolberg et al., UCI 1995, CC BY 4.0, as in scikit-learn");
    console.say(
        "  serve    on 127.0.0.1 only, with a SIMULATED TEE: it shows how it works and proves nothing\n",
    );
}
