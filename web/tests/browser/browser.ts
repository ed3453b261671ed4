/** A browser whose every complaint fails the test: console errors, failed requests, refusals nobody expected. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { PASSWORD, root } from "./deployment";

const shots = join(process.env.CLOISTER_SCREENSHOTS ?? join(root, "target/screenshots"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

export class Person {
  readonly complaints: string[] = [];
  private expected: RegExp[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly url: string,
  ) {}

  static async at(browser: Browser, url: string): Promise<Person> {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width: 1280, height: 860 },
      reducedMotion: "reduce",
    });
    const person = new Person(context, await context.newPage(), url);
    person.listen();
    return person;
  }

  /** Another tab of the same browser, heard like the first. */
  async tab(): Promise<Person> {
    const other = new Person(this.context, await this.context.newPage(), this.url);
    other.listen();
    return other;
  }

  private listen(): void {
    const complain = (text: string) => {
      if (!this.expected.some((one) => one.test(text))) this.complaints.push(text);
    };
    this.page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning")
        complain(`console: ${message.text()} ${message.location().url}`);
    });
    this.page.on("pageerror", (error) => complain(`page: ${error.message}`));
    this.page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // A page that is left ends its stream and what it was waiting for.
      if (why !== "net::ERR_ABORTED") complain(`request: ${request.method()} ${request.url()} ${why}`);
    });
    this.page.on("response", (response) => {
      if (response.status() >= 400)
        complain(`answer: ${response.status()} ${response.request().method()} ${response.url()}`);
    });
  }

  /** Refusals that belong to the test. */
  expect(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  fine(): void {
    expect(this.complaints).toEqual([]);
  }

  async signIn(email: string, password = PASSWORD): Promise<void> {
    await this.page.goto(`${this.url}/sign-in`);
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await this.page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  }

  async theme(scheme: "light" | "dark"): Promise<void> {
    await this.page.evaluate((value) => localStorage.setItem("cloister.theme", value), scheme);
    await this.page.reload();
  }

  /** A picture in both themes, and no serious or critical finding of axe in either. */
  async look(name: string): Promise<void> {
    mkdirSync(shots, { recursive: true });
    for (const scheme of ["light", "dark"] as const) {
      await this.page.evaluate(
        (value) => document.documentElement.setAttribute("data-mantine-color-scheme", value),
        scheme,
      );
      await this.page.waitForTimeout(150);
      await this.page.screenshot({ path: join(shots, `${name}-${scheme}.png`), fullPage: true });
      await this.audit(`${name}, ${scheme}`);
    }
    await this.page.evaluate(() =>
      document.documentElement.setAttribute("data-mantine-color-scheme", "light"),
    );
  }

  private async audit(where: string): Promise<void> {
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: axe puts itself into the page
      const { violations } = await (window as any).axe.run(document, { resultTypes: ["violations"] });
      return (
        violations as { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
      )
        .filter((one) => one.impact === "serious" || one.impact === "critical")
        .map(
          (one) =>
            `${one.id}: ${one.nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary.slice(0, 220)}`).join(" | ")}`,
        );
    });
    expect(found, where).toEqual([]);
  }
}
