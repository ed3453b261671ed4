/** What a statement says, in words for the dialog before signing. */
import type { Digest } from "../bytes";
import type { Kind } from "../statement/kinds";
import type { Person } from "../verify/people";

/** One thing the statement says. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** A person the statement names. */
export interface NamedPerson {
  readonly label: string;
  readonly person: Person;
}

/** A statement in plain words. Everything here follows from the bytes to be signed and verified certificates. */
export interface Description {
  readonly kind: Kind;
  /** What the signature does: "Approve the job `Count`". */
  readonly title: string;
  /** What follows from it, in full sentences; what cannot be undone comes first. */
  readonly consequences: readonly string[];
  readonly facts: readonly Fact[];
  readonly people: readonly NamedPerson[];
}

/** Names for the digests in a statement, as far as they are known and verified here. */
export interface Names {
  /** The person of a certificate. */
  person(certificate: Digest): Person | undefined;
  /** The name of a workspace, charter, dataset (by manifest), grant or job (by spec). */
  label(digest: Digest): string | undefined;
}

/** No names: digests stand for themselves. */
export const NO_NAMES: Names = { person: () => undefined, label: () => undefined };

/** A digest, short enough to read and compare. */
export function short(digest: Digest): string {
  return `${digest.slice(0, 8)}…${digest.slice(-8)}`;
}

/** A thing by its name, or by its digest where no name is known. */
export function called(names: Names, digest: Digest): string {
  const label = names.label(digest);
  return label === undefined ? `\`${short(digest)}\`` : `\`${label}\``;
}

/** A person by address and organisation, or by digest. */
export function who(names: Names, certificate: Digest): string {
  const person = names.person(certificate);
  return person === undefined
    ? `\`${short(certificate)}\` (unknown here)`
    : `${person.certificate.email} (${person.certificate.organisation_name})`;
}

/** People by address, one after another. */
export function all(names: Names, certificates: readonly Digest[]): string {
  return certificates.map((one) => who(names, one)).join(", ");
}

/** The people known here among certificates. */
export function people(names: Names, label: string, certificates: readonly Digest[]): readonly NamedPerson[] {
  return certificates.flatMap((one) => {
    const person = names.person(one);
    return person === undefined ? [] : [{ label, person }];
  });
}

/** A fact. */
export function fact(label: string, value: string | number): Fact {
  return { label, value: String(value) };
}

/** A fact that is there only with its value. */
export function maybe(label: string, value: string | number | undefined): readonly Fact[] {
  return value === undefined ? [] : [fact(label, value)];
}

/** What an assurance means, in words. */
export function assuranceWords(assurance: "simulated" | "hardware"): string {
  return assurance === "hardware"
    ? "hardware: genuine TEEs only"
    : "simulated: proves nothing about hardware";
}
