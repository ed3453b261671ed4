/** Keys, a workspace of two organizations, its charter accepted and its archive: signed in browsers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeKeys, sign } from "./acts";
import { launch, Person } from "./browser";
import { Deployment, PASSWORD } from "./deployment";

const deployment = new Deployment();
let browser: Browser;
let wim: Person;
let ben: Person;

/** Opens the backup of Wim's keys. */
let passphrase = "";
/** Where the run is shown. */
let run = "";

beforeAll(async () => {
  await deployment.up();
  deployment.organisation("North");
  deployment.organisation("Lab");
  deployment.person("wim@north.example", "North", "--org-admin");
  deployment.person("ben@lab.example", "Lab");
  browser = await launch();
  wim = await Person.at(browser, deployment.url);
  ben = await Person.at(browser, deployment.url);
  await wim.signIn("wim@north.example");
  await ben.signIn("ben@lab.example");
});
afterAll(async () => {
  await browser?.close();
  await deployment.remove();
});

test("an organization admin makes herself workspace admin in her own row", async () => {
  const { page } = wim;
  await page.getByRole("link", { name: "Admin", exact: true }).click();
  await page.getByRole("button", { name: "Manage wim@north.example" }).click();
  const panel = page.getByRole("dialog", { name: "Manage Member" });
  expect(await panel.getByLabel("Organization admin").isChecked()).toBe(true);
  await panel.getByLabel("Workspace admin").check({ force: true });
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.waitFor({ state: "hidden" });
  await page
    .getByRole("row", { name: /wim@north/ })
    .getByText("Workspace admin")
    .waitFor();
  wim.fine();
});

test("both make their keys in the browser", async () => {
  passphrase = await makeKeys(wim);
  await wim.look("keys");
  await makeKeys(ben);
  wim.fine();
  ben.fine();
});

test("a workspace is created by a wizard whose draft survives a reload and the back button", async () => {
  const { page } = wim;
  await page.goto(`${deployment.url}/workspaces`);
  await page.getByRole("link", { name: "New Workspace" }).first().click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("1 to 50 letters, digits, blanks, - or _").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Trial outcomes");
  await page.getByLabel("Description").fill("What came of it");
  await page.getByPlaceholder("ben@lab.example, then Enter").fill("ben@lab.example");
  await page.keyboard.press("Enter");
  await wim.look("new-workspace-details");
  await page.reload();
  expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Trial outcomes");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("radiogroup", { name: "Assurance floor" }).waitFor();
  await page.goBack();
  await page.getByLabel("Name", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await wim.look("new-workspace-policies");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("No run can succeed here yet").waitFor();
  await wim.look("new-workspace-review");
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("radio", { name: "Simulated" }).check();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Create and sign" }).click();
  await page.getByRole("button", { name: "Sign", exact: true }).waitFor();
  await wim.look("sign");
  await page.getByRole("button", { name: "Do not sign" }).click();
  await page.getByRole("button", { name: "Create and sign" }).click();
  await sign(wim);
  await page.getByRole("heading", { name: "Trial outcomes", level: 1 }).waitFor();
  await page.getByText("every signature verified in this browser").waitFor();
  wim.fine();
});

test("the invited sees it at Home, compares the digest, and accepts", async () => {
  const { page } = ben;
  await page.goto(deployment.url);
  await page
    .getByRole("region", { name: "Waiting for you" })
    .getByRole("link", { name: /Trial outcomes/ })
    .click();
  await page.getByText("You are asked to accept this charter").waitFor();
  await page.getByText("every signature verified in this browser").waitFor();
  await ben.look("invitation");
  await page.getByLabel("Genesis digest that another member told you").fill("00");
  await page.getByText("This is not the digest of Trial outcomes").waitFor();
  await page
    .getByLabel("Genesis digest that another member told you")
    .fill(page.url().split("/").pop() ?? "");
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await sign(ben);
  await page.getByText("active", { exact: true }).first().waitFor();
  // The other browser shows it without a reload.
  await wim.page.getByText("active", { exact: true }).first().waitFor();
  await wim.look("workspace");
  wim.fine();
  ben.fine();
});

/** Sixty rows of Wim's, encrypted by the command line with the keys of the browser, and shared. */
function shareLab(workspace: string): void {
  const email = "wim@north.example";
  const rows = [...Array(60).keys()].map((n) => `${n},${n % 3}`);
  const file = join(deployment.folder, "lab.csv");
  writeFileSync(file, `id,grp\n${rows.join("\n")}\n`);
  const cli = (words: string[], input = "") => deployment.cli("wim", words, input);
  cli(["login", deployment.url, "--email", email, "--password-stdin"], `${PASSWORD}\n`);
  cli(["key", "restore", "--passphrase-stdin"], `${passphrase}\n`);
  cli(["workspace", "accept", workspace, "--genesis", workspace]);
  const added = cli(["dataset", "add", file, "--name", "Lab", "--assurance", "simulated"]);
  const { id } = JSON.parse(added) as { id: string };
  cli(["dataset", "share", id, "--workspace", workspace, "--follow", "--allow-simulated"]);
}

const COUNT = "select grp, count(*) as n from lab group by grp order by grp";

async function draftJob({ page }: Person, name: string, query: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Query").fill(query);
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
}

test("a dataset of the command line is shown in the browser, verified", async () => {
  const { page } = wim;
  shareLab(page.url().split("/").pop() ?? "");
  await page.getByRole("tab", { name: "Datasets" }).click();
  await page.getByRole("link", { name: "Lab" }).click();
  await page.getByRole("heading", { name: "Lab", level: 1 }).waitFor();
  await page.getByText("signed manifest, verified in this browser").waitFor();
  await page.getByRole("table", { name: "Columns" }).getByText("grp").waitFor();
  await page.getByRole("button", { name: "Revoke from Trial outcomes" }).waitFor();
  await wim.look("dataset");
  wim.fine();
});

test("a query without a shared table is not submitted, and the page says why beside the button", async () => {
  const { page } = wim;
  await page.getByRole("link", { name: "Trial outcomes" }).first().click();
  await page.getByRole("tab", { name: "Jobs" }).click();
  await page.getByRole("link", { name: "New job" }).click();
  await draftJob(wim, "Count", "SELECT 42 AS answer");
  await page.getByText("This can be saved, not submitted: the query reads no shared table").waitFor();
  await page.getByRole("button", { name: "Submit for review" }).click();
  const told = page.getByRole("alert").filter({ hasText: "Not submitted" });
  await told.getByText("The query reads no shared table").waitFor();
  const button = await page.getByRole("button", { name: "Submit for review" }).boundingBox();
  const seen = await told.boundingBox();
  expect(seen?.y).toBeGreaterThan(button?.y ?? Number.POSITIVE_INFINITY);
  const height = page.viewportSize()?.height ?? 0;
  expect(seen && seen.y > 0 && Math.floor(seen.y + seen.height) <= height, JSON.stringify(seen)).toBe(true);
  await wim.look("job-refused");
  wim.fine();
});

test("the same job on a shared table is tried on made-up rows", async () => {
  const { page } = wim;
  await page.getByLabel("Query").fill(COUNT);
  await page.getByText("Save the draft first").waitFor();
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("The draft is saved").waitFor();
  await page.getByText("The saved draft is what is tested and submitted").waitFor();
  await page.getByRole("button", { name: "Test on made-up rows" }).click();
  await sign(wim);
  await page.getByRole("heading", { name: "Test of Count", level: 1 }).waitFor();
  await page.getByRole("button", { name: "Decrypt and show" }).click();
  await page.getByRole("table", { name: "Result rows" }).getByRole("row").nth(1).waitFor();
  expect(await page.getByRole("region", { name: "Receipt" }).count()).toBe(0);
  await wim.look("test-run");
  await page.getByRole("link", { name: "Count", exact: true }).click();
  wim.fine();
});

test("it is signed and submitted", async () => {
  const { page } = wim;
  await page.getByRole("button", { name: "Submit for review" }).click();
  await page.getByText("select grp, count(*) as n from lab").last().waitFor();
  await wim.look("sign-job");
  await sign(wim);
  await page.getByRole("region", { name: "What will run" }).waitFor();
  await page.getByText("Still to approve: ben@lab.example").waitFor();
  await page.getByText("The author's signature over these bytes was verified").waitFor();
  await wim.look("job-review");
  wim.fine();
});

test("another member finds it at Home, reads exactly what will run, and approves", async () => {
  const { page } = ben;
  await page.goto(deployment.url);
  await page.getByRole("region", { name: "Waiting for you" }).getByRole("link", { name: /Count/ }).click();
  await page.getByText("The author's signature over these bytes was verified").waitFor();
  await page.getByLabel("Comment").fill("looks right");
  await page.getByRole("button", { name: "Approve" }).click();
  await sign(ben);
  await page.getByText("Everyone the policy names has approved").waitFor();
  // The author's page follows without a reload.
  await wim.page.getByText("Everyone the policy names has approved").waitFor();
  wim.fine();
  ben.fine();
});

test("the author runs it, follows it live, and decrypts the result after its receipt was checked", async () => {
  const { page } = wim;
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Run", exact: true }).click();
  await sign(wim);
  await page.getByRole("heading", { name: "Run of Count", level: 1 }).waitFor();
  await page.getByText("The worker that the release record names signed the receipt").waitFor();
  await page.getByRole("button", { name: "Decrypt and show" }).click();
  const rows = page.getByRole("table", { name: "Result rows" }).getByRole("row");
  await rows.nth(3).waitFor();
  expect(await rows.allInnerTexts()).toEqual(["grp\tn", "0\t20", "1\t20", "2\t20"]);
  await wim.look("result");
  run = page.url();
  wim.fine();
});

test("its author returns it to draft, and revokes the share of the dataset", async () => {
  const { page } = wim;
  await page.getByRole("link", { name: "Count", exact: true }).click();
  await page.getByRole("button", { name: "Return to draft" }).click();
  await sign(wim);
  await page.getByRole("region", { name: "Draft" }).waitFor();
  await page.goto(`${deployment.url}/data`);
  await page.getByRole("link", { name: "Lab" }).click();
  await page.getByRole("button", { name: "Revoke from Trial outcomes" }).click();
  await sign(wim);
  await page.getByRole("table", { name: "Shares" }).getByText("revoked").waitFor();
  expect(await page.getByRole("button", { name: "Revoke from Trial outcomes" }).count()).toBe(0);
  wim.fine();
});

test("another browser restores the keys, recognises the workspace, and decrypts the same result", async () => {
  const other = await Person.at(browser, deployment.url);
  const { page } = other;
  await other.signIn("wim@north.example");
  await page.goto(run);
  await page.getByRole("link", { name: "Restore my keys" }).click();
  await page.getByLabel("Passphrase", { exact: true }).fill("aaaaa-aaaaa-aaaaa-aaaaa");
  await page.getByRole("button", { name: "Restore my keys" }).click();
  await page.getByRole("alert").getByText("Wrong passphrase").waitFor();
  await other.look("restore");
  await page.getByLabel("Passphrase", { exact: true }).fill(passphrase.toUpperCase());
  await page.getByRole("button", { name: "Restore my keys" }).click();
  await page.getByText("This browser holds your keys").waitFor();
  await page.goto(`${deployment.url}/workspaces`);
  await page.getByRole("link", { name: "Trial outcomes" }).click();
  await page.getByText("This browser does not know the workspace yet").waitFor();
  await other.look("recognise");
  await page.getByRole("button", { name: "Use it in this browser" }).click();
  await page.getByText("This browser does not know the workspace yet").waitFor({ state: "hidden" });
  await page.goto(run);
  await page.getByRole("button", { name: "Decrypt and show" }).click();
  await page.getByRole("table", { name: "Result rows" }).getByRole("row").nth(3).waitFor();
  other.fine();
  await other.context.close();
});

test("the archive asks for the name and is for good", async () => {
  const { page } = wim;
  await page.goto(`${deployment.url}/workspaces`);
  await page.getByRole("link", { name: "Trial outcomes" }).click();
  for (const tab of ["Datasets", "Jobs", "Runs", "Audit Logs", "Settings"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.waitForTimeout(400);
    await wim.look(`workspace-${tab.toLowerCase().replace(" ", "-")}`);
  }
  await page.getByRole("button", { name: "Archive" }).click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.getByRole("button", { name: "Archive for good" }).isDisabled()).toBe(true);
  await dialog.getByLabel("Type Trial outcomes").fill("Trial outcomes");
  await dialog.getByRole("button", { name: "Archive for good" }).click();
  await sign(wim);
  await page.getByText("This workspace is over").waitFor();
  wim.fine();
});
