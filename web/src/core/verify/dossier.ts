/**
 * A dossier: statements with verified signatures, by kind.
 *
 * A certificate counts only when a trusted broker's key signed it; a member's statement only under the key of such a
 * certificate, issued within its validity; a broker's statement only under a trusted broker's key; a receipt only under
 * the worker's key it names. One statement that fails refuses the whole dossier: whoever brought it cannot be followed.
 */
import type { Digest } from "../bytes";
import { messageOf, refused } from "../errors";
import type { CertificateRequest } from "../statement/bodies/certificates";
import type { Receipt } from "../statement/bodies/jobs";
import { type Envelope, type Opened, open, type Verified, verify } from "../statement/envelope";
import type { Kind, Signer } from "../statement/kinds";
import { CLOCK_SKEW_SECONDS, isBefore, plusSeconds, type Timestamp } from "../time";

/** The most statements of a dossier. */
const MAX_STATEMENTS = 20_000;

/** Who must sign a kind of statement. */
type Role = "member" | "broker" | "worker" | "own_or_member" | "anyone";

const ROLES: Readonly<Record<Kind, Role>> = {
  charter: "member",
  acceptance: "member",
  refusal: "member",
  suspension: "member",
  archive: "member",
  manifest: "member",
  "dataset-deletion": "member",
  grant: "member",
  revocation: "member",
  spec: "member",
  review: "member",
  withdrawal: "member",
  "run-request": "member",
  "certificate-revocation": "member",
  recovery: "member",
  "release-record": "broker",
  challenge: "broker",
  acknowledgement: "broker",
  certificate: "broker",
  receipt: "worker",
  "certificate-request": "own_or_member",
  vouch: "anyone",
};

/** Statements whose signatures hold. */
export class Dossier {
  private readonly issuers: ReadonlySet<Digest>;
  private readonly kinds = new Map<Kind, Map<Digest, Verified<Kind>>>();

  private constructor(issuers: Iterable<Digest>) {
    this.issuers = new Set(issuers);
  }

  /** Reads and verifies statements; `issuers` are the signing keys of the brokers whose word counts. */
  static read(envelopes: readonly Envelope[], issuers: Iterable<Digest>): Dossier {
    const dossier = new Dossier(issuers);
    if (envelopes.length > MAX_STATEMENTS) {
      throw refused("format", `more than ${MAX_STATEMENTS} statements`);
    }
    const isCertificate = (envelope: Envelope): boolean => envelope.kind === "certificate";
    const others = envelopes.filter((envelope) => !isCertificate(envelope));
    for (const envelope of [...envelopes.filter(isCertificate), ...others]) {
      dossier.add(envelope);
    }
    return dossier;
  }

  /** The statements of a kind, by digest. */
  of<K extends Kind>(kind: K): ReadonlyMap<Digest, Verified<K>> {
    return (this.kinds.get(kind) ?? new Map()) as ReadonlyMap<Digest, Verified<K>>;
  }

  /** Verifies one more statement under the certificates already here. */
  add(envelope: Envelope): void {
    const { kind } = envelope;
    let opened: Opened<Kind>;
    try {
      opened = open(envelope, kind);
    } catch (thrown) {
      throw refused("format", `a ${kind}: ${messageOf(thrown)}`);
    }
    let verified: Verified<Kind>;
    try {
      verified = verify(opened, this.keyFor(opened));
    } catch (thrown) {
      throw refused("signature", messageOf(thrown));
    }
    this.requireValidity(verified);
    const sorted = this.kinds.get(kind) ?? new Map<Digest, Verified<Kind>>();
    sorted.set(verified.digest, verified);
    this.kinds.set(kind, sorted);
  }

  /** The person of a certificate, as text: who they are at their issuer. */
  person(certificate: Digest): string | undefined {
    const found = this.of("certificate").get(certificate);
    return found === undefined ? undefined : personOf(found.body);
  }

  private requireValidity(verified: Verified<Kind>): void {
    const { certificate, envelope, predicate } = verified;
    const signer = certificate === undefined ? undefined : this.of("certificate").get(certificate);
    if (signer === undefined) {
      return;
    }
    const early = isBefore(plusSeconds(predicate.issued_at, CLOCK_SKEW_SECONDS), signer.body.not_before);
    if (early || !isBefore(predicate.issued_at, signer.body.not_after)) {
      throw refused(
        "signature",
        `a ${envelope.kind} was issued outside the validity of its signer's certificate`,
      );
    }
  }

  /** The key under which a statement must verify; throws when there is none. */
  private keyFor(opened: Opened<Kind>): Digest {
    const { kind } = opened.envelope;
    const role = ROLES[kind];
    const { signer, body } = opened.predicate;
    if ("certificate" in signer) {
      if (role === "member" || role === "own_or_member") {
        return this.certified(kind, signer.certificate);
      }
      throw new Error(`a ${kind} is not signed by members`);
    }
    return this.bareKey(kind, role, signer, body);
  }

  private bareKey(kind: Kind, role: Role, signer: Extract<Signer, { key: string }>, body: unknown): Digest {
    switch (role) {
      case "member":
        throw new Error(`a ${kind} is signed by a member, not by a bare key`);
      case "broker":
        if (!this.issuers.has(signer.key)) {
          throw new Error(`a ${kind} is signed by a broker that is not trusted here`);
        }
        return signer.key;
      case "worker":
      case "own_or_member": {
        const own = role === "worker" ? (body as Receipt).worker : (body as CertificateRequest).signing_key;
        if (own !== signer.key) {
          throw new Error(`a ${kind} is signed by another key than it names`);
        }
        return own;
      }
      case "anyone":
        return signer.key;
    }
  }

  private certified(kind: Kind, certificate: Digest): Digest {
    const found = this.of("certificate").get(certificate);
    if (found === undefined) {
      throw new Error(`the certificate \`${certificate}\` that a ${kind} names is missing`);
    }
    return found.body.signing_key;
  }
}

/** A person: who they are at their issuer; never an e-mail address. */
export function personOf(certificate: { readonly issuer: string; readonly subject: string }): string {
  return JSON.stringify([certificate.issuer, certificate.subject]);
}

/** Whether a moment lies within a certificate's dates. */
export function dated(
  certificate: { readonly not_before: Timestamp; readonly not_after: Timestamp },
  now: Timestamp,
): boolean {
  return !isBefore(now, certificate.not_before) && isBefore(now, certificate.not_after);
}
