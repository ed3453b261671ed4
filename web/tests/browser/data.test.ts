/** From a file on the disk to a shared dataset, all in a browser; and what can go wrong on the way. */
import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeKeys, sign } from "./acts";
import { launch, Person } from "./browser";
import { Deployment } from "./deployment";

const EMAIL = "wim@north.example";
/** Megabytes of the large file, and of memory that a page may take for it. */
const LARGE = 256;
const MOST = 400;
const deployment = new Deployment();
let browser: Browser;
let wim: Person;

function write(name: string, text: string | Uint8Array): string {
  const path = join(deployment.folder, name);
  writeFileSync(path, text);
  return path;
}

const rows = [...Array(300).keys()].map((n) => `p${n % 60},${20 + (n % 50)},${(n * 3.5).toFixed(1)}`);
const patients = `person,age,charge\n${rows.join("\n")}\n`;

beforeAll(async () => {
  await deployment.up();
  deployment.organisation("North");
  deployment.person(EMAIL, "North", "--org-admin");
  browser = await launch();
  wim = await Person.at(browser, deployment.url);
  await wim.signIn(EMAIL);
  await makeKeys(wim);
});
afterAll(async () => {
  await browser?.close();
  await deployment.remove();
});

test("wrong files are refused in words, and what was typed stays", async () => {
  const { page } = wim;
  await page.getByRole("link", { name: "Data", exact: true }).click();
  await page.getByRole("link", { name: "Add dataset" }).first().click();
  await page.getByRole("heading", { name: "Add a dataset", level: 1 }).waitFor();
  await wim.look("add-dataset");
  for (const [name, content, words] of [
    ["empty.csv", "", "The file is empty"],
    ["picture.csv", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0), "This is no text"],
    ["header.csv", "a,b\n", "no rows below it"],
  ] as const) {
    await page.getByLabel("File", { exact: true }).setInputFiles(write(name, content));
    await page.getByRole("alert").getByText(words).waitFor();
  }
  await wim.look("add-dataset-wrong");
  wim.fine();
});

test("a file is shown with its types and the rows that do not fit", async () => {
  const { page } = wim;
  const file = write("patients.csv", `${patients}p1,too,many,fields\n`);
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByText("1 row does not fit").waitFor();
  await page.getByText("Line 302: 4 fields instead of 3").waitFor();
  expect(await page.getByLabel("Type of age").inputValue()).toBe("integer");
  expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("patients");
  await page.getByLabel("Leave out rows that do not fit").check();
  await page.getByLabel("Name", { exact: true }).fill("Patients");
  await wim.look("add-dataset-file");
  await page.getByRole("button", { name: "Next" }).click();
  await page
    .getByRole("region", { name: "In words" })
    .getByText("Rows may be returned as they are")
    .waitFor();
  wim.fine();
});

test("rules are edited with their meaning beside them, and survive the back button", async () => {
  const { page } = wim;
  await page.getByLabel("Aggregates only").check();
  await page.getByText("Choose the column that tells whose row it is").waitFor();
  await page.getByRole("combobox", { name: "Whose row it is" }).click();
  await page.getByRole("option", { name: "person" }).click();
  await page.getByRole("combobox", { name: "May be grouped by" }).click();
  await page.getByRole("option", { name: "age" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Add a condition" }).click();
  await page.getByRole("combobox", { name: "Column of condition 1.1" }).click();
  await page.getByRole("option", { name: "age" }).click();
  await page.getByLabel("Value of condition 1.1").fill("old");
  await page.getByText("The condition on age needs a whole number").first().waitFor();
  await page.getByLabel("Value of condition 1.1").fill("30");
  const words = page.getByRole("region", { name: "In words" });
  await words.getByText("A row is visible where age = 30.").waitFor();
  await words.getByText(/at least 10 different values of person/).waitFor();
  await wim.look("add-dataset-rules");
  await page.getByRole("button", { name: "Remove condition 1.1" }).click();
  await page.goBack();
  await page.getByRole("table", { name: "First rows" }).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await words.getByText(/at least 10 different values of person/).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("No run can succeed here yet").waitFor();
  await page.getByRole("radio", { name: "Simulated" }).check();
  await wim.look("add-dataset-review");
  wim.fine();
});

test("it is encrypted, uploaded, converted by a worker and signed for", async () => {
  const { page } = wim;
  await page.getByRole("button", { name: "Encrypt and upload" }).click();
  await page.getByText("Add the dataset Patients").waitFor();
  await wim.look("sign-dataset");
  await sign(wim);
  await page.getByText("Change the dataset Patients").waitFor();
  await sign(wim);
  await page.getByRole("heading", { name: "Patients is ready" }).waitFor();
  await page.getByText("300 rows in 3 columns, encrypted. 1 row did not fit").waitFor();
  await page.getByRole("region", { name: "Signed along with it" }).getByText("Share the dataset").waitFor();
  await wim.look("dataset-added");
  await page.getByRole("link", { name: "Open and share it" }).click();
  await page.getByText(/at least 10 different values of person/).waitFor();
  wim.fine();
});

test("a workspace is made, and the dataset shared to it", async () => {
  const { page } = wim;
  const dataset = page.url();
  deployment.cli(
    "wim",
    ["login", deployment.url, "--email", EMAIL, "--password-stdin"],
    "correct horse battery\n",
  );
  deployment.cli("wim", ["member", "set", EMAIL, "--workspace-admin", "on"]);
  await page.goto(`${deployment.url}/workspaces/new`);
  await page.getByLabel("Name", { exact: true }).fill("Costs");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("radio", { name: "Simulated" }).check();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Create and sign" }).click();
  await sign(wim);
  await page.getByRole("heading", { name: "Costs", level: 1 }).waitFor();
  await page.goto(dataset);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByRole("button", { name: "Share and sign" }).click();
  await page.getByText("Choose a workspace", { exact: true }).waitFor();
  await page.getByRole("combobox", { name: "Workspace" }).click();
  await page.getByRole("option", { name: "Costs" }).click();
  await page.getByLabel("Name in SQL").fill("patients_of_north");
  await wim.look("share-dataset");
  await page.getByRole("button", { name: "Share and sign" }).click();
  await sign(wim);
  await page.getByRole("table", { name: "Shares" }).getByText("patients_of_north").waitFor();
  await page.goto(`${deployment.url}/data`);
  await page
    .getByRole("row", { name: /Patients/ })
    .getByText("ready")
    .waitFor();
  await wim.look("data");
  wim.fine();
});

test("rules are changed with a new manifest, and the share stays", async () => {
  const { page } = wim;
  await page.getByRole("link", { name: "Patients", exact: true }).click();
  await page.getByRole("button", { name: "Change rules" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the rules of Patients" });
  await dialog.getByLabel("Threshold").fill("20");
  await wim.look("change-rules");
  await dialog.getByRole("button", { name: "Change and sign" }).click();
  await sign(wim);
  await page.getByText("Share the dataset Patients").waitFor();
  await sign(wim);
  await page.getByText(/at least 20 different values of person/).waitFor();
  const shares = page.getByRole("table", { name: "Shares" });
  await shares.getByRole("row").filter({ hasText: "live" }).waitFor();
  wim.fine();
});

/** A CSV file of so many megabytes, written in pieces. */
async function large(name: string, megabytes: number): Promise<string> {
  const path = join(deployment.folder, name);
  const out = createWriteStream(path);
  out.write("n,text\n");
  const line = `${"x".repeat(1000)}\n`;
  const piece = [...Array(1000).keys()].map((n) => `${n},${line}`).join("");
  for (let at = 0; at < megabytes; at += 1) {
    if (!out.write(piece)) await new Promise<void>((resolve) => out.once("drain", () => resolve()));
  }
  await new Promise<void>((resolve) => out.end(() => resolve()));
  return path;
}

test(`a file of ${LARGE} MB goes up in flat memory, and after a reload goes on where it was`, async () => {
  const { page, context } = wim;
  const path = await large("large.csv", LARGE);
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  let most = 0;
  const measure = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    most = Math.max(most, (metrics.find((one) => one.name === "JSHeapUsedSize")?.value ?? 0) / 2 ** 20);
  };
  await page.goto(`${deployment.url}/data/new`);
  await page.getByLabel("File", { exact: true }).setInputFiles(path);
  await page.getByText(/Types guessed from the first/).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("radio", { name: "Simulated" }).check();
  await page.getByRole("button", { name: "Encrypt and upload" }).click();
  await page.getByText(/, [1-9]\d? %/).waitFor();
  await wim.look("uploading");
  await page.reload();
  await page.goto(`${deployment.url}/data`);
  const half = page.getByRole("region", { name: "Half uploaded" });
  await half.getByText("large is half uploaded").waitFor();
  await wim.look("half-uploaded");
  await half.getByLabel("File of large").setInputFiles(write("other.csv", patients));
  await half
    .getByRole("alert")
    .getByText(/the one half uploaded has/)
    .waitFor();
  const resumed = page.waitForRequest(/\/uploads\/[^/]+\/parts\//);
  await half.getByLabel("File of large").setInputFiles(path);
  // Not from the beginning: the server has a part of it.
  expect(Number((await resumed).url().split("/").pop())).toBeGreaterThan(0);
  const asked = page.getByText("Add the dataset large");
  while (!(await asked.isVisible())) {
    await measure();
    await page.waitForTimeout(250);
  }
  await measure();
  expect(most).toBeGreaterThan(1);
  expect(most, "megabytes of heap").toBeLessThan(MOST);
  await page.getByRole("button", { name: "Do not sign" }).click();
  await page.getByText("Halted. What was uploaded stays").waitFor();
  await page.reload();
  await half.getByRole("button", { name: "Discard it" }).click();
  await half.waitFor({ state: "hidden" });
  wim.fine();
});

test("a file with a row that does not fit tells the line, and goes on without it", async () => {
  const { page } = wim;
  await page.goto(`${deployment.url}/data/new`);
  await page.getByLabel("File", { exact: true }).setInputFiles(write("ages.csv", "age\n41\n42\n"));
  await page.getByText("2 rows.").waitFor();
  await page.getByLabel("Type of age").selectOption("date");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("radio", { name: "Simulated" }).check();
  await page.getByRole("button", { name: "Encrypt and upload" }).click();
  await sign(wim);
  await page.getByText("The file is no dataset as it is").waitFor();
  await page.getByText("2 of 2 rows do not fit").waitFor();
  await wim.look("dataset-fault");
  await page.getByRole("link", { name: "Open it" }).click();
  await page.getByText("Not a dataset yet").waitFor();
  await wim.look("dataset-raw");
  await page.getByRole("button", { name: "Convert and sign" }).click();
  await sign(wim);
  await page.getByText("Not a dataset yet").waitFor({ state: "hidden" });
  await page.getByRole("table", { name: "Columns" }).getByText("integer").waitFor();
  wim.fine();
});

test("a dataset is deleted by its name, for good", async () => {
  const { page } = wim;
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Delete ages" });
  expect(await dialog.getByRole("button", { name: "Delete for good" }).isDisabled()).toBe(true);
  await dialog.getByLabel("Type ages").fill("ages");
  await dialog.getByRole("button", { name: "Delete for good" }).click();
  await sign(wim);
  await page.getByRole("row", { name: /ages/ }).getByText("deleted").waitFor();
  wim.fine();
});
