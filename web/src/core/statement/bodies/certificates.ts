/** Member certificates: request, vouch, certificate, revocation, recovery. */
import { anyText, object, optional, type TypeOf, words } from "../../json/codec";
import { timestamp } from "../../time";
import { digest, email, organisationName, uuid } from "../names";
import { identityStrength } from "./workspaces";

/** How the member enrolled: by a program of its own, or by the console, whose code the server serves. */
export const channel = words("native", "console");

/** A person asks for a certificate. */
export const certificateRequest = object({
  organisation: uuid,
  issuer: anyText,
  subject: anyText,
  email,
  signing_key: digest,
  age_recipient: anyText,
  channel,
  replaces: optional(digest),
});

/** The server vouches for a local account. */
export const vouch = object({
  organisation: uuid,
  organisation_name: organisationName,
  subject: anyText,
  email,
  signing_key: digest,
  age_recipient: anyText,
});

/** The broker certifies a member's keys. */
export const certificate = object({
  organisation: uuid,
  organisation_name: organisationName,
  issuer: anyText,
  subject: anyText,
  email,
  signing_key: digest,
  age_recipient: anyText,
  channel,
  identity: identityStrength,
  not_before: timestamp,
  not_after: timestamp,
  request: digest,
  replaces: optional(digest),
});

/** A certificate ends. */
export const certificateRevocation = object({ certificate: digest });

/** A recoverer agrees that a lost certificate gives way to new keys. */
export const recovery = object({ certificate: digest, request: digest, charter: digest });

export type Channel = TypeOf<typeof channel>;
export type CertificateRequest = TypeOf<typeof certificateRequest>;
export type Certificate = TypeOf<typeof certificate>;
