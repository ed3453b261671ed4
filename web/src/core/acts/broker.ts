/**
 * The broker answers a fresh nonce of this browser, and its key is pinned.
 *
 * What is checked here: the answer is for our nonce; its evidence is bound to that nonce, both keys and the configuration
 * (all 64 bytes of `report_data`) and names the measurement shown; the configuration is the one its digest names. What is
 * not: the signature chain of the evidence up to the vendor. `cloister login` checks that too, and this console trusts the
 * server for its code anyway; pages say so in these words: `UNCHECKED`.
 */
import { sha512 } from "@noble/hashes/sha2.js";
import {
  type Bytes,
  digestOf,
  equalBytes,
  fromBase64,
  fromHex,
  fromUtf8,
  lengthPrefixed,
  toHex,
  utf8,
} from "../bytes";
import { type Core, randomDigest } from "../core";
import { malformed, messageOf, refused } from "../errors";
import { pinBroker, pinLog } from "../keys/pins";
import type { BrokerIdentity } from "../statement/bodies/workspaces";
import type { EvidenceAnswer } from "../wire";

/** What the page says beside a proven broker. */
export const UNCHECKED =
  "The browser checked that the evidence is fresh and bound to these keys; the hardware vendor's signature chain is checked by the command line.";

/** A broker whose evidence answered a fresh nonce of this browser. */
export interface ProvenBroker {
  readonly identity: BrokerIdentity;
  /** The kind of TEE the evidence says. */
  readonly tee: string;
  readonly simulated: boolean;
}

const REPORT_DATA = 0x50;
const MEASUREMENT = 0x90;

/** The `report_data` of a broker that answers `nonce`. */
export function brokerReportData(nonce: string, identity: BrokerIdentity): Bytes {
  return sha512(
    lengthPrefixed(
      utf8("cloister/broker/v1"),
      fromHex(nonce),
      fromHex(identity.signing_key),
      fromHex(identity.sealing_key),
      fromHex(identity.configuration),
    ),
  ) as Bytes;
}

/** Challenges the broker, checks its answer and pins its key (or refuses another key than the pinned one). */
export async function proveBroker(core: Core): Promise<ProvenBroker> {
  const nonce = randomDigest(core);
  const { value } = await core.api.send<EvidenceAnswer>("POST", "/broker/evidence", { nonce });
  const proven = readEvidence(nonce, value);
  const log = logOf(fromBase64(value.configuration));
  await core.vault.changePins((pins) => {
    const { signing_key, configuration } = proven.identity;
    return pinLog(pinBroker(pins, { signing_key, configuration }), log.origin, log.key);
  });
  return proven;
}

/** Checks an answer to `nonce`. */
export function readEvidence(nonce: string, answer: EvidenceAnswer): ProvenBroker {
  if (answer.nonce !== nonce) {
    throw refused("broker", "the broker answered another nonce");
  }
  const { signing_key, sealing_key, measurement, configuration } = answer.identity;
  const identity: BrokerIdentity = { signing_key, sealing_key, measurement, configuration };
  try {
    if (digestOf(fromBase64(answer.configuration)) !== configuration) {
      throw refused("broker", "the configuration shown is not the one its digest names");
    }
    const evidence = parseEvidence(answer.evidence);
    const bound = evidence.report.subarray(REPORT_DATA, REPORT_DATA + 64);
    if (!equalBytes(bound, brokerReportData(nonce, identity))) {
      throw refused(
        "transcript",
        "the broker's evidence is not bound to this nonce, these keys and this configuration",
      );
    }
    if (toHex(evidence.report.subarray(MEASUREMENT, MEASUREMENT + 48)) !== measurement) {
      throw refused("measurement", "the broker's evidence names another measurement than the broker");
    }
    return { identity, tee: evidence.tee, simulated: evidence.tee === "sim" };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) {
      throw malformed("broker", messageOf(thrown));
    }
    throw thrown;
  }
}

function parseEvidence(encoded: string): { tee: string; report: Uint8Array } {
  const parsed: unknown = JSON.parse(fromUtf8(fromBase64(encoded)));
  const { tee, report } = (typeof parsed === "object" && parsed !== null ? parsed : {}) as {
    tee?: unknown;
    report?: unknown;
  };
  if (typeof report !== "string" || (tee !== "sim" && tee !== "snp")) {
    throw malformed("broker", "its evidence is of no kind that is read here");
  }
  return { tee, report: fromHex(report) };
}

function logOf(configuration: Uint8Array): { origin: string; key: string } {
  const parsed = JSON.parse(fromUtf8(configuration)) as { log_origin?: unknown; log_key?: unknown };
  if (typeof parsed.log_origin !== "string" || typeof parsed.log_key !== "string") {
    throw malformed("broker", "its configuration names no log");
  }
  return { origin: parsed.log_origin, key: parsed.log_key };
}
