/** A job as its author, its reviewer and its reader meet it: written, reviewed, changed, run, cancelled, taken home. */
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sign } from "./acts";
import { launch, type Person } from "./browser";
import { Deployment, PASSWORD } from "./deployment";
import { contentOf, editorOf, LONG, LOW, save, study, tested, verified, WIM } from "./study";

const deployment = new Deployment();
let browser: Browser;
let wim: Person;
let ben: Person;
let workspace = "";
/** The address of the job. */
let job = "";

beforeAll(async () => {
  await deployment.up();
  browser = await launch();
  ({ wim, ben, workspace } = await study(deployment, browser));
});
afterAll(async () => {
  await browser?.close();
  await deployment.remove();
});

test("the editor completes tables and columns, underlines what no table has, and lets the keyboard out", async () => {
  const { page } = wim;
  await page.goto(`${deployment.url}/workspaces/${workspace}/jobs/new`);
  await page.getByRole("group", { name: "Tables to read" }).getByText("grp").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Count");
  await editorOf(page).click();
  await page.keyboard.type("select grp from la");
  const options = page.getByRole("listbox");
  await options.getByRole("option", { name: /^lab Lab/ }).waitFor();
  await wim.look("job-editor-completion");
  await options.getByRole("option", { name: /^lab Lab/ }).click();
  await page.keyboard.type(" l where l.");
  await options.getByRole("option", { name: /^id integer/ }).waitFor();
  await page.keyboard.type("nothing > 1");
  await page.keyboard.press("Escape");
  const marked = page.locator(".cm-lintRange");
  await marked.getByText("nothing").waitFor();
  await marked.hover();
  await page.getByText("lab has no column nothing").waitFor();
  await editorOf(page).fill("select x from secrets");
  await page.locator(".cm-lintRange").getByText("secrets").waitFor();
  await page.keyboard.press("Tab");
  expect(await editorOf(page).textContent(), "Tab indents").toContain("  ");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect.poll(() => editorOf(page).evaluate((one) => one.contains(document.activeElement))).toBe(false);
  wim.fine();
});

test("a template writes the text, and Ctrl+Z brings back what it replaced", async () => {
  const { page } = wim;
  await page.getByRole("button", { name: "Start from a template" }).click();
  const dialog = page.getByRole("dialog", { name: "Start from a template" });
  await dialog.getByRole("radio", { name: "Aggregate by group" }).check();
  await dialog.getByText("group by grp").waitFor();
  await wim.look("job-templates");
  await dialog.getByRole("button", { name: "Use this text" }).click();
  await editorOf(page).getByText("group by grp").waitFor();
  await editorOf(page).click();
  await page.keyboard.press("Control+z");
  await editorOf(page).getByText("secrets").waitFor();
  await page.keyboard.press("Control+y");
  await editorOf(page).getByText("group by grp").waitFor();
  wim.fine();
});

test("input variables have types, constraints joined by OR, and a default that must meet them", async () => {
  const { page } = wim;
  await editorOf(page).fill(LOW);
  await page.getByRole("button", { name: "Add a variable" }).click();
  const card = page.getByRole("group", { name: /variable/i });
  await card.getByLabel("Variable name").fill("low");
  await card.getByLabel("What it is for").fill("The least group");
  await card.getByLabel("A run may leave it out").check();
  await card.getByLabel("Default").fill("7");
  await card.getByRole("button", { name: "Add a constraint" }).click();
  await card.getByLabel("From").fill("2");
  await card.getByLabel("To", { exact: true }).fill("1");
  await card.getByRole("button", { name: "Or another constraint" }).click();
  await card.getByLabel("Constraint", { exact: true }).last().selectOption("one_of");
  await card.getByLabel("Values").fill("9");
  await page.getByRole("button", { name: "Save draft" }).click();
  await card.getByText("The lower bound is above the upper one").waitFor();
  await card.getByLabel("From").fill("0");
  await card.getByText("It meets none of the constraints").waitFor();
  await wim.look("job-variables");
  await card.getByLabel("Default").fill("1");
  await page.getByLabel("May run", { exact: true }).fill("5");
  await page.getByLabel("May run until").fill("2099-01-01T12:00");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByRole("heading", { name: "Count", level: 1 }).waitFor();
  await page.waitForURL(/\/jobs\//);
  job = page.url();
  await page.reload();
  const again = page.getByRole("group", { name: "Variable low" });
  expect(await again.getByLabel("Default").inputValue()).toBe("1");
  expect(await again.getByText("9", { exact: true }).count()).toBe(1);
  expect(await page.getByLabel("May run until").inputValue()).toBe("2099-01-01T12:00");
  wim.fine();
});

test("what is typed and not saved outlives a reload and the end of the session", async () => {
  const { page, context } = wim;
  await editorOf(page).fill(`${LOW} limit 100`);
  await page.getByText("Save the draft first").waitFor();
  await page.reload();
  await page.getByText("and did not save is here again").waitFor();
  expect(await editorOf(page).textContent()).toContain("limit 100");
  await wim.look("job-restored");
  wim.expect(/ 401 /, /status of 401/);
  await context.clearCookies();
  await page.getByRole("button", { name: "Save draft" }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("The saved draft is what is tested and submitted").waitFor();
  await page.reload();
  await page.getByText("The saved draft is what is tested and submitted").waitFor();
  expect(await page.getByText("is here again").count()).toBe(0);
  wim.fine();
});

test("two tabs: the second is told what the first saved, and decides", async () => {
  const { page } = wim;
  const tab = await wim.tab();
  await tab.page.goto(job);
  await editorOf(tab.page).getByText("limit 100").waitFor();
  // The other tab hears of nothing before it saves: its save is refused by the tag alone.
  const held: (() => void)[] = [];
  let holds = true;
  await tab.page.route("**/api/v1/jobs/*", async (route) => {
    if (holds && route.request().method() === "GET") await new Promise<void>((go) => held.push(go));
    await route.continue();
  });
  await tab.page.getByLabel("May run", { exact: true }).fill("4");
  await editorOf(page).fill(`${LOW} limit 50`);
  await save(page);
  tab.expect(/ 412 /, /status of 412/);
  const refused = tab.page.waitForResponse((answer) => answer.status() === 412);
  await tab.page.getByRole("button", { name: "Save draft" }).click();
  await refused;
  holds = false;
  for (const go of held) go();
  const conflict = tab.page
    .getByRole("alert")
    .filter({ hasText: "Someone changed this since you opened it" });
  await conflict.getByLabel("Theirs, text of the job").getByText("limit 50").waitFor();
  await conflict.getByLabel("Yours, text of the job").getByText("limit 100").waitFor();
  await conflict.getByRole("region", { name: "May run" }).getByText("4 times").waitFor();
  await tab.look("job-conflict");
  await conflict.getByRole("button", { name: "Keep mine" }).click();
  await save(tab.page);
  await editorOf(page).getByText("limit 100").waitFor();
  expect(await page.getByLabel("May run", { exact: true }).inputValue(), "the first tab follows").toBe("4");
  await editorOf(page).fill(LOW);
  await save(page);
  await editorOf(tab.page).getByText("limit 100").waitFor({ state: "hidden" });
  tab.fine();
  await tab.page.close();
  wim.fine();
});

test("a reviewer sees text, terms and rules, and a rejection needs a comment", async () => {
  const { page } = ben;
  await wim.page.getByRole("button", { name: "Submit for review" }).click();
  await sign(wim);
  await wim.page.getByRole("region", { name: "What will run" }).waitFor();
  await page.goto(job);
  await page.getByText("The author's signature over these bytes was verified").waitFor();
  await page
    .getByRole("region", { name: "Rules that apply" })
    .getByText("Rows may be returned as they are")
    .waitFor();
  await page.getByRole("region", { name: "Test" }).getByText("Nobody tested it").waitFor();
  await page.getByText("$low, integer: 0 to 1, or one of 9; 1 when none is given").waitFor();
  await page.getByText("No earlier accepted version is known").waitFor();
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByText("A rejection needs a comment").waitFor();
  await page.getByLabel("Comment").fill("Groups are fine.\nCount each id once.");
  await ben.look("job-review");
  await page.getByRole("button", { name: "Reject" }).click();
  await sign(ben);
  await page.getByText("Rejected.").waitFor();
  const comments = wim.page.getByRole("region", { name: "Comments" });
  await comments.getByText("Count each id once").waitFor();
  await wim.look("job-rejected");
  wim.fine();
  ben.fine();
});

test("its author changes it, and it is accepted", async () => {
  const { page } = wim;
  await page.getByRole("button", { name: "Return to draft" }).click();
  await sign(wim);
  await editorOf(page).fill(LOW.replace("count(*)", "count(distinct id)"));
  await save(page);
  // Another member reads it, tests it and cannot change it.
  await ben.page.getByText(`${WIM} made this draft`).waitFor();
  await ben.look("job-draft-of-another");
  await ben.page.getByRole("button", { name: "Test on made-up rows" }).click();
  await sign(ben);
  await ben.page.getByRole("heading", { name: "Test of Count", level: 1 }).waitFor();
  await ben.page.getByText("succeeded", { exact: true }).waitFor();
  await ben.page.goto(job);
  await page.getByRole("button", { name: "Submit for review" }).click();
  await sign(wim);
  await page.getByText("Still to approve: ben@lab.example").waitFor();
  await ben.page.getByText("It tried exactly this text on these tables").waitFor();
  await ben.page.getByRole("button", { name: "Approve" }).click();
  await sign(ben);
  await ben.page.getByText("Everyone the policy names has approved").waitFor();
  await page.getByText("Everyone the policy names has approved").waitFor();
  wim.fine();
  ben.fine();
});

test("inputs are checked at their fields before the run is signed", async () => {
  const { page } = wim;
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Run Count?" });
  await dialog.getByText(`The result is encrypted to ${WIM}. You can read it.`).waitFor();
  await dialog.getByLabel("low").fill("5");
  await dialog.getByRole("button", { name: "Run", exact: true }).click();
  await dialog.getByText("It meets none of the constraints").waitFor();
  await wim.look("job-run");
  await dialog.getByLabel("low").fill("0");
  await dialog.getByRole("button", { name: "Run", exact: true }).click();
  await sign(wim);
  await page.getByRole("heading", { name: "Run of Count", level: 1 }).waitFor();
  wim.fine();
});

test("the result is a table, a chart and files; the bundle verifies offline", async () => {
  const { page } = wim;
  await page.getByRole("button", { name: "Decrypt and show" }).click();
  const rows = page.getByRole("table", { name: "Result rows" }).getByRole("row");
  await rows.nth(3).waitFor();
  await page.getByText("The result you decrypted has the digest that the receipt holds").waitFor();
  const download = async (name: string) => {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name }).or(page.getByRole("link", { name })).click();
    return coming;
  };
  const csv = await download("Download CSV");
  expect(csv.suggestedFilename()).toMatch(/^count-[0-9a-f]{8}\.csv$/);
  expect((await contentOf(csv)).toString()).toBe("grp,n\n0,20\n1,20\n2,20\n");
  const parquet = await download("Download Parquet");
  expect(parquet.suggestedFilename()).toMatch(/\.parquet$/);
  expect((await contentOf(parquet)).subarray(0, 4).toString()).toBe("PAR1");
  const bundle = await download("Download bundle");
  const file = join(deployment.folder, bundle.suggestedFilename());
  await bundle.saveAs(file);
  await page.getByText(`cloister verify ${bundle.suggestedFilename()}`).waitFor();
  const { checks } = verified(deployment, file);
  expect(checks.length).toBeGreaterThan(20);
  expect(checks.filter((one) => one.outcome !== "holds").map((one) => one.check)).toEqual([]);
  await page.getByRole("button", { name: "Decrypt the log" }).click();
  await page.getByRole("region", { name: "Log" }).getByText("computed 3 rows").waitFor();
  await page.getByText("Chart", { exact: true }).click();
  await page.getByRole("img", { name: "Bar chart of n by grp: 3 values, from 20 to 20" }).waitFor();
  await wim.look("run-chart");
  await page.getByLabel("Drawn as").selectOption("scatter");
  await page.getByRole("img", { name: /^Scatter plot of n by grp/ }).waitFor();
  wim.fine();
});

test("a changed version is compared with the one accepted before", async () => {
  const { page } = wim;
  await page.goto(job);
  await page.getByRole("button", { name: "Return to draft" }).click();
  await sign(wim);
  await editorOf(page).fill(LONG);
  await save(page);
  await page.getByRole("button", { name: "Submit for review" }).click();
  await sign(wim);
  await page.getByText("Still to approve: ben@lab.example").waitFor();
  await ben.page.goto(job);
  const changes = ben.page.getByLabel("Changes of the text");
  await changes.locator(".cm-deletedChunk").getByText("count(distinct id)").waitFor();
  await changes.locator(".cm-changedLine").getByText("lab e").waitFor();
  await ben.look("job-diff");
  await ben.page.getByText("Whole text").click();
  await ben.page.getByLabel("Text of the job").getByText("lab e").waitFor();
  await ben.page.getByRole("button", { name: "Approve" }).click();
  await sign(ben);
  await page.getByText("Everyone the policy names has approved").waitFor();
  ben.fine();
  wim.fine();
});

test("a run under way shows where it is and how long it has taken, and stops when told", async () => {
  const { page } = wim;
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Run", exact: true }).click();
  await sign(wim);
  const progress = page.getByRole("region", { name: "Progress" });
  await progress.getByText(/The worker computes/).waitFor();
  expect(await progress.locator('[aria-current="step"]').textContent()).toBe("Computes");
  await progress.getByRole("progressbar", { name: "Share of the input read" }).waitFor();
  const elapsed = progress.getByRole("timer");
  const before = await elapsed.textContent();
  await expect.poll(() => elapsed.textContent()).not.toBe(before);
  await wim.look("run-live");
  // A tab that hears no events asks instead.
  const deaf = await wim.tab();
  deaf.expect(/api\/v1\/events/);
  await deaf.page.route("**/api/v1/events*", (route) => route.abort());
  await deaf.page.goto(page.url());
  await deaf.page.getByText(/The worker computes/).waitFor();
  await progress.getByRole("button", { name: "Cancel run" }).click();
  await page.getByText("The run was cancelled").waitFor();
  await deaf.page.getByText("The run was cancelled").waitFor();
  deaf.fine();
  await deaf.page.close();
  await wim.look("run-cancelled");
  wim.fine();
});

test("a run that failed says why and what to do", async () => {
  await tested(wim, workspace, "Odd", "select grp, pi() as p from lab");
  const { page } = wim;
  const told = page.getByRole("alert").filter({ hasText: "The run failed" });
  await told.getByText("The query calls a function that jobs do not have").waitFor();
  await told.getByText("plan.function").waitFor();
  await wim.look("run-failed");
  await told.getByRole("link", { name: "Open the job" }).click();
  await page.getByRole("button", { name: "Delete draft" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("tab", { name: "Jobs" }).waitFor();
  expect(await page.getByRole("link", { name: "Odd" }).count()).toBe(0);
  wim.fine();
});

test("fifty thousand rows are scrolled, and only those in view are drawn", async () => {
  await tested(
    wim,
    workspace,
    "Wide",
    "select a.id as one, b.id as other, a.grp from lab a, lab b limit 50000",
  );
  const { page } = wim;
  await page.getByRole("button", { name: "Decrypt and show" }).click();
  await page.getByText("50,000 rows, 3 columns").waitFor();
  const rows = page.getByRole("region", { name: "Rows", exact: true });
  await rows.evaluate((frame) => {
    frame.scrollTop = frame.scrollHeight;
  });
  await rows.locator('tr[aria-rowindex="50001"] td').first().getByText(/^\d+$/).waitFor();
  expect(await rows.locator("tr").count()).toBeLessThan(80);
  await wim.look("run-many-rows");
  wim.fine();
});

test("what is typed while another tab submits the job is kept until it is a draft again", async () => {
  const { page } = wim;
  const run = page.url();
  await page.getByRole("link", { name: "Wide", exact: true }).click();
  await page.getByRole("button", { name: "Submit for review" }).waitFor();
  const tab = await wim.tab();
  await tab.page.goto(page.url());
  await editorOf(tab.page).fill("select id from lab");
  await tab.page.getByText("Save the draft first").waitFor();
  await page.getByRole("button", { name: "Submit for review" }).click();
  await sign(wim);
  await tab.page.getByText("It is kept in this browser").waitFor();
  await page.getByRole("button", { name: "Return to draft" }).click();
  await sign(wim);
  await tab.page.getByText("and did not save is here again").waitFor();
  expect(await editorOf(tab.page).textContent()).toBe("select id from lab");
  tab.fine();
  await tab.page.close();
  await page.goto(run);
  wim.fine();
});

test("the pages can be read four hundred pixels wide", async () => {
  const { page } = wim;
  const run = page.url();
  await page.setViewportSize({ width: 400, height: 860 });
  for (const [name, address, shown] of [
    ["job-narrow", job, "Exactly what will run"],
    ["run-narrow", run, "Result"],
    ["job-new-narrow", `${deployment.url}/workspaces/${workspace}/jobs/new`, "Tables"],
  ] as const) {
    await page.goto(address);
    await page.getByText(shown, { exact: true }).first().waitFor();
    await wim.look(name);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(400);
  }
  wim.fine();
});
