/** What admins do after the first steps: charters changed, members moved, tokens, providers, the log; and what goes wrong. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeKeys, sign } from "./acts";
import { launch, Person } from "./browser";
import { Deployment } from "./deployment";

const deployment = new Deployment();
let browser: Browser;
let wim: Person;
let kim: Person;
let ben: Person;
let workspace = "";
/** The digest of Kim's recovery request, as told by phone. */
let lost = "";

const signedIn = async (email: string): Promise<Person> => {
  const person = await Person.at(browser, deployment.url);
  await person.signIn(email);
  return person;
};

beforeAll(async () => {
  await deployment.up();
  deployment.organisation("North");
  deployment.organisation("Lab");
  deployment.person("wim@north.example", "North", "--org-admin");
  deployment.person("oda@north.example", "North", "--org-admin");
  deployment.person("kim@north.example", "North");
  deployment.person("ben@lab.example", "Lab");
  browser = await launch();
  [wim, kim, ben] = await Promise.all([
    signedIn("wim@north.example"),
    signedIn("kim@north.example"),
    signedIn("ben@lab.example"),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await deployment.remove();
});

async function manage(email: string) {
  const { page } = wim;
  await page.goto(`${deployment.url}/admin`);
  await page.getByRole("button", { name: `Manage ${email}` }).click();
  return page.getByRole("dialog", { name: "Manage Member" });
}

async function setWorkspaceAdmin(email: string, on: boolean) {
  const panel = await manage(email);
  await panel.getByLabel("Workspace admin").setChecked(on, { force: true });
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.waitFor({ state: "hidden" });
}

test("keys made in one tab are there in the other", async () => {
  const second = await kim.context.newPage();
  await second.goto(`${deployment.url}/profile/keys`);
  await second.getByRole("button", { name: "Make my keys" }).waitFor();
  await makeKeys(kim);
  await second.getByText("This browser holds your keys").waitFor();
  await second.close();
  await makeKeys(wim);
  await makeKeys(ben);
  for (const person of [wim, kim, ben]) person.fine();
});

test("another browser without the passphrase is told honestly what is lost", async () => {
  const other = await signedIn("kim@north.example");
  const { page } = other;
  await page.goto(`${deployment.url}/profile/keys`);
  await page.getByText("what was encrypted to you stays closed for ever").waitFor();
  await page.getByText("needs two recoverers of your workspaces").waitFor();
  await other.look("keys-elsewhere");
  await page.getByRole("button", { name: "I have lost my passphrase and every device" }).click();
  const recovery = page.getByRole("region", { name: "Recovery" });
  await recovery.getByText("Where no charter names recoverers, nobody can bring you back").waitFor();
  await recovery.getByRole("button", { name: "Make new keys" }).click();
  await page.getByLabel("I have kept the passphrase where I find it again").check();
  await page.getByRole("button", { name: "Sign the recovery request" }).click();
  await page.getByText("Replace the keys of kim@north.example").waitFor();
  await sign(other);
  await recovery.getByText("Tell this digest to two recoverers").waitFor();
  await page.reload();
  lost = (await page.getByTestId("recovery-request").textContent()) ?? "";
  other.expect(/(403|409|422).*certificates/);
  await recovery.getByRole("button", { name: "Ask for my certificate" }).click();
  await recovery.getByRole("alert").getByText("Not yet").waitFor();
  await other.look("keys-recovery");
  other.fine();
  await other.context.close();
});

test("a role revoked while its page is open is taken from the page, and nothing typed is lost", async () => {
  const { page } = kim;
  await setWorkspaceAdmin("wim@north.example", true);
  await setWorkspaceAdmin("kim@north.example", true);
  await page.goto(`${deployment.url}/workspaces/new`);
  await page.getByLabel("Name", { exact: true }).fill("Kim's draft");
  await setWorkspaceAdmin("kim@north.example", false);
  await page.getByText("Only workspace admins create workspaces").waitFor();
  await kim.look("role-revoked");
  await setWorkspaceAdmin("kim@north.example", true);
  await page.getByLabel("Name", { exact: true }).waitFor();
  expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Kim's draft");
  await setWorkspaceAdmin("kim@north.example", false);
  kim.fine();
  wim.fine();
});

test("an agentic workspace is founded, with groups that approve, and says what works already", async () => {
  const { page } = wim;
  await page.goto(`${deployment.url}/workspaces/new`);
  await page.getByLabel("Name", { exact: true }).fill("Care agents");
  await page.getByRole("radio", { name: "Agentic AI" }).check();
  await page.getByPlaceholder("ben@lab.example, then Enter").fill("ben@lab.example");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("radio", { name: "Groups with thresholds" }).check();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("alert").getByText("Add a group, or let all members approve").waitFor();
  await page.getByRole("button", { name: "Add group" }).click();
  await page.getByLabel("Group", { exact: true }).fill("Both houses");
  const members = page.getByRole("combobox", { name: "Members of the group" });
  await members.press("ArrowDown");
  await page.getByRole("option", { name: "wim@north.example" }).click();
  await page.getByRole("option", { name: "ben@lab.example" }).click();
  await page.keyboard.press("Escape");
  await page.getByLabel("Must approve").fill("2");
  await page.getByRole("radio", { name: "Simulated" }).check();
  await wim.look("new-workspace-groups");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("Both houses: 2 of wim@north.example, ben@lab.example").waitFor();
  await page.getByRole("button", { name: "Create and sign" }).click();
  await sign(wim);
  await page.getByRole("heading", { name: "Care agents", level: 1 }).waitFor();
  await page.getByText("Workflows are not in this version").first().waitFor();
  workspace = page.url();
  wim.fine();
});

test("its invitation is followed under New Invites, and a denied clipboard gives the link by hand", async () => {
  const { page } = wim;
  await page.goto(`${deployment.url}/workspaces`);
  await page.getByRole("tab", { name: "New Invites" }).click();
  const invite = page.getByRole("region", { name: "Care agents" });
  await invite
    .getByRole("row", { name: /ben@lab\.example/ })
    .getByText("pending")
    .waitFor();
  await invite.getByRole("button", { name: "Resend to ben@lab.example" }).click();
  await page.getByText("ben@lab.example is told again").waitFor();
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
  });
  await invite.getByRole("button", { name: "Copy link to Care agents" }).click();
  const dialog = page.getByRole("dialog", { name: "Copy link to Care agents" });
  expect(await dialog.getByRole("textbox").inputValue()).toBe(workspace);
  await wim.look("copy-by-hand");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await wim.look("new-invites");
  await ben.page.goto(workspace);
  await ben.page.getByRole("button", { name: "Accept", exact: true }).click();
  await sign(ben);
  await ben.page.getByText("active", { exact: true }).first().waitFor();
  await page.getByText("No open invitations").waitFor();
  wim.fine();
  ben.fine();
});

test("a policy is changed: what comes of it is said, the other member accepts, it is in force", async () => {
  const { page } = wim;
  await page.goto(`${workspace}/settings`);
  const form = page.getByRole("region", { name: "Change members" });
  expect(await form.getByRole("button", { name: "Propose new charter" }).isDisabled()).toBe(true);
  await form.getByRole("radio", { name: "Only the job's creator" }).check();
  await form.getByText("Who may start a job changes").waitFor();
  await form.getByRole("combobox", { name: "Recoverers" }).press("ArrowDown");
  await page.getByRole("option", { name: "wim@north.example" }).click();
  await page.getByRole("option", { name: "ben@lab.example" }).click();
  await page.keyboard.press("Escape");
  await form.getByText("Every member it lists has to accept it").waitFor();
  await wim.look("change-charter");
  await form.getByRole("button", { name: "Propose new charter" }).click();
  await sign(wim);
  await form.getByText("A version waits for answers already").waitFor();
  await ben.page.goto(deployment.url);
  await ben.page.getByText("A new charter asks for your acceptance").waitFor();
  await page.goto(`${deployment.url}/workspaces`);
  await page.getByRole("tab", { name: "New Invites" }).click();
  const waits = page.getByRole("region", { name: "Care agents" });
  await waits.getByText("Waits for ben@lab.example. Proposed by wim@north.example").waitFor();
  await wim.look("later-charter-invites");
  await waits.getByRole("button", { name: "Withdraw the charter of Care agents" }).click();
  await sign(wim);
  await page.getByText("No open invitations").waitFor();
  await ben.page.getByText("Nothing waits for you").waitFor();
  await page.goto(`${workspace}/settings`);
  await form.getByRole("radio", { name: "Only the job's creator" }).check();
  await form.getByRole("combobox", { name: "Recoverers" }).press("ArrowDown");
  await page.getByRole("option", { name: "wim@north.example" }).click();
  await page.getByRole("option", { name: "ben@lab.example" }).click();
  await page.keyboard.press("Escape");
  await form.getByRole("button", { name: "Propose new charter" }).click();
  await sign(wim);
  await form.getByText("A version waits for answers already").waitFor();
  await ben.page.goto(workspace);
  await ben.page.getByText("The version that waits").waitFor();
  await ben.look("charter-waits");
  await ben.page.getByRole("button", { name: "Accept", exact: true }).click();
  await sign(ben);
  await form.getByRole("button", { name: "Propose new charter" }).waitFor();
  expect(await form.getByRole("radio", { name: "Only the job's creator" }).isChecked()).toBe(true);
  wim.fine();
  ben.fine();
});

test("a colleague is added to the workspace in the panel Manage Member", async () => {
  const { page } = wim;
  const panel = await manage("kim@north.example");
  await panel.getByText("In none yet").waitFor();
  await panel.getByRole("combobox", { name: "Add to workspace" }).click();
  await page.getByRole("option", { name: "Care agents" }).click();
  await wim.look("manage-member-add");
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await sign(wim);
  await page.getByText("The new charter of Care agents waits for those it needs").waitFor();
  for (const person of [kim, ben]) {
    await person.page.goto(workspace);
    await person.page.getByRole("button", { name: "Accept", exact: true }).click();
    await sign(person);
  }
  await panel.getByRole("button", { name: "Remove from Care agents" }).waitFor();
  await panel.getByRole("button", { name: "Remove from Care agents" }).click();
  await sign(wim);
  await panel.getByText("A charter waits for answers already: one change at a time").waitFor();
  await page.goto(workspace);
  await page.getByText("Answers to the version that waits").waitFor();
  await page.getByRole("button", { name: "Withdraw the charter of Care agents" }).click();
  await sign(wim);
  await page.getByText("Answers to the version that waits").waitFor({ state: "hidden" });
  for (const person of [wim, kim, ben]) person.fine();
});

test("a recoverer whom the charter names stands up for a member's new keys", async () => {
  const { page } = wim;
  await page.goto(`${workspace}/settings`);
  const box = page.getByRole("region", { name: "Support a recovery" });
  await box.getByRole("combobox", { name: "Member who lost their keys" }).click();
  await page.getByRole("option", { name: "kim@north.example" }).click();
  await box.getByLabel("Digest of their request").fill("no digest");
  await box.getByText("This is no digest").waitFor();
  await box.getByLabel("Digest of their request").fill(lost);
  await wim.look("support-recovery");
  await box.getByRole("button", { name: "Support", exact: true }).click();
  await page.getByText("Support the recovery of kim@north.example").waitFor();
  await sign(wim);
  await page.getByText("With a second recoverer, and a day later, kim@north.example is back").waitFor();
  wim.fine();
});

test("an organization admin whom the charter does not name proposes, and its administrator decides", async () => {
  const oda = await signedIn("oda@north.example");
  await oda.page.goto(`${deployment.url}/admin`);
  await oda.page.getByRole("button", { name: "Manage kim@north.example" }).click();
  const panel = oda.page.getByRole("dialog", { name: "Manage Member" });
  await panel.getByText("you are not among them").waitFor();
  await oda.look("manage-member-propose");
  await panel.getByRole("button", { name: "Propose removal from Care agents" }).click();
  await oda.page.getByText("An administrator of the workspace is told, and decides").waitFor();
  oda.fine();
  await oda.context.close();
  const { page } = wim;
  await page.goto(`${workspace}/settings`);
  const box = page.getByRole("region", { name: "Proposed changes" });
  await box.getByText("oda@north.example proposes to remove kim@north.example").waitFor();
  await wim.look("proposed-changes");
  await box.getByRole("button", { name: "Review and sign" }).click();
  await sign(wim);
  await box.waitFor({ state: "hidden" });
  await page.getByText("A version waits for answers already").waitFor();
  wim.fine();
});

test("templates and description are saved without a signature", async () => {
  const { page } = wim;
  const box = page.getByRole("region", { name: "Description settings" });
  await box.getByLabel("Description").fill("Agents that care");
  await box.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  await page.getByText("Agents that care").first().waitFor();
  wim.fine();
});

test("an invitation is made anew, and withdrawn", async () => {
  const { page } = wim;
  await page.goto(`${deployment.url}/admin`);
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("dialog").getByLabel("E-mail").fill("gone@north.example");
  await page.getByRole("dialog").getByRole("button", { name: "Invite", exact: true }).click();
  const first = (await page.getByTestId("invitation-link").textContent()) ?? "";
  await page.getByRole("button", { name: "Done" }).click();
  const panel = await manage("gone@north.example");
  await panel.getByText("and never came in").waitFor();
  await panel.getByRole("button", { name: "Resend" }).click();
  const second = (await panel.getByTestId("invitation-link").textContent()) ?? "";
  expect(second).toContain(`${deployment.url}/password#`);
  expect(second).not.toBe(first);
  await wim.look("manage-member-invited");
  await panel.getByRole("button", { name: "Withdraw", exact: true }).click();
  await panel.getByText("the address can be invited again").waitFor();
  await panel.getByRole("button", { name: "Withdraw for good" }).click();
  await panel.waitFor({ state: "hidden" });
  await page.getByRole("row", { name: /gone@north\.example/ }).waitFor({ state: "hidden" });
  wim.fine();
});

test("a member is suspended at once", async () => {
  const { page } = wim;
  await page.goto(`${workspace}/settings`);
  const box = page.getByRole("region", { name: "Suspend a member" });
  await box.getByRole("combobox", { name: "Member to suspend" }).click();
  await page.getByRole("option", { name: "ben@lab.example" }).click();
  await box.getByRole("button", { name: "Suspend", exact: true }).click();
  await wim.look("suspend");
  await page.getByRole("button", { name: "Suspend at once" }).click();
  await sign(wim);
  await page.getByText("Nothing this member signs counts any more").waitFor();
  wim.fine();
});

test("a token is shown once, and ended", async () => {
  const { page } = kim;
  await page.goto(`${deployment.url}/profile/tokens`);
  await page.getByRole("button", { name: "New token" }).click();
  const dialog = page.getByRole("dialog", { name: "New API token" });
  await dialog.getByLabel("What it is for").fill("nightly");
  await dialog.getByRole("button", { name: "Create token" }).click();
  const secret = (await page.getByTestId("token").textContent()) ?? "";
  expect(secret.length).toBeGreaterThan(30);
  await kim.look("token-shown-once");
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await page.getByRole("row", { name: /nightly/ }).waitFor();
  expect(await page.content()).not.toContain(secret);
  await page.getByRole("button", { name: "End the token nightly" }).click();
  await page.getByRole("button", { name: "End token" }).click();
  await page.getByText("No API tokens").waitFor();
  kim.fine();
});

test("the log is searched, its filters are in the address, and it is followed live", async () => {
  const { page } = wim;
  await page.goto(`${deployment.url}/trust/log`);
  await page.getByText("Verified to entry").waitFor();
  await page.getByRole("textbox", { name: "Search" }).fill("user.roles");
  await page.waitForURL(/q=user\.roles/);
  const log = page.getByRole("table", { name: "Audit log" });
  await log.getByText("user.add").first().waitFor({ state: "hidden" });
  const found = log.getByRole("row").filter({ hasText: "user.roles" });
  await found.nth(4).waitFor();
  expect(await found.count()).toBe(5);
  await page.getByRole("textbox", { name: "Search" }).fill("workspace.archive");
  await page.getByText("No entry matches").waitFor();
  await wim.look("audit-nothing-found");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page
    .getByRole("row", { name: /user\.roles/ })
    .first()
    .waitFor();
  expect(await page.getByRole("textbox", { name: "Search" }).inputValue()).toBe("");
  await page.getByRole("switch", { name: "Live" }).check({ force: true });
  await page.waitForURL(/live=true/);
  const other = await setRolesElsewhere();
  await page
    .getByRole("row", { name: /user\.roles/ })
    .nth(5)
    .waitFor();
  await other.context.close();
  await wim.look("audit-live");
  wim.fine();
});

/** A sixth change of roles, made in another window. */
async function setRolesElsewhere(): Promise<Person> {
  const other = await signedIn("wim@north.example");
  const { page } = other;
  await page.goto(`${deployment.url}/admin`);
  await page.getByRole("button", { name: "Manage kim@north.example" }).click();
  const panel = page.getByRole("dialog", { name: "Manage Member" });
  await panel.getByLabel("Auditor").setChecked(true, { force: true });
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.waitFor({ state: "hidden" });
  return other;
}

test("a provider at a private address is refused in words, nothing typed is lost, and nobody is locked out", async () => {
  const { page } = wim;
  await page.goto(`${deployment.url}/admin/sign-in`);
  await page.getByRole("button", { name: "Add provider" }).click();
  const dialog = page.getByRole("dialog", { name: "Add provider" });
  await dialog.getByLabel("Name").fill("North login");
  await dialog.getByLabel("Issuer").fill("http://127.0.0.1:9/realms/main");
  await dialog.getByLabel("Client id").fill("cloister");
  await wim.look("provider-form");
  wim.expect(/422/);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("alert").getByText("Request id").waitFor();
  expect(await dialog.getByLabel("Issuer").inputValue()).toBe("http://127.0.0.1:9/realms/main");
  await wim.look("provider-refused");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("No identity provider yet").waitFor();
  wim.fine();
});

test("a browser without network says so, and goes on when it is back", async () => {
  const { page, context } = kim;
  kim.expect(/ERR_INTERNET_DISCONNECTED/);
  await page.goto(deployment.url);
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  await context.setOffline(true);
  await page.getByRole("alert").getByText("You are offline").waitFor();
  await kim.look("offline");
  await context.setOffline(false);
  await page.getByText("You are offline").waitFor({ state: "hidden" });
  kim.fine();
});

test("a clock that is a day ahead is said before anything fails by it", async () => {
  const late = await Person.at(browser, deployment.url);
  await late.page.clock.setFixedTime(Date.now() + 86_400_000);
  await late.signIn("kim@north.example");
  await late.page.getByRole("alert").getByText("The clock of this computer is wrong").waitFor();
  await late.page.getByText("about 24 hours ahead of the server's").waitFor();
  await late.look("clock-skew");
  late.fine();
  await late.context.close();
});

test("signing out in one tab signs the other out", async () => {
  const { page, context } = kim;
  const second = await context.newPage();
  await second.goto(`${deployment.url}/profile`);
  await second.getByRole("heading", { name: "Profile", level: 1 }).waitFor();
  await page.getByRole("button", { name: /account of kim@north\.example/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await second.getByRole("heading", { name: "Sign in" }).waitFor();
  kim.fine();
});

test("at 400 pixels no page scrolls sideways", async () => {
  const { page } = wim;
  await page.setViewportSize({ width: 400, height: 800 });
  const paths = ["/admin/sign-in", "/inbox", "/profile", "/profile/keys", "/profile/tokens", "/trust/log"];
  const inside = ["", "/audit", "/settings"].map((tab) => new URL(workspace).pathname + tab);
  for (const path of [...paths, ...inside, "/workspaces/new"]) {
    await page.goto(`${deployment.url}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("load");
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(wide, path).toBeLessThanOrEqual(seen ?? 0);
  }
  await page.goto(`${workspace}/settings`);
  await page
    .getByRole("button", { name: "Propose new charter" })
    .or(page.getByText("A version waits"))
    .first()
    .waitFor();
  await wim.look("settings-narrow");
  wim.fine();
});
