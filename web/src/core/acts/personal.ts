/** The personal workspace: of its owner alone, for what needs a workspace and concerns nobody else. */
import type { Core } from "../core";
import { CoreError } from "../errors";
import type { Workspace } from "../wire";
import { createWorkspace } from "./create";
import { type HeldWorkspace, holdWorkspace, pin, requireInForce } from "./hold";
import { type Signatory, signatory } from "./signatory";

const NAME = "Personal";

/** The workspace, if its first charter is by the own key and the one in force lists its owner alone. Such a charter needs
 * no comparing with another member before it is pinned. */
async function ownAlone(core: Core, me: Signatory, id: string): Promise<HeldWorkspace | undefined> {
  let held = await holdWorkspace(core, id);
  const { digest } = me.person;
  const alone = (members: readonly string[]) => members.length === 1 && members[0] === digest;
  const own = held.dossier.of("charter").get(held.genesis);
  if (own === undefined || own.certificate !== digest || !alone(held.first.members)) return undefined;
  if (!held.pinned) {
    await pin(core, held.genesis, held.first.name);
    held = await holdWorkspace(core, id);
  }
  return alone(requireInForce(held).body.members) ? held : undefined;
}

/** The personal workspace of whoever is signed in; founded where there is none that can be used. */
export async function personalWorkspace(core: Core): Promise<HeldWorkspace> {
  const me = await signatory(core);
  const all = await core.api.all<Workspace>("/workspaces");
  for (const { id } of all.filter((one) => one.name === NAME && one.state === "active")) {
    try {
      const held = await ownAlone(core, me, id);
      if (held !== undefined) return held;
    } catch (thrown) {
      // What does not hold here is not ours to use; another is founded.
      if (!(thrown instanceof CoreError && thrown.why.kind === "refused")) throw thrown;
    }
  }
  const made = await createWorkspace(core, {
    name: NAME,
    kind: "analytics",
    description: undefined,
    members: [],
    approval: { policy: "all_members" },
    run: { policy: "all_members" },
    // The floors of the manifests and their grants decide.
    floor: "simulated",
    recoverers: [],
  });
  return holdWorkspace(core, made.id);
}
