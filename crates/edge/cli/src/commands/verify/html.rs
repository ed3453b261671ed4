//! The verdict as one page to print: no script, nothing from elsewhere, whatever the bundle says escaped.

use cloister_model::Timestamp;
use cloister_statement::binary::sha256;
use cloister_statement::bundle::Bundle;
use cloister_verify::bundle::{Line, Outcome, Verdict};

use super::{Judged, verdict, words};

const STYLE: &str = "
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}
.verdict{border-left:.4rem solid;padding:.6rem 1rem;font-weight:600;background:#f5f6f8}
.good{border-color:#1a7f37}.bad{border-color:#b3261e}.warn{border-color:#9a6700}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid #d0d7de}
code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}td:first-child code{white-space:nowrap}.reason{display:block;color:#57606a}
td.broken,td.missing{font-weight:600}td.broken{color:#b3261e}td.missing{color:#7d5200}
@media print{body{font-size:10pt;margin:0;max-width:none}tr,.verdict{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}.verdict{background:none;border:1px solid;border-left-width:.4rem}}
@page{margin:18mm}
";

/// Text as HTML shows it.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn row(head: &str, value: &str) -> String {
    format!("<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>\n", escaped(head), escaped(value))
}

fn check(line: &Line) -> String {
    let (name, outcome) = (line.check.as_str(), line.verdict.as_str());
    let reason = match line.verdict {
        Verdict::Holds => String::new(),
        Verdict::Broken | Verdict::Missing | Verdict::Unchecked => {
            format!("<span class=\"reason\">{}</span>", escaped(&line.reason))
        }
    };
    let words = escaped(words::of(line.check));
    format!(
        "<tr><td><code>{name}</code></td><td>{words}{reason}</td><td class=\"{outcome}\">{outcome}</td></tr>\n"
    )
}

/// What is named by digest, for whoever compares the page with something else.
fn digests(judged: &Judged) -> String {
    let mut out = row("bundle file", &judged.file.to_string());
    if let Some(bundle) = &judged.bundle {
        out.push_str(&contents(bundle));
    }
    out
}

fn contents(bundle: &Bundle) -> String {
    let mut out = row("workspace (genesis)", &bundle.genesis.to_string());
    for doc in &bundle.charters {
        out.push_str(&row("charter", &doc.charter.digest().to_string()));
    }
    for manifest in &bundle.manifests {
        out.push_str(&row("dataset manifest", &manifest.digest().to_string()));
    }
    out.push_str(&row("job", &bundle.spec.digest().to_string()));
    out.push_str(&row("run request", &bundle.request.digest().to_string()));
    for release in &bundle.releases {
        out.push_str(&row("release record", &release.digest().to_string()));
    }
    out.push_str(&row("receipt", &bundle.receipt.digest().to_string()));
    out.push_str(&row("worker's evidence", &sha256(&bundle.evidence.0).to_string()));
    out.push_str(&row("transcript", &sha256(&bundle.transcript.0).to_string()));
    out.push_str(&row("broker's configuration", &sha256(&bundle.broker.configuration.0).to_string()));
    for output in &bundle.results {
        out.push_str(&row(
            &format!("result `{}`, {} bytes", output.name, output.size),
            &output.sha256.to_string(),
        ));
    }
    out
}

/// The page.
pub(super) fn page(judged: &Judged, at: Timestamp) -> String {
    let report = &judged.report;
    let class = match report.outcome {
        Outcome::Holds => "good",
        Outcome::Broken(_) => "bad",
        Outcome::Incomplete | Outcome::Simulated => "warn",
    };
    let said = escaped(&verdict(report).1);
    let checks: String = report.checks.iter().map(check).collect();
    let limits: String = report.not_proven.iter().map(|l| format!("<li>{}</li>\n", escaped(l))).collect();
    let expected = judged.genesis.map_or_else(|| "none given".to_owned(), |genesis| genesis.to_string());
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Cloister: verification of a run</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Verification of a run</h1>\n<p>Made offline on {at} from the bundle alone. Expected workspace: \
         <code>{expected}</code>.</p>\n<p class=\"verdict {class}\">{said}</p>\n\
         <h2>Beside the verdict</h2>\n<table><tbody>\n<tr><th scope=\"row\">Evidence now</th><td>{now}</td></tr>\n\
         <tr><th scope=\"row\">Log seen before</th><td>{seen}</td></tr>\n</tbody></table>\n\
         <h2>Checks</h2>\n<table>\n<thead><tr><th scope=\"col\">Check</th><th scope=\"col\">What it means that it holds</th>\
         <th scope=\"col\">Outcome</th></tr></thead>\n<tbody>\n{checks}</tbody>\n</table>\n\
         <h2>Not proven</h2>\n<ul>\n{limits}</ul>\n\
         <h2>Digests (SHA-256)</h2>\n<table><tbody>\n{digests}</tbody></table>\n</main>\n</body>\n</html>\n",
        now = escaped(&judged.now.sentence()),
        seen = escaped(&judged.seen.sentence()),
        digests = digests(judged),
    )
}
