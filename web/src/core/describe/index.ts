/** Any statement a member signs, in words. */
import type { BodyOf, Kind } from "../statement/kinds";
import { describeCertificateRevocation, describeRecovery, describeRequest } from "./certificates";
import { describeDeletion, describeGrant, describeManifest, describeRevocation } from "./datasets";
import { type Description, type Names, NO_NAMES } from "./facts";
import { describeReview, describeRunRequest, describeSpec, describeWithdrawal } from "./jobs";
import {
  describeAcceptance,
  describeArchive,
  describeCharter,
  describeRefusal,
  describeSuspension,
} from "./workspaces";

/** Kinds that members sign. */
export type MemberKind = Exclude<
  Kind,
  "release-record" | "receipt" | "challenge" | "acknowledgement" | "vouch" | "certificate"
>;

const DESCRIBERS: { readonly [K in MemberKind]: (body: BodyOf<K>, names: Names) => Description } = {
  charter: describeCharter,
  acceptance: describeAcceptance,
  refusal: describeRefusal,
  suspension: describeSuspension,
  archive: describeArchive,
  manifest: describeManifest,
  "dataset-deletion": describeDeletion,
  grant: describeGrant,
  revocation: describeRevocation,
  spec: describeSpec,
  review: describeReview,
  withdrawal: describeWithdrawal,
  "run-request": describeRunRequest,
  "certificate-request": describeRequest,
  "certificate-revocation": describeCertificateRevocation,
  recovery: describeRecovery,
};

/** What signing a body of this kind does, in plain words. */
export function describe<K extends MemberKind>(
  kind: K,
  body: BodyOf<K>,
  names: Names = NO_NAMES,
): Description {
  return DESCRIBERS[kind](body, names);
}
