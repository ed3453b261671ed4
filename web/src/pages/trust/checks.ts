/** What this browser checks of the broker, check by check, in words. */

import { readEvidence } from "../../core/acts/broker";
import { CoreError } from "../../core/errors";
import type { EvidenceAnswer } from "../../core/wire";

export interface Check {
  name: string;
  text: string;
  verdict: "holds" | "broken" | "simulated" | "open";
}

const WORDS: [check: string, name: string, text: string][] = [
  [
    "broker",
    "Fresh",
    "It answered a number that this browser drew a moment ago, and shows the configuration its digest names",
  ],
  [
    "transcript",
    "Bound",
    "The evidence is bound to that number, to both of its keys and to its configuration",
  ],
  ["measurement", "Measured", "The evidence names the software's measurement that is shown"],
];

/** Judges an answer; what comes after a broken check stays open. */
export function checksOf(
  nonce: string,
  answer: EvidenceAnswer,
): { checks: Check[]; simulated: boolean | undefined } {
  let broken: { check: string; message: string } | undefined;
  let simulated: boolean | undefined;
  try {
    simulated = readEvidence(nonce, answer).simulated;
  } catch (thrown) {
    const why = thrown instanceof CoreError && thrown.why.kind === "refused" ? thrown.why.check : "broker";
    broken = { check: why, message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  const at = WORDS.findIndex(([check]) => check === broken?.check);
  const checks = WORDS.map(([, name, text], index): Check => {
    if (!broken || index < at) return { name, text, verdict: "holds" };
    return index === at ? { name, text: broken.message, verdict: "broken" } : { name, text, verdict: "open" };
  });
  checks.push(
    simulated === undefined
      ? { name: "Hardware", text: "Not judged: a check before it is broken", verdict: "open" }
      : simulated
        ? {
            name: "Hardware",
            text: "Simulated: software plays the trusted machine, and proves nothing",
            verdict: "simulated",
          }
        : {
            name: "Hardware",
            text: "The vendor's signature chain is checked by the command line: cloister login",
            verdict: "open",
          },
  );
  return { checks, simulated };
}
