/** A workspace of two organisations with a dataset in it, for tests of what comes after: made by the command line. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Download, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { makeKeys, sign } from "./acts";
import { Person } from "./browser";
import { type Deployment, PASSWORD } from "./deployment";

export const WIM = "wim@north.example";
export const BEN = "ben@lab.example";

/** A count that a run gives its least group. */
export const LOW = "select grp, count(*) as n from lab where grp >= $low group by grp order by grp";
/** Hundreds of millions of rows, sixty at a time: the worker hears of a cancel between them. */
const PAIRS = " a, (select 1 as one from lab b, lab c, lab d, lab e) x where";
export const LONG = LOW.replace(" where", PAIRS).replaceAll("grp", "a.grp");

export interface Study {
  wim: Person;
  ben: Person;
  /** The workspace's genesis. */
  workspace: string;
}

/** Sixty rows in three groups, of Wim's. */
const ROWS = `id,grp\n${[...Array(60).keys()].map((n) => `${n},${n % 3}`).join("\n")}\n`;

/** Wim's command line, with the keys of his browser. */
function founded(deployment: Deployment, passphrase: string): string {
  const cli = (words: string[], input = "") => deployment.cli("wim", words, input);
  cli(["login", deployment.url, "--email", WIM, "--password-stdin"], `${PASSWORD}\n`);
  cli(["key", "restore", "--passphrase-stdin"], `${passphrase}\n`);
  cli(["member", "set", WIM, "--workspace-admin", "on"]);
  const words = ["workspace", "create", "Field study", "--type", "analytics", "--member", BEN];
  const made = cli([...words, "--assurance", "simulated", "--allow-console"]);
  return (JSON.parse(made) as { id: string }).id;
}

function shared(deployment: Deployment, workspace: string): void {
  const cli = (words: string[]) => deployment.cli("wim", words);
  const file = join(deployment.folder, "lab.csv");
  writeFileSync(file, ROWS);
  const added = cli(["dataset", "add", file, "--name", "Lab", "--assurance", "simulated"]);
  const { id } = JSON.parse(added) as { id: string };
  cli(["dataset", "share", id, "--workspace", workspace, "--follow", "--allow-simulated"]);
}

/** Two members with keys, an active workspace that both browsers know, and the dataset `lab` in it. */
export async function study(deployment: Deployment, browser: Browser): Promise<Study> {
  deployment.organisation("North");
  deployment.organisation("Lab");
  deployment.person(WIM, "North", "--org-admin");
  deployment.person(BEN, "Lab");
  const [wim, ben] = await Promise.all([
    Person.at(browser, deployment.url),
    Person.at(browser, deployment.url),
  ]);
  await Promise.all([wim.signIn(WIM), ben.signIn(BEN)]);
  const [passphrase] = await Promise.all([makeKeys(wim), makeKeys(ben)]);
  const workspace = founded(deployment, passphrase);
  await ben.page.goto(`${deployment.url}/workspaces/${workspace}`);
  await ben.page.getByRole("button", { name: "Accept", exact: true }).click();
  await sign(ben);
  await ben.page.getByText("active", { exact: true }).first().waitFor();
  await wim.page.goto(`${deployment.url}/workspaces/${workspace}`);
  await wim.page.getByRole("button", { name: "Use it in this browser" }).click();
  await wim.page.getByText("This browser does not know the workspace yet").waitFor({ state: "hidden" });
  shared(deployment, workspace);
  return { wim, ben, workspace };
}

/** The editor of a job. */
export const editorOf = (page: Page): Locator => page.getByLabel("Query");

/** Saves a draft that was changed. */
export async function save(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("The saved draft is what is tested and submitted").waitFor();
}

/** A draft of its own, tested on made-up rows; the page shows its run. */
export async function tested(person: Person, workspace: string, name: string, query: string): Promise<void> {
  const { page, url } = person;
  await page.goto(`${url}/workspaces/${workspace}/jobs/new`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await editorOf(page).fill(query);
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  await page.getByRole("button", { name: "Test on made-up rows" }).click();
  await sign(person);
  await page.getByRole("heading", { name: `Test of ${name}`, level: 1 }).waitFor();
}

export const contentOf = async (download: Download): Promise<Buffer> => readFileSync(await download.path());

/** What `cloister verify` says of a bundle; its code 3 says that all holds and the worker is simulated. */
export function verified(
  deployment: Deployment,
  file: string,
): { checks: { check: string; outcome: string }[] } {
  try {
    return JSON.parse(deployment.cli("wim", ["verify", file]));
  } catch (thrown) {
    const { status, stdout } = thrown as { status: number; stdout: string };
    expect(status, stdout).toBe(3);
    return JSON.parse(stdout);
  }
}
