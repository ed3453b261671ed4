/** Keys that are lost for good: new ones, for which two recoverers whom a charter names stand up. */
import type { Digest } from "../bytes";
import { type Core, signPredicate, statementBody, statementOf, whoAmI } from "../core";
import { NO_NAMES } from "../describe/facts";
import { CoreError, invalid } from "../errors";
import type { Envelope } from "../statement/envelope";
import { open } from "../statement/envelope";
import { openCertificate, type Person } from "../verify/people";
import { proveBroker } from "./broker";
import { certify, type FreshKeys, keep, requestOf } from "./enrol";
import { type HeldWorkspace, namesOf, requireInForce } from "./hold";
import { findPeople } from "./people";
import { brokerKey, signAs, signatory } from "./signatory";

/**
 * Keeps fresh keys here and their backup at the server, and signs the request that recoverers must name. It is signed by
 * the new key alone: nothing else is left.
 */
export async function beginRecovery(core: Core, fresh: FreshKeys): Promise<Envelope> {
  await proveBroker(core);
  const me = await whoAmI(core);
  if (me.certificate === undefined || me.certificate === null) {
    throw new CoreError({ kind: "conflict" }, "you have no certificate that could be lost: make your keys");
  }
  const { digest, certificate } = me.certificate;
  const lost = openCertificate(statementOf(certificate, "certificate"), await brokerKey(core));
  await keep(core, fresh);
  const predicate = {
    issued_at: core.now(),
    signer: { key: fresh.keys.signingKey },
    body: requestOf(me, fresh.keys, digest),
  };
  const names = { ...NO_NAMES, person: (one: Digest) => (one === digest ? lost : undefined) };
  return signPredicate(core, fresh.keys, "certificate-request", predicate, names);
}

/** Asks the broker for the certificate. It refuses until two recoverers have signed and a day has passed. */
export async function finishRecovery(core: Core, request: Envelope): Promise<Person> {
  const wanted = open(request, "certificate-request").predicate.body.signing_key;
  const keys = (await core.vault.keys()).find((one) => one.signingKey === wanted);
  if (keys === undefined) {
    throw new CoreError({ kind: "key_missing", key: wanted }, "the new keys are not in this browser");
  }
  return certify(core, request, keys);
}

/** Stands up for somebody's new keys, as a recoverer of the charter in force. */
export async function supportRecovery(
  core: Core,
  held: HeldWorkspace,
  email: string,
  request: Digest,
): Promise<void> {
  const who = await signatory(core);
  const now = requireInForce(held);
  if (!now.body.recoverers.includes(who.person.digest)) {
    throw invalid("the charter in force does not name you as a recoverer");
  }
  const people = await findPeople(core, [email], "members");
  const [lost] = people;
  if (lost === undefined) throw invalid(`\`${email}\` has no certificate`);
  const body = { certificate: lost.digest, request, charter: now.digest };
  const statement = await signAs(core, who, "recovery", held.genesis, body, namesOf(held, {}, people));
  await core.api.send("POST", "/certificates/recoveries", statementBody(statement));
}
