/** A deployment of its own for the core's test: real processes, simulated TEE, the command line beside it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const TARGET = process.env.CARGO_TARGET_DIR ?? new URL("../../../target", import.meta.url).pathname;
const CLOISTER = join(TARGET, "debug", "cloister");

/** What `cloister serve` says when it is ready. */
interface Ready {
  readonly url: string;
  readonly setup: string;
}

export class Deployment {
  private readonly folder = mkdtempSync(join(tmpdir(), "cloister-core-"));
  private process: ChildProcess | undefined;

  /** Starts it; gives its address and the token of the set-up link. */
  async start(): Promise<{ url: string; setup: string }> {
    const serve = [
      "serve",
      "--data",
      join(this.folder, "data"),
      "--listen",
      "127.0.0.1:0",
      "--insecure-sim-tee",
    ];
    const child = spawn(CLOISTER, serve, { stdio: ["ignore", "pipe", "ignore"] });
    this.process = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const { url, setup } = JSON.parse(line) as Ready;
      return { url, setup: setup.split("#")[1] ?? "" };
    }
    throw new Error("the server ended before it was ready");
  }

  /** Runs the command line in a profile of its own. */
  cli(profile: string, args: readonly string[], input = ""): string {
    const env = { ...process.env, CLOISTER_HOME: join(this.folder, profile) };
    return execFileSync(CLOISTER, [...args, "--json"], {
      env,
      input,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
  }

  /** A path for a file of the test. */
  path(name: string): string {
    return join(this.folder, name);
  }

  async stop(): Promise<void> {
    const child = this.process;
    if (child !== undefined && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
