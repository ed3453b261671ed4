/** Keys, a workspace of two organizations, its charter accepted and its archive: signed in browsers. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, Person } from "./browser";
import { Deployment } from "./deployment";

const deployment = new Deployment();
let browser: Browser;
let wim: Person;
let ben: Person;

async function makeKeys({ page, url }: Person): Promise<void> {
  await page.goto(`${url}/profile/keys`);
  await page.getByRole("button", { name: "Make my keys" }).click();
  const passphrase = await page.getByTestId("passphrase").textContent();
  expect(passphrase).toMatch(/^([0-9a-z]{5}-){3}[0-9a-z]{5}$/);
  await page.getByLabel("I have kept the passphrase where I find it again").check();
  await page.getByRole("button", { name: "Get my certificate" }).click();
  await sign({ page } as Person);
  await page.getByText("This browser holds your keys").waitFor();
}

/** The dialog before every signature. */
async function sign({ page }: Pick<Person, "page">): Promise<void> {
  await page.getByRole("button", { name: "Sign", exact: true }).click();
}

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
  await makeKeys(wim);
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
