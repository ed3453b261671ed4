/** `cloister serve` on a fresh data folder and a port of its own; ends with its test. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const root = join(import.meta.dirname, "../../..");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const binary = process.env.CLOISTER_BINARY ?? join(target, "debug/cloister");

export const PASSWORD = "correct horse battery";

interface Ready {
  url: string;
  setup?: string;
}

export class Deployment {
  private child: ChildProcess | undefined;
  readonly folder = mkdtempSync(join(tmpdir(), "cloister-console-"));
  /** What it is told by the environment, from the next start on. */
  readonly environment: Record<string, string> = {};
  url = "";
  setup = "";

  /** Starts it (again), on the same port as before if it ran. */
  async up(): Promise<void> {
    if (!existsSync(binary)) throw new Error(`${binary} is not there: build the binaries first`);
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    const words = ["serve", "--listen", listen, "--insecure-sim-tee", "--data", this.data];
    const child = spawn(binary, words, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...this.environment },
    });
    this.child = child;
    let log = "";
    child.stderr?.on("data", (text) => {
      log += text;
    });
    const line = await new Promise<string>((resolve, reject) => {
      if (!child.stdout) throw new Error("no pipe");
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`cloister serve ended with ${code}:\n${log}`)));
    });
    const ready = JSON.parse(line) as Ready;
    this.url = ready.url;
    this.setup = ready.setup ?? "";
  }

  get data(): string {
    return join(this.folder, "data");
  }

  /** Asks it to end, and waits. */
  async down(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }

  async remove(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The host's operator. */
  admin(words: string[], input = ""): string {
    const all = ["admin", "--data", this.data, ...words];
    return execFileSync(binary, all, { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  }

  /** The command line, in a profile of its own. */
  cli(profile: string, words: string[], input = ""): string {
    const env = { ...process.env, CLOISTER_HOME: join(this.folder, profile) };
    const all = [...words, "--json"];
    return execFileSync(binary, all, { env, input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  }

  organisation(name: string): void {
    this.admin(["org", "add", name]);
  }

  person(email: string, org: string, ...roles: string[]): void {
    this.admin(["user", "add", email, "--org", org, "--password-stdin", ...roles], PASSWORD);
  }
}
