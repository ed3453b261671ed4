/** Single sign-on as an admin sets it up: added, tested, changed, used, removed; and nobody is locked out on the way. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, Person } from "./browser";
import { Deployment } from "./deployment";
import { IdentityProvider } from "./provider";

const deployment = new Deployment();
let provider: IdentityProvider;
let browser: Browser;
let admin: Person;
let redirect = "";

beforeAll(async () => {
  provider = await IdentityProvider.start();
  // An admin names a provider on this machine.
  deployment.environment.CLOISTER_PRIVATE_PROVIDERS = "true";
  await deployment.up();
  deployment.organisation("North");
  deployment.person("oda@north.example", "North", "--org-admin");
  browser = await launch();
  admin = await Person.at(browser, deployment.url);
  await admin.signIn("oda@north.example");
});
afterAll(async () => {
  await browser?.close();
  provider?.stop();
  await deployment.remove();
});

const settings = () => admin.page.getByRole("region", { name: "North login" });

test("a provider is added, and asked whether it answers", async () => {
  const { page } = admin;
  await page.goto(`${deployment.url}/admin/sign-in`);
  await page.getByRole("button", { name: "Add provider" }).click();
  const dialog = page.getByRole("dialog", { name: "Add provider" });
  await dialog.getByLabel("Name").fill("North login");
  await dialog.getByLabel("Issuer").fill(provider.issuer);
  await dialog.getByLabel("Client id").fill("cloister");
  await dialog.getByLabel("Client secret").fill("a secret for tests");
  expect(await dialog.getByLabel("E-mail domains").inputValue()).toBe("north.example");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "hidden" });
  const row = settings().getByRole("row", { name: /Redirect URL to register/ });
  redirect = (await row.locator("code").textContent()) ?? "";
  expect(redirect).toContain(deployment.url);
  await settings().getByRole("button", { name: "Test sign-in" }).click();
  await settings().getByText("The provider answers with its discovery document and keys").waitFor();
  await admin.look("provider-tested");
  admin.fine();
});

test("it is changed: a group of the provider gives a role; the secret that is there stays", async () => {
  const { page } = admin;
  await settings().getByRole("button", { name: "Change" }).click();
  const dialog = page.getByRole("dialog", { name: "Change North login" });
  expect(await dialog.getByLabel("Issuer").inputValue()).toBe(provider.issuer);
  await dialog.getByText("Empty keeps the one that is there").waitFor();
  await dialog.getByRole("button", { name: "Add group" }).click();
  await dialog.getByRole("textbox", { name: "Group 1", exact: true }).fill("makers");
  await admin.look("provider-changed");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "hidden" });
  await settings().getByText("makers: workspace admin").waitFor();
  admin.fine();
});

test("a colleague enters by it and is on the Admin page at once", async () => {
  const body = JSON.stringify({ redirect_uris: [redirect] });
  const headers = { "content-type": "application/json" };
  expect((await fetch(`${provider.issuer}/reg`, { method: "POST", headers, body })).ok).toBe(true);
  const ana = await Person.at(browser, deployment.url);
  await ana.page.goto(`${deployment.url}/sign-in`);
  await ana.look("sign-in-by-provider");
  await ana.page.getByRole("link", { name: "Continue with North login" }).click();
  await ana.page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  await ana.page.getByText("North, as ana@north.example").waitFor();
  await admin.page.goto(`${deployment.url}/admin`);
  await admin.page.getByRole("row", { name: /ana@north\.example/ }).waitFor();
  ana.fine();
  admin.fine();
  await ana.context.close();
});

test("passwords are kept for admins, who get back in when the provider is gone", async () => {
  const { page } = admin;
  await page.goto(`${deployment.url}/admin/sign-in`);
  // Shown as chosen once the mutation has begun, a tick after the click: `check` would look too early.
  await page.getByRole("radio", { name: "Organization admins only" }).click();
  await page.getByText("It holds from the next sign-in on").waitFor();
  provider.stop();
  admin.expect(/(422|502|503|504).*tests/);
  await settings().getByRole("button", { name: "Test sign-in" }).click();
  await settings().getByText("The provider does not answer as it should").waitFor();
  await admin.look("provider-gone");
  const again = await Person.at(browser, deployment.url);
  await again.signIn("oda@north.example");
  await again.context.close();
  await settings().getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("No identity provider yet").waitFor();
  admin.fine();
});
