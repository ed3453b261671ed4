/** What waits for a person, and how far a new admin is: decisions without a page. */
import type { Job, Run, User, Workspace } from "../../api/queries";
import { asked, asks } from "../workspaces/groups";

export interface Waiting {
  kind: "invitation" | "charter" | "review";
  key: string;
  href: string;
  title: string;
  text: string;
  at: string;
}

export function waitingFor(email: string, workspaces: Workspace[], jobs: Job[]): Waiting[] {
  const found: Waiting[] = [];
  const names = new Map(workspaces.map((workspace) => [workspace.id, workspace.name]));
  for (const workspace of workspaces) {
    if (!asks(workspace, email)) continue;
    const amended = workspace.state === "active";
    const mine = asked(workspace).find((member) => member.email === email);
    found.push({
      kind: amended ? "charter" : "invitation",
      key: workspace.id,
      href: `/workspaces/${workspace.id}`,
      title: workspace.name,
      text: amended
        ? "A new charter asks for your acceptance"
        : "You are invited: accept or decline its charter",
      at: mine?.invited ?? workspace.created,
    });
  }
  for (const job of jobs) {
    if (job.state !== "under_review" || !job.awaiting.includes(email)) continue;
    found.push({
      kind: "review",
      key: job.id,
      href: `/jobs/${job.id}`,
      title: job.draft.name,
      text: `${job.creator} asks for your review in ${names.get(job.workspace) ?? "a workspace"}`,
      at: job.created,
    });
  }
  return found.sort((a, b) => b.at.localeCompare(a.at));
}

export interface Step {
  key: string;
  title: string;
  text: string;
  href: string;
  done: boolean;
}

export interface State {
  users: User[];
  ownDatasets: number;
  workspaces: Workspace[];
  runs: Run[];
  bundleRead: boolean;
}

/** The first steps, each decided by what is there. */
export function firstSteps(state: State): Step[] {
  const workspace = state.workspaces.find((w) => w.state === "active") ?? state.workspaces[0];
  const runs = state.runs.filter((run) => run.kind === "real" && run.state === "succeeded");
  return [
    { key: "sign-in", title: "Sign in", text: "You are here.", href: "/profile", done: true },
    {
      key: "assign",
      title: "Assign a workspace admin",
      text: "Workspace admins create workspaces. It can be you, or a colleague you invite.",
      href: "/admin",
      done: state.users.some((user) => user.roles.includes("workspace_admin")),
    },
    {
      key: "dataset",
      title: "Add a dataset",
      text: "It is encrypted before it leaves your machine, and goes nowhere until you share it.",
      href: "/data",
      done: state.ownDatasets > 0,
    },
    {
      key: "workspace",
      title: "Create a workspace",
      text: "Members, approval policy and run policy, in a charter that everyone signs.",
      href: "/workspaces",
      done: state.workspaces.length > 0,
    },
    {
      key: "run",
      title: "Run a job",
      text: "Write it, have it reviewed, run it, read the result.",
      href: workspace ? `/workspaces/${workspace.id}` : "/workspaces",
      done: runs.length > 0,
    },
    {
      key: "verify",
      title: "Verify it",
      text: "Fetch the run's receipt and check it offline: trust nobody's word, not even this server's.",
      href: runs[0] ? `/runs/${runs[0].id}` : "/trust",
      done: state.bundleRead,
    },
  ];
}
