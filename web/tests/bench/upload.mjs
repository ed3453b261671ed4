/**
 * One large file through the page "Add a dataset": reads `{url, token, passphrase, file}` as JSON from stdin, prints one line
 * of JSON with the seconds from the click to the last acknowledged byte and the most memory that the page's scripts held.
 */
import { chromium } from "playwright-core";

const asked = JSON.parse(
  await new Promise((resolve) => {
    let text = "";
    process.stdin.on("data", (part) => {
      text += part;
    });
    process.stdin.on("end", () => resolve(text));
  }),
);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
await context.addCookies([{ name: "cloister-session", value: asked.token, url: asked.url }]);
const page = await context.newPage();
page.setDefaultTimeout(60_000);
await page.goto(`${asked.url}/profile/keys`);
await page.getByLabel("Passphrase", { exact: true }).fill(asked.passphrase);
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
await page.goto(`${asked.url}/data/new`);
await page.getByLabel("File", { exact: true }).setInputFiles(asked.file);
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
