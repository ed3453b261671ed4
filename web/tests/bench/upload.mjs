/**
 * One large file through the page "Add a dataset": reads `{url, token, passphrase, file}` as JSON from stdin, prints one line
 * of JSON with the seconds from the click to the last acknowledged byte and the most memory that the page's scripts held.
 */
import { asked, entered } from "./asked.mjs";

const told = await asked();
const { browser, context } = await entered(told);
const page = await context.newPage();
page.setDefaultTimeout(60_000);
await page.goto(`${told.url}/profile/keys`);
await page.getByLabel("Passphrase", { exact: true }).fill(told.passphrase);
await page.getByRole("button", { name: "Restore my keys" }).click();
await page.getByText("This browser holds your keys").waitFor();

const session = await context.newCDPSession(page);
await session.send("Performance.enable");
let most = 0;
const measure = async () => {
  const { metrics } = await session.send("Performance.getMetrics");
  const used = metrics.find((one) => one.name === "JSHeapUsedSize");
  most = Math.max(most, used?.value ?? 0);
};
await page.goto(`${told.url}/data/new`);
await page.getByLabel("File", { exact: true }).setInputFiles(told.file);
await page.getByText(/Types guessed from the first/).waitFor();
await page.getByRole("button", { name: "Next" }).click();
await page.getByRole("button", { name: "Next" }).click();
await page.getByRole("radio", { name: "Simulated" }).check();
const begun = Date.now();
await page.getByRole("button", { name: "Encrypt and upload" }).click();
const done = page.getByRole("button", { name: "Sign", exact: true });
while (!(await done.isVisible())) {
  await measure();
  await page.waitForTimeout(500);
}
process.stdout.write(`${JSON.stringify({ seconds: (Date.now() - begun) / 1000, heap: most })}\n`);
await browser.close();
