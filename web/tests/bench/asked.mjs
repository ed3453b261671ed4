/** What a measurement is told on stdin, and a browser for it. */
import { chromium } from "playwright-core";

/** The JSON on stdin. */
export async function asked() {
  let text = "";
  for await (const part of process.stdin) text += part;
  return JSON.parse(text);
}

/** A browser and a context that is signed in by a session's token. */
export async function entered({ url, token }) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  await context.addCookies([{ name: "cloister-session", value: token, url }]);
  return { browser, context };
}
