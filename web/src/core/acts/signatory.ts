/** The person who signs, the broker whose word counts, and statements that are done only with its acknowledgement. */
import type { Digest } from "../bytes";
import { type Core, signPredicate, statementBody, statementOf, whoAmI } from "../core";
import type { MemberKind } from "../describe";
import { type Names, NO_NAMES } from "../describe/facts";
import { CoreError, messageOf, refused } from "../errors";
import type { MemberKeys } from "../keys/member";
import { type Envelope, open, verify } from "../statement/envelope";
import type { BodyOf, Predicate } from "../statement/kinds";
import { openCertificate, type Person } from "../verify/people";
import type { InForceAnswer, Me } from "../wire";
import { proveBroker } from "./broker";

/** The person who acts: account, certificate and the keys that go with it. */
export interface Signatory {
  readonly me: Me;
  readonly person: Person;
  readonly keys: MemberKeys;
}

/** The key under which certificates count here: the pinned broker's. */
export async function brokerKey(core: Core): Promise<Digest> {
  const { broker } = await core.vault.pins();
  if (broker !== undefined) {
    return broker.signing_key;
  }
  return (await proveBroker(core)).identity.signing_key;
}

/** Who can sign here: the live certificate, verified, and its key in this browser. */
export async function signatory(core: Core): Promise<Signatory> {
  const me = await whoAmI(core);
  if (me.certificate === undefined) {
    throw new CoreError({ kind: "no_certificate" }, "you have no certificate yet: make your keys first");
  }
  const person = openCertificate(
    statementOf(me.certificate.certificate, "certificate"),
    await brokerKey(core),
  );
  const key = person.certificate.signing_key;
  const keys = (await core.vault.keys()).find((one) => one.signingKey === key);
  if (keys === undefined) {
    throw new CoreError(
      { kind: "key_missing", key },
      "this browser does not hold the keys of your certificate: restore them from the backup",
    );
  }
  if (person.certificate.age_recipient !== keys.recipient) {
    throw refused("certificate", "your certificate names another age recipient than your keys");
  }
  return { me, person, keys };
}

/** Signs a member's statement. */
export function signAs<K extends MemberKind>(
  core: Core,
  who: Signatory,
  kind: K,
  workspace: Digest | undefined,
  body: BodyOf<K>,
  names: Names = NO_NAMES,
): Promise<Envelope> {
  const predicate: Predicate<K> = {
    issued_at: core.now(),
    signer: { certificate: who.person.digest },
    ...(workspace === undefined ? {} : { workspace }),
    body,
  };
  return signPredicate(core, who.keys, kind, predicate, names);
}

/** Posts a restricting statement: done only with the broker's acknowledgement. */
export async function restrict(core: Core, path: string, envelope: Envelope): Promise<InForceAnswer> {
  const answer = await core.api.send<InForceAnswer>("POST", path, statementBody(envelope));
  await requireAcknowledged(core, envelope.digest, answer.value);
  return answer.value;
}

/** Checks the acknowledgement of a restricting statement; throws `not_in_force` where there is none yet. */
export async function requireAcknowledged(
  core: Core,
  statement: Digest,
  answer: InForceAnswer,
): Promise<void> {
  if (answer.acknowledgement === undefined || answer.acknowledgement === null) {
    throw new CoreError(
      { kind: "not_in_force", statement },
      "the statement is stored and not in force yet: the broker has not acknowledged it",
    );
  }
  const envelope = statementOf(answer.acknowledgement, "acknowledgement");
  const key = await brokerKey(core);
  let acknowledged: Digest;
  try {
    acknowledged = verify(open(envelope, "acknowledgement"), key).body.statement;
  } catch (thrown) {
    throw refused("acknowledgement", messageOf(thrown));
  }
  if (acknowledged !== statement) {
    throw refused("acknowledgement", "it acknowledges another statement");
  }
}
