/** An admin's first steps by role and label alone, and every page in both themes. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, Person } from "./browser";
import { Deployment, PASSWORD } from "./deployment";

const deployment = new Deployment();
let browser: Browser;
let admin: Person;

beforeAll(async () => {
  await deployment.up();
  browser = await launch();
  admin = await Person.at(browser, deployment.url);
});
afterAll(async () => {
  await browser?.close();
  await deployment.remove();
});

test("the set-up link makes the first organization and signs its admin in", async () => {
  const { page } = admin;
  await page.goto(deployment.setup);
  await page.getByRole("heading", { name: "Set up Cloister" }).waitFor();
  await admin.look("set-up");
  await page.getByRole("button", { name: "Create organization" }).click();
  await page.getByText("Name your organization").waitFor();
  await page.getByLabel("Organization").fill("North");
  await page.getByLabel("Your e-mail").fill("oda@north.example");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill(PASSWORD);
  await page.getByRole("button", { name: "Create organization" }).click();
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  const steps = page.getByRole("region", { name: "First steps" });
  await steps.getByText("2 of 6 done").waitFor();
  expect(await steps.getByRole("listitem").count()).toBe(6);
  await page.getByRole("status", { name: /^Live/ }).waitFor();
  await admin.look("home");
  const cookies = await admin.context.cookies();
  expect(cookies.map((one) => [one.name, one.httpOnly, one.sameSite])).toEqual([
    ["cloister-session", true, "Lax"],
  ]);
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  expect(kept, "no secret where scripts read").not.toMatch(/clst_|session"/);
  admin.fine();
});

test("the navigation has what an organization admin may go to", async () => {
  const links = admin.page.getByRole("navigation", { name: "Main" }).getByRole("link");
  expect(await links.allTextContents()).toEqual([
    "Home",
    "Workspaces",
    "Data",
    "Integrations",
    "Admin",
    "Trust",
  ]);
});

test("a colleague is invited, chooses a password, and is made workspace admin at once", async () => {
  const { page } = admin;
  await page.getByRole("link", { name: "Admin", exact: true }).click();
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("dialog").getByLabel("E-mail").fill("wim@north.example");
  await page.getByRole("dialog").getByRole("button", { name: "Invite", exact: true }).click();
  const link = (await page.getByTestId("invitation-link").textContent()) ?? "";
  expect(link).toContain(`${deployment.url}/password#`);
  await page.getByRole("button", { name: "Done" }).click();

  const colleague = await Person.at(browser, deployment.url);
  await colleague.page.goto(link);
  await colleague.look("choose-password");
  await colleague.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await colleague.page.getByLabel("Password again").fill(PASSWORD);
  await colleague.page.getByRole("button", { name: "Set password" }).click();
  await colleague.page.getByRole("heading", { name: "Sign in" }).waitFor();
  await colleague.look("sign-in");
  await colleague.signIn("wim@north.example");
  const links = colleague.page.getByRole("navigation", { name: "Main" }).getByRole("link");
  expect(await links.allTextContents()).not.toContain("Admin");

  await page.getByRole("button", { name: "Manage wim@north.example" }).click();
  const panel = page.getByRole("dialog", { name: "Manage Member" });
  expect(await panel.getByLabel("Organization admin").isDisabled()).toBe(true);
  await admin.look("manage-member");
  await panel.getByLabel("Workspace admin").check({ force: true });
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.waitFor({ state: "hidden" });
  const row = page.getByRole("row", { name: /wim@north\.example/ });
  await row.getByText("Workspace admin").waitFor();
  await admin.look("members");

  // The colleague is told without doing anything.
  await colleague.page.getByRole("button", { name: "Notifications, 1 unread" }).click();
  await colleague.page.getByText(/role/i).first().waitFor();
  await colleague.look("bell");
  await colleague.page.keyboard.press("Escape");
  await colleague.page.goto(`${deployment.url}/workspaces`);
  await colleague.page.getByRole("link", { name: "New Workspace" }).first().waitFor();
  colleague.fine();
  admin.fine();
  await colleague.context.close();
});

test("members are searched, sorted and exported", async () => {
  const { page } = admin;
  await page.getByLabel("Search members").fill("nobody here");
  await page.getByText('Nobody matches "nobody here"').waitFor();
  await page.getByRole("button", { name: "Clear search" }).click();
  await page.getByRole("button", { name: "E-mail", exact: true }).click();
  const first = page.getByRole("row").nth(1);
  await first.getByText("wim@north.example").waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export CSV" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("members.csv");
  admin.fine();
});

test("every other page is there, whole, in both themes", async () => {
  const { page } = admin;
  const pages: [path: string, name: string, ready: string][] = [
    ["/admin/sign-in", "sign-in-settings", "No identity provider yet"],
    ["/integrations", "integrations", "No integrations yet"],
    ["/data", "data", "No datasets yet"],
    ["/workspaces", "workspaces", "No workspace yet"],
    ["/inbox", "inbox", "E-mail"],
    ["/profile", "profile", "Member certificate"],
    ["/profile/tokens", "tokens", "No API tokens"],
    ["/profile/sessions", "sessions", "this one"],
    ["/trust", "attestation", "Simulated: protects nothing"],
    ["/trust/log", "audit-log", "Verified to entry"],
    ["/nowhere", "not-found", "There is no such page"],
  ];
  for (const [path, name, ready] of pages) {
    await page.goto(`${deployment.url}${path}`);
    await page.getByText(ready).first().waitFor();
    await page.waitForLoadState("load");
    await admin.look(name);
  }
  admin.fine();
});

test("the palette, help and the way by command line open by keyboard", async () => {
  const { page } = admin;
  await page.goto(deployment.url);
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByLabel("Search").fill("trust");
  await admin.look("palette");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Trust", level: 1 }).waitFor();
  await page.keyboard.press("Shift+?");
  await page.getByRole("dialog", { name: "Help" }).waitFor();
  await admin.look("help");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Use from CLI / API" }).click();
  await page.getByRole("dialog", { name: "Use from CLI / API" }).waitFor();
  await admin.look("use-from-cli");
  await page.keyboard.press("Escape");
  admin.fine();
});

test("at 400 pixels everything is still readable, and nothing scrolls sideways", async () => {
  const { page } = admin;
  await page.setViewportSize({ width: 400, height: 800 });
  for (const path of ["/", "/admin", "/trust", "/workspaces"]) {
    await page.goto(`${deployment.url}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(wide, path).toBeLessThanOrEqual(seen ?? 0);
  }
  await page.getByRole("button", { name: "Open navigation" }).click();
  await page.getByRole("link", { name: "Home", exact: true }).click();
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  await admin.look("home-narrow");
  await page.setViewportSize({ width: 1280, height: 860 });
  admin.fine();
});

test("a session that ends in a form loses nothing that was typed", async () => {
  const { page } = admin;
  await page.goto(`${deployment.url}/admin`);
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("dialog").getByLabel("E-mail").fill("late@north.example");
  admin.expect(/401/);
  const ended = await page.evaluate(async () => (await fetch("/auth/session", { method: "DELETE" })).status);
  expect(ended).toBe(204);
  await page.getByRole("dialog").getByRole("button", { name: "Invite", exact: true }).click();
  const again = page.getByRole("dialog", { name: "Your session has ended" });
  await again.waitFor();
  await admin.look("session-ended");
  await again.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await again.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("Give late@north.example this link").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  admin.fine();
});

test("a wrong password says what to do, with a request id, and a deep link waits for the sign-in", async () => {
  const stranger = await Person.at(browser, deployment.url);
  const { page } = stranger;
  stranger.expect(/401/);
  await page.goto(`${deployment.url}/trust/log?action=user.add`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByLabel("E-mail").fill("oda@north.example");
  await page.getByLabel("Password", { exact: true }).fill("not this one at all");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("E-mail or password is wrong").waitFor();
  await page.getByText("Request id").waitFor();
  await stranger.look("sign-in-wrong");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("Verified to entry").waitFor();
  expect(page.url()).toContain("action=user.add");
  stranger.fine();
  await stranger.context.close();
});

test("a server that restarts is found again, and the page is live again", async () => {
  const { page } = admin;
  await page.goto(deployment.url);
  await page.getByRole("status", { name: /^Live/ }).waitFor();
  admin.expect(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
  await deployment.down();
  await deployment.up();
  await page.getByRole("status", { name: /^Live/ }).waitFor({ timeout: 60_000 });
  admin.fine();
});
