/** From an e-mail address to a verified certificate. */
import { isAbsent } from "../api";
import type { Digest } from "../bytes";
import { type Core, statementOf } from "../core";
import { refused } from "../errors";
import { dated } from "../verify/dossier";
import { openCertificate, type Person } from "../verify/people";
import type { CertificateInfo } from "../wire";
import { brokerKey } from "./signatory";

/** The live certificate of an address, verified under the pinned broker's key; `undefined` when there is none. */
export async function findPerson(core: Core, email: string): Promise<Person | undefined> {
  let found: readonly CertificateInfo[];
  try {
    found = await core.api.all<CertificateInfo>(`/certificates?email=${encodeURIComponent(email)}`);
  } catch (thrown) {
    if (isAbsent(thrown)) {
      return undefined;
    }
    throw thrown;
  }
  const broker = await brokerKey(core);
  const live = found
    .filter((info) => info.ended === undefined || info.ended === null)
    .map((info) => openCertificate(statementOf(info.certificate, "certificate"), broker))
    .filter(({ certificate }) => certificate.email === email.toLowerCase() && dated(certificate, core.now()));
  return live.sort((a, b) => (a.certificate.not_before < b.certificate.not_before ? 1 : -1))[0];
}

/** The live certificates of addresses; refuses naming everyone who has none. */
export async function findPeople(
  core: Core,
  emails: readonly string[],
  what: string,
): Promise<readonly Person[]> {
  const found = await Promise.all(emails.map((email) => findPerson(core, email)));
  const missing = emails.filter((_, at) => found[at] === undefined);
  if (missing.length > 0) {
    throw refused(
      "membership",
      `${what} without a certificate: ${missing.join(", ")}; one is made at the first sign-in`,
    );
  }
  return found.filter((person) => person !== undefined);
}

/** The person of a certificate digest. */
export async function personOf(core: Core, digest: Digest): Promise<Person> {
  const info = await core.api.get<CertificateInfo>(`/certificates/${digest}`);
  const person = openCertificate(statementOf(info.certificate, "certificate"), await brokerKey(core));
  if (person.digest !== digest) {
    throw refused("certificate", "the server showed another certificate than the one asked for");
  }
  return person;
}
