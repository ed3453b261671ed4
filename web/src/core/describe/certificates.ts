/** Certificate statements, in words. */
import type { CertificateRequest } from "../statement/bodies/certificates";
import { fingerprint } from "../verify/people";
import { type Description, fact, type Names, who } from "./facts";

export function describeRequest(request: CertificateRequest, names: Names): Description {
  const { replaces } = request;
  return {
    kind: "certificate-request",
    title:
      replaces === undefined
        ? `Ask for a certificate for ${request.email}`
        : `Replace the keys of ${who(names, replaces)}`,
    consequences:
      replaces === undefined
        ? ["The broker certifies that these keys are yours; what they sign counts as signed by you."]
        : ["The certificate before ends; charters that list it need a new version that lists the new one."],
    facts: [
      fact("Key fingerprint", fingerprint(request.signing_key)),
      fact("Signing key", request.signing_key),
      fact("Results are sealed to", request.age_recipient),
      fact("Identified by", request.issuer === "local" ? "a local account" : request.issuer),
    ],
    people: [],
  };
}

export function describeCertificateRevocation(
  body: { readonly certificate: string },
  names: Names,
): Description {
  return {
    kind: "certificate-revocation",
    title: `End the certificate of ${who(names, body.certificate)}`,
    consequences: ["There is no way back: what this key signs no longer counts."],
    facts: [fact("Certificate", body.certificate)],
    people: [],
  };
}

export function describeRecovery(
  body: { readonly certificate: string; readonly request: string; readonly charter: string },
  names: Names,
): Description {
  return {
    kind: "recovery",
    title: `Support the recovery of ${who(names, body.certificate)}`,
    consequences: [
      "With a second recoverer, and 24 hours later, the lost certificate gives way to new keys.",
      "Compare the request's digest with the person by another channel: whoever holds the new keys will be that person.",
    ],
    facts: [
      fact("Lost certificate", body.certificate),
      fact("Request", body.request),
      fact("Charter", body.charter),
    ],
    people: [],
  };
}
