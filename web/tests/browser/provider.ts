/** The OpenID Connect provider of the end-to-end tests, on a free port of this machine. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "./deployment";

export class IdentityProvider {
  private constructor(
    private readonly child: ChildProcess,
    readonly issuer: string,
  ) {}

  static async start(): Promise<IdentityProvider> {
    const folder = join(root, "tests/oidc");
    const child = spawn("node", ["provider.mjs"], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("exit", (code) =>
        reject(new Error(`the provider ended with ${code}: npm ci in tests/oidc`)),
      );
    });
    return new IdentityProvider(child, (JSON.parse(line) as { issuer: string }).issuer);
  }

  stop(): void {
    this.child.kill();
  }
}
