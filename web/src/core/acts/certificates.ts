/** The end of certificates. */
import type { Core } from "../core";
import type { InForceAnswer } from "../wire";
import { restrict, signAs, signatory } from "./signatory";

/** Ends one's own live certificate, for good. */
export async function revokeOwnCertificate(core: Core): Promise<InForceAnswer> {
  const who = await signatory(core);
  const certificate = who.person.digest;
  const names = { person: () => who.person, label: () => undefined };
  const statement = await signAs(core, who, "certificate-revocation", undefined, { certificate }, names);
  return restrict(core, `/certificates/${certificate}/revocations`, statement);
}
