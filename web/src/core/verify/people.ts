/** A person by the certificate that names them. */
import { type Digest, digestOf, fromHex } from "../bytes";
import { messageOf, refused } from "../errors";
import type { Certificate } from "../statement/bodies/certificates";
import { type Envelope, open, verify } from "../statement/envelope";

/** A person whose certificate the pinned broker signed. */
export interface Person {
  /** The certificate statement's digest: how charters and specs name the person. */
  readonly digest: Digest;
  readonly certificate: Certificate;
  readonly envelope: Envelope;
}

/** Opens a certificate under the broker's key. */
export function openCertificate(envelope: Envelope, broker: Digest): Person {
  try {
    const verified = verify(open(envelope, "certificate"), broker);
    return { digest: verified.digest, certificate: verified.body, envelope };
  } catch (thrown) {
    throw refused("certificate", `a certificate the server showed: ${messageOf(thrown)}`);
  }
}

/** The first 20 bytes of SHA-256 of a key, in groups of four digits that can be read aloud. */
export function fingerprint(key: Digest): string {
  return (digestOf(fromHex(key)).slice(0, 40).match(/.{4}/g) ?? []).join(" ");
}
