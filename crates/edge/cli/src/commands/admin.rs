//! `cloister admin` executes `cloister-server admin`, which does the work as the host's operator.

use std::{os::unix::process::CommandExt, path::Path, process::Command};

use crate::{
    args::{AdminArgs, AdminCommand, OrgCommand, UserCommand},
    context::Context,
    outcome::{Failure, Reply},
    serve::{DATABASE, binaries},
};

pub(super) fn run(context: &Context, args: AdminArgs) -> Result<Reply, Failure> {
    let mut command = Command::new(binaries::sibling("cloister-server")?);
    command.arg("admin").arg("--data").arg(&args.data);
    if let Some(database) = &args.database {
        command.env(DATABASE, database);
    }
    command.args(words(args.command));
    if context.json {
        command.arg("--json");
    }
    // This process becomes the server's: terminal, stdin and exit code are its own.
    let error = command.exec();
    Err(Failure::Failed(format!("`cloister-server` cannot be started: {error}")))
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The command line of `cloister-server admin`, rebuilt from what was parsed.
fn words(command: AdminCommand) -> Vec<String> {
    match command {
        AdminCommand::Org(OrgCommand::Add { name }) => vec!["org".into(), "add".into(), name.to_string()],
        AdminCommand::User(UserCommand::Add { email, org, password_stdin, org_admin }) => {
            let mut words =
                vec!["user".into(), "add".into(), email.to_string(), "--org".into(), org.to_string()];
            words.extend(password_stdin.then(|| "--password-stdin".into()));
            words.extend(org_admin.then(|| "--org-admin".into()));
            words
        }
        AdminCommand::CopyDb { from, to } => vec!["copy-db".into(), "--from".into(), from, "--to".into(), to],
        AdminCommand::Backup { out } => vec!["backup".into(), "--out".into(), path(&out)],
        AdminCommand::Restore { from } => vec!["restore".into(), "--from".into(), path(&from)],
        AdminCommand::Grant { email, org_admin: _ } => {
            vec!["grant".into(), email.to_string(), "--org-admin".into()]
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    #[test]
    fn the_operators_words_reach_the_server_unchanged() {
        for (line, expected) in [
            ("org add North", "org add North"),
            (
                "user add a@b.example --org North --org-admin --password-stdin",
                "user add a@b.example --org North --password-stdin --org-admin",
            ),
            ("user add a@b.example --org North", "user add a@b.example --org North"),
            ("grant a@b.example --org-admin", "grant a@b.example --org-admin"),
            ("backup --out B", "backup --out B"),
            ("restore --from B", "restore --from B"),
            ("copy-db --from sqlite://a --to postgres://b", "copy-db --from sqlite://a --to postgres://b"),
        ] {
            let cli = Cli::parse_from("cloister admin --data D".split(' ').chain(line.split(' ')));
            let Command::Admin(args) = cli.command else { panic!("{line}") };
            assert_eq!(words(args.command).join(" "), expected);
        }
    }
}
