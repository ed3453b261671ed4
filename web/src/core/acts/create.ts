/** The first charter of a workspace. */
import type { Digest } from "../bytes";
import { type Core, randomDigest } from "../core";
import { CoreError, invalid, refused } from "../errors";
import type {
  ApprovalPolicy,
  Assurance,
  BrokerIdentity,
  Charter,
  RunPolicy,
  WorkspaceKind,
} from "../statement/bodies/workspaces";
import { envelopeJson } from "../statement/envelope";
import type { Person } from "../verify/people";
import { charterProblem } from "../verify/shape";
import type { Workspace } from "../wire";
import { proveBroker } from "./broker";
import { pin } from "./hold";
import { findPeople } from "./people";
import { signAs, signatory } from "./signatory";

/** Who must approve, by address. */
export type Approval =
  | { readonly policy: "all_members" }
  | {
      readonly policy: "groups";
      readonly groups: readonly {
        readonly name: string;
        readonly threshold: number;
        readonly members: readonly string[];
      }[];
    };

/** Who may run, by address. */
export type RunBy =
  | { readonly policy: "all_members" }
  | { readonly policy: "creator_only" }
  | { readonly policy: "named"; readonly members: readonly string[] };

/** A workspace to be. */
export interface Creation {
  readonly name: string;
  readonly kind: WorkspaceKind;
  readonly description: string | undefined;
  /** The templates it offers; all, when absent. Not signed. */
  readonly templates?: readonly string[] | undefined;
  /** Who is invited besides the creator, by address. */
  readonly members: readonly string[];
  readonly approval: Approval;
  readonly run: RunBy;
  readonly floor: Assurance;
  /** Who may recover lost certificates: nobody, or at least two. */
  readonly recoverers: readonly string[];
}

/** The certificates of addresses among a charter's people. */
export function digestsOf(people: readonly Person[], emails: readonly string[]): readonly Digest[] {
  return emails.map((email) => {
    const found = people.find((person) => person.certificate.email === email.toLowerCase());
    if (found === undefined) {
      throw invalid(`\`${email}\` is not among the workspace's members`);
    }
    return found.digest;
  });
}

/** An approval policy by certificates. */
export function approvalOf(people: readonly Person[], approval: Approval): ApprovalPolicy {
  if (approval.policy === "all_members") {
    return approval;
  }
  const groups = approval.groups.map(({ name, threshold, members }) => ({
    name,
    threshold,
    members: digestsOf(people, members),
  }));
  return { policy: "groups", groups };
}

/** A run policy by certificates. */
export function runOf(people: readonly Person[], run: RunBy): RunPolicy {
  return run.policy === "named" ? { policy: "named", members: digestsOf(people, run.members) } : run;
}

/** Charter version 1 of a creation. The founder's console takes part, so certificates made in consoles count. */
export function firstCharter(
  creation: Creation,
  founder: Person,
  people: readonly Person[],
  broker: BrokerIdentity,
  nonce: string,
): Charter {
  const charter: Charter = {
    version: 1,
    nonce,
    name: creation.name,
    kind: creation.kind,
    floor: creation.floor,
    broker,
    minimum_identity: "local",
    console_allowed: true,
    members: people.map((person) => person.digest),
    administrators: [founder.digest],
    approval: approvalOf(people, creation.approval),
    run: runOf(people, creation.run),
    recoverers: digestsOf(people, creation.recoverers),
  };
  const problem = charterProblem(charter);
  if (problem !== undefined) {
    throw invalid(problem);
  }
  return charter;
}

/** A charter's nonce: two alike charters are two workspaces. */
export function nonce(core: Core): string {
  return randomDigest(core).slice(0, 32);
}

/** Founds a workspace: the broker answers, charter version 1 is signed, its genesis digest pinned. */
export async function createWorkspace(core: Core, creation: Creation): Promise<Workspace> {
  const who = await signatory(core);
  const { identity } = await proveBroker(core);
  const own = who.person.certificate.email;
  const others = creation.members.filter((email) => email.toLowerCase() !== own);
  const people = [who.person, ...(await findPeople(core, others, "members"))];
  const body = firstCharter(creation, who.person, people, identity, nonce(core));
  const names = {
    person: (digest: Digest) => people.find((person) => person.digest === digest),
    label: () => undefined,
  };
  const charter = await signAs(core, who, "charter", undefined, body, names);
  const { description, templates } = creation;
  const made = await core.api.send<Workspace>("POST", "/workspaces", {
    charter: envelopeJson(charter),
    ...(description === undefined ? {} : { description }),
    ...(templates === undefined ? {} : { templates }),
  });
  if (made.value.id !== charter.digest) {
    throw refused("genesis", "the server made another workspace than the one signed for");
  }
  await pin(core, charter.digest, creation.name);
  return others.length === 0 ? awaitActive(core, made.value) : made.value;
}

/** A workspace that nobody has to answer for becomes active with the broker's acknowledgement. */
async function awaitActive(core: Core, made: Workspace): Promise<Workspace> {
  let now = made;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (now.state !== "pending") {
      return now;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
    now = await core.api.get<Workspace>(`/workspaces/${made.id}`);
  }
  throw new CoreError(
    { kind: "not_in_force", statement: made.id },
    "the workspace is stored and not in force yet: the broker has not acknowledged it",
  );
}
