/** The end of certificates. */
import { type Core, restrict, signAs, signatory } from "../core";
import type { InForceAnswer } from "../wire";

/** Ends one's own live certificate, for good. */
export async function revokeOwnCertificate(core: Core): Promise<InForceAnswer> {
  const who = await signatory(core);
  const certificate = who.person.digest;
  const names = { person: () => who.person, label: () => undefined };
  const statement = await signAs(core, who, "certificate-revocation", undefined, { certificate }, names);
  return restrict(core, `/certificates/${certificate}/revocations`, statement);
}
