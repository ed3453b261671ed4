/** What administrators do later: new charter versions, suspensions, the archive. */
import { type Core, statementBody } from "../core";
import { invalid } from "../errors";
import type { Charter } from "../statement/bodies/workspaces";
import type { Verified } from "../statement/envelope";
import type { Person } from "../verify/people";
import { charterProblem } from "../verify/shape";
import type { InForceAnswer, Workspace } from "../wire";
import { type Approval, approvalOf, digestsOf, nonce, type RunBy, runOf } from "./create";
import { type HeldWorkspace, memberOf, membersOf, namesOf, requireInForce } from "./hold";
import { findPeople } from "./people";
import { restrict, signAs, signatory } from "./signatory";

/** Changes of a charter; what is absent stays. People by address. */
export interface CharterChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly approval?: Approval;
  readonly run?: RunBy;
  /** All administrators from now on. */
  readonly administrators?: readonly string[];
  /** All recoverers from now on. */
  readonly recoverers?: readonly string[];
  /** Whether certificates made in the console count. */
  readonly consoleAllowed?: boolean;
}

/** The version that follows a charter. */
export function nextCharter(
  now: Verified<"charter">,
  change: CharterChange,
  people: readonly Person[],
  fresh: string,
): Charter {
  const members = people.map((person) => person.digest);
  const listed = (digest: string): boolean => members.includes(digest);
  const { administrators, recoverers, approval, run, consoleAllowed } = change;
  const next: Charter = {
    ...now.body,
    version: now.body.version + 1,
    previous: now.digest,
    nonce: fresh,
    members,
    administrators: (administrators === undefined
      ? now.body.administrators
      : digestsOf(people, administrators)
    ).filter(listed),
    recoverers: (recoverers === undefined ? now.body.recoverers : digestsOf(people, recoverers)).filter(
      listed,
    ),
    approval: approval === undefined ? now.body.approval : approvalOf(people, approval),
    run: run === undefined ? now.body.run : runOf(people, run),
    console_allowed: consoleAllowed ?? now.body.console_allowed,
  };
  const problem = charterProblem(next);
  if (problem !== undefined) {
    throw invalid(problem);
  }
  return next;
}

/** Proposes the next charter version. It is in force once everyone it needs has accepted it. */
export async function changeCharter(
  core: Core,
  held: HeldWorkspace,
  change: CharterChange,
): Promise<Workspace> {
  const who = await signatory(core);
  const now = requireInForce(held);
  const gone = new Set((change.remove ?? []).map((email) => email.toLowerCase()));
  const stay = membersOf(held).filter((person) => !gone.has(person.certificate.email));
  const people = [...stay, ...(await findPeople(core, change.add ?? [], "members"))];
  const next = nextCharter(now, change, people, nonce(core));
  const statement = await signAs(core, who, "charter", held.genesis, next, namesOf(held, {}, people));
  const shown = `/workspaces/${held.genesis}`;
  // The statement itself follows one version and no other; the tag says so before anything is stored.
  const { tag } = await core.api.tagged<Workspace>(shown);
  await core.api.send<InForceAnswer>("POST", `${shown}/charters`, statementBody(statement), tag);
  return core.api.get<Workspace>(shown);
}

/** Suspends a member at once. */
export async function suspendMember(core: Core, held: HeldWorkspace, email: string): Promise<InForceAnswer> {
  const who = await signatory(core);
  const body = { member: memberOf(held, email).digest, charter: requireInForce(held).digest };
  const statement = await signAs(core, who, "suspension", held.genesis, body, namesOf(held));
  return restrict(core, `/workspaces/${held.genesis}/suspensions`, statement);
}

/** Ends a workspace for good; its exact name must be given again. */
export async function archiveWorkspace(
  core: Core,
  held: HeldWorkspace,
  name: string,
): Promise<InForceAnswer> {
  const now = requireInForce(held);
  if (now.body.name !== name) {
    throw invalid(`to archive \`${now.body.name}\` for good, give its exact name`);
  }
  const who = await signatory(core);
  const statement = await signAs(core, who, "archive", held.genesis, { charter: now.digest }, namesOf(held));
  return restrict(core, `/workspaces/${held.genesis}/archive`, statement);
}
