/**
 * How soon pages are ready: reads `{url, token, pages: [{name, path}], loads}` as JSON from stdin, prints one line
 * of JSON a page. Ready is the heading there, nothing that waits left on the page, and the frame after that drawn; the time
 * counts from the begin of the navigation. Each load is a whole one in a browser that has the files in its cache.
 */
import { asked, entered } from "./asked.mjs";

const told = await asked();
const { browser, context } = await entered(told);

function ready() {
  const waits = '[role="status"][aria-label="Loading"], .mantine-Skeleton-root, .mantine-Loader-root';
  return document.querySelector("main h1") !== null && document.querySelector(waits) === null;
}

/** The share of frames that took longer than 50 ms while a page is scrolled for two seconds. */
async function scrolled(page) {
  return page.evaluate(async () => {
    const list = [...document.querySelectorAll("main *, html")]
      .filter(
        (one) => one.scrollHeight > one.clientHeight + 40 && getComputedStyle(one).overflowY !== "visible",
      )
      .sort((a, b) => b.scrollHeight - a.scrollHeight)[0];
    const moved = list ?? document.documentElement;
    const begun = performance.now();
    let [last, frames, slow] = [begun, 0, 0];
    while (last - begun < 2000) {
      moved.scrollBy(0, 120);
      const now = await new Promise((resolve) => requestAnimationFrame(resolve));
      frames += 1;
      if (now - last > 50) slow += 1;
      last = Math.max(now, performance.now());
    }
    return { frames, slow };
  });
}

for (const { name, path } of told.pages) {
  const page = await context.newPage();
  const failed = [];
  page.on("response", (answer) => {
    if (answer.status() >= 400) failed.push(`${answer.status()} ${answer.url()}`);
  });
  const times = [];
  // The first one fills the cache.
  for (let load = 0; load <= told.loads; load += 1) {
    await page.goto(told.url + path, { waitUntil: "commit" });
    await page.waitForFunction(ready, undefined, { polling: "raf", timeout: 60_000 });
    const at = await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now()))),
    );
    if (load > 0) times.push(at);
  }
  const frames = await scrolled(page);
  process.stdout.write(`${JSON.stringify({ name, times, frames, failed })}\n`);
  await page.close();
}
await browser.close();
