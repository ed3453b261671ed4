/** Charters and what members say to them. */
import {
  anyText,
  boolean,
  count,
  list,
  object,
  optional,
  set,
  type TypeOf,
  tagged,
  words,
} from "../../json/codec";
import { digest, workspaceName } from "../names";

/** How much the evidence of a broker or worker proves. */
export const assurance = words("simulated", "hardware");
/** What a workspace is for. */
export const workspaceKind = words("analytics", "agentic");
/** How a person was identified. */
export const identityStrength = words("local", "sso");

/** The broker a workspace trusts. */
export const brokerIdentity = object({
  signing_key: digest,
  sealing_key: digest,
  measurement: anyText,
  configuration: digest,
});

/** Named members of whom `threshold` must approve. */
export const approvalGroup = object({ name: anyText, threshold: count(0xffff_ffff), members: set(digest) });

/** Who must approve a job. */
export const approvalPolicy = tagged("policy", { all_members: {}, groups: { groups: list(approvalGroup) } });

/** Who may run an accepted job. */
export const runPolicy = tagged("policy", {
  all_members: {},
  creator_only: {},
  named: { members: set(digest) },
});

/** What the members of a workspace agree on. */
export const charter = object({
  version: count(),
  previous: optional(digest),
  nonce: anyText,
  name: workspaceName,
  kind: workspaceKind,
  floor: assurance,
  broker: brokerIdentity,
  minimum_identity: identityStrength,
  console_allowed: boolean,
  members: set(digest),
  administrators: set(digest),
  approval: approvalPolicy,
  run: runPolicy,
  recoverers: set(digest),
});

/** A listed member agrees to a charter. */
export const acceptance = object({ charter: digest });
/** A listed member refuses a charter, which voids it. */
export const refusal = object({ charter: digest });
/** An administrator suspends a member. */
export const suspension = object({ member: digest, charter: digest });
/** An administrator ends the workspace for good. */
export const archive = object({ charter: digest });

export type Assurance = TypeOf<typeof assurance>;
export type WorkspaceKind = TypeOf<typeof workspaceKind>;
export type BrokerIdentity = TypeOf<typeof brokerIdentity>;
export type ApprovalGroup = TypeOf<typeof approvalGroup>;
export type ApprovalPolicy = TypeOf<typeof approvalPolicy>;
export type RunPolicy = TypeOf<typeof runPolicy>;
export type Charter = TypeOf<typeof charter>;
export type Acceptance = TypeOf<typeof acceptance>;
export type Refusal = TypeOf<typeof refusal>;
export type Suspension = TypeOf<typeof suspension>;
export type Archive = TypeOf<typeof archive>;
