//! Every command line that scripts rely on parses; what is wrong is wrong usage.

use clap::{CommandFactory, Parser};

use super::Cli;

const G: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_of_the_contract_parses() {
    let lines = [
        "serve --data D",
        "serve --data D --listen 127.0.0.1:0 --tls-cert c.pem --tls-key k.pem --insecure-sim-tee",
        "admin --data D org add North",
        "admin --data D user add a@b.example --org North --password-stdin --org-admin",
        "admin --data D user add a@b.example --org North --json",
        "admin --data D grant a@b.example --org-admin",
        "setup http://127.0.0.1:8400/setup#t",
        "login http://127.0.0.1:8400 --email a@b.example --password-stdin",
        "whoami --json",
        "token create --scope read --expires 30d",
        "token create --scope read,write --expires 30d",
        "passkey list",
        "passkey remove P",
        "attest verify --evidence F --kind snp --certs a.pem b.der --report-data R --json",
        "attest verify --evidence F --kind tdx --collateral C --policy P --at 2026-01-01T00:00:00Z",
        "attest capture --out F --attestation D",
        "attest reference add --data D M",
        "attest reference list --data D",
        "key show",
        "key backup",
        "key backup --out F",
        "key restore",
        "key restore F",
        "key renew",
        "key revoke",
        "key recover a@b.example",
        "member list",
        "member set a@b.example --workspace-admin on",
        "member set a@b.example --workspace-admin off --auditor on",
        "workspace create W --type analytics",
        "workspace create W --type agentic --description T --member a@b.example c@d.example --approval all --run creator --assurance simulated --allow-console",
        "workspace create W --type analytics --member a@b.example --member c@d.example --run a@b.example,c@d.example --assurance hardware",
        "workspace create W --type analytics --member a@b.example --approval-group legal=1:a@b.example,c@d.example --approval-group it=1:c@d.example --run all",
        "workspace list",
        "workspace show W",
        "workspace invites W",
        "workspace resend W a@b.example",
        "workspace accept W",
        "workspace accept W --genesis G",
        "workspace decline W",
        "workspace set W --description T",
        "workspace set W --add-member a@b.example --run creator",
        "workspace suspend W a@b.example",
        "workspace archive W --confirm W",
        "dataset add F --name N",
        "dataset add F --name N --rules rules.toml --no-header --schema S --skip-bad-rows --assurance hardware",
        "dataset list",
        "dataset show N",
        "dataset set N --rules F",
        "dataset share N --workspace W --follow --allow-simulated --as patients",
        "dataset revoke N --workspace W",
        "dataset rekey N",
        "dataset delete N",
        "job create --workspace W --name N --sql F --reader a@b.example c@d.example --max-runs 3 --valid-until 2027-01-01T00:00:00Z",
        "job update J --sql F",
        "job list",
        "job show J",
        "job test J",
        "job submit J",
        "job withdraw J",
        "job approve J --comment T",
        "job reject J --comment T",
        "job run J --wait",
        "run list",
        "run show R",
        "run cancel R",
        "run logs R",
        "run results R --out f.csv",
        "run bundle R --out F",
        "verify B --genesis G --at 2026-11-23T00:00:00Z --allow-simulated",
        "inbox --unread --mark-read",
        "webhook list",
        "webhook add https://hooks.example --action job.submit,run.* --description T",
        "webhook set 00000000-0000-7000-8000-000000000000 https://hooks.example --pause",
        "webhook rotate 00000000-0000-7000-8000-000000000000 --keep-old-for-hours 0",
        "webhook deliveries 00000000-0000-7000-8000-000000000000",
        "sign-in provider set --name N --issuer https://l.example --client-id c --domain a.example,b.example --role g=auditor",
        "sign-in provider set --name N --issuer I --client-id c --domain a.example --client-secret-file F",
        "sign-in provider list",
        "sign-in provider test",
        "sign-in provider remove N",
        "sign-in local break-glass",
        "sign-in scim token N --keep-old-for-hours 24",
        "sign-in scim list",
        "sign-in scim end",
        "audit list",
        "audit export D",
        "audit verify D",
        "audit verify http://127.0.0.1:8400 --json",
        "completion bash",
        "reference-manifest --bin-dir D --key K",
    ];
    for line in lines {
        let (report_data, measurement) = ("ab".repeat(64), "ab".repeat(48));
        let words = line.split(' ').map(|word| match word {
            "G" => G,
            "R" => &report_data,
            "M" => &measurement,
            other => other,
        });
        let parsed = Cli::try_parse_from(["cloister"].into_iter().chain(words));
        assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
    }
}

#[test]
fn wrong_usage_is_told() {
    for line in [
        "",
        "serve",
        "serve --data D --tls-cert c.pem",
        "login http://h --email nonsense",
        "workspace create W",
        "workspace create W --type social",
        "workspace create W --type analytics --approval all --approval-group a=1:a@b.example",
        "workspace create W --type analytics --approval-group a:a@b.example",
        "workspace accept W --genesis abc",
        "workspace archive W",
        "member set a@b.example",
        "member set a@b.example --workspace-admin yes",
        "token create --scope read --expires 0d",
        "token create --scope everything --expires 1d",
        "dataset add F",
        "dataset share N",
        "dataset share N --workspace W --as Not-SQL",
        "job reject J",
        "job create --workspace W --name N --sql F --reader a@b.example --valid-until yesterday",
        "webhook add",
        "sign-in provider set --name N --issuer I --client-id c",
        "sign-in provider set --name N --issuer I --client-id c --domain d --client-secret S",
        "sign-in provider set --name N --issuer I --client-id c --domain d --role g=organization_admin",
        "sign-in provider remove",
        "sign-in local nobody",
        "sign-in scim token --keep-old-for-hours 169",
        "webhook test x",
        "webhook rotate 00000000-0000-7000-8000-000000000000 --keep-old-for-hours 169",
        "verify",
        "audit verify",
        "nonsense",
    ] {
        let words = line.split(' ').filter(|word| !word.is_empty());
        let error = Cli::try_parse_from(["cloister"].into_iter().chain(words)).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}
