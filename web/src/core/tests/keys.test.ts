import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { fromBase64, toHex, utf8 } from "../bytes";
import { CoreError } from "../errors";
import { drawPassphrase, makeBackup, normalisePassphrase, openBackup, readKeyText } from "../keys/backup";
import { drawSecrets, extractable, memberKeys, signBytes } from "../keys/member";
import { NO_PINS, pinBroker, pinLog, pinWorkspace } from "../keys/pins";
import { openVault } from "../keys/vault";
import { randomBytes, requirePlatform, uuidV4, uuidV7 } from "../platform";
import { verifySignature } from "../statement/envelope";
import { vectors } from "./vectors";

interface Backups {
  readonly backup: { readonly file: string; readonly passphrase: string; readonly text: string };
}

const cause = async (act: Promise<unknown>): Promise<string> => {
  try {
    await act;
    return "nothing";
  } catch (thrown) {
    return thrown instanceof CoreError ? thrown.why.kind : String(thrown);
  }
};

describe("keys", () => {
  test("are kept so that the browser does not give them out, and sign", async () => {
    const keys = await memberKeys(drawSecrets(randomBytes));
    expect(extractable(keys)).toBe(false);
    expect(keys.signer instanceof CryptoKey && keys.signer.extractable).toBe(false);
    expect(keys.opener instanceof CryptoKey && keys.opener.extractable).toBe(false);
    const signature = await signBytes(keys, utf8("hello"));
    expect(verifySignature(keys.signingKey, utf8("hello"), signature)).toBe(true);
    expect(verifySignature(keys.signingKey, utf8("hallo"), signature)).toBe(false);
  });

  test("that are weak verify nothing", () => {
    const neutral = `01${"00".repeat(31)}`;
    const signature = new Uint8Array(64);
    signature[0] = 1;
    expect(verifySignature(neutral, utf8("anything"), signature)).toBe(false);
  });
});

describe("backups", () => {
  test("open with their passphrase however it is typed, and with no other", async () => {
    const secrets = drawSecrets(randomBytes);
    const backup = await makeBackup(secrets, randomBytes, 1);
    expect(backup.passphrase).toMatch(/^[0-9a-hj-km-np-tv-z]{5}(-[0-9a-hj-km-np-tv-z]{5}){3}$/);
    const typed = backup.passphrase.toUpperCase().replaceAll("-", " ");
    const opened = await openBackup(backup.file, typed);
    expect([toHex(opened.seed), toHex(opened.scalar)]).toEqual([toHex(secrets.seed), toHex(secrets.scalar)]);
    expect(await cause(openBackup(backup.file, "00000-00000-00000-00000"))).toBe("passphrase");
    expect(await cause(openBackup(utf8("no age file"), backup.passphrase))).toBe("backup");
  });

  test("made by Rust open", async () => {
    const { backup } = vectors<Backups>("age");
    const opened = await openBackup(fromBase64(backup.file), backup.passphrase);
    expect(toHex(opened.seed)).toBe(toHex(readKeyText(backup.text).seed));
  });

  test("have passphrases of 100 bits", () => {
    expect(normalisePassphrase(drawPassphrase(randomBytes))).toHaveLength(20);
  });

  test("hold key files of the one form only", () => {
    const { backup } = vectors<Backups>("age");
    for (const bad of [
      backup.text.replace('"version":1', '"version":2'),
      backup.text.replace(":", ": "),
      "{}",
      "",
    ]) {
      expect(() => readKeyText(bad)).toThrow();
    }
  });
});

describe("the vault", () => {
  test("keeps keys and pins of a person apart from another's, also over a reload", async () => {
    const keys = await memberKeys(drawSecrets(randomBytes));
    const first = await openVault("ana");
    await first.saveKeys(keys);
    await first.changePins((pins) => pinWorkspace(pins, "ab".repeat(32), "Study"));
    first.close();
    const again = await openVault("ana");
    const [held] = await again.keys();
    expect(held?.signingKey).toBe(keys.signingKey);
    const signature = held && (await signBytes(held, utf8("x")));
    expect(signature && verifySignature(keys.signingKey, utf8("x"), signature)).toBe(true);
    expect((await again.pins()).workspaces).toEqual({ ["ab".repeat(32)]: "Study" });
    expect(await (await openVault("ben")).keys()).toEqual([]);
    await again.clear();
    expect([await again.keys(), await again.pins()]).toEqual([[], NO_PINS]);
  });

  test("changes pins in one step, and not at all on an error", async () => {
    const vault = await openVault("cat");
    const count = (name: string) => vault.changePins((pins) => pinWorkspace(pins, name, name));
    await Promise.all(["a", "b", "c"].map(count));
    expect(Object.keys((await vault.pins()).workspaces).sort()).toEqual(["a", "b", "c"]);
    const broker = { signing_key: "1", configuration: "x" };
    await vault.changePins((pins) => pinBroker(pins, broker));
    await expect(
      vault.changePins((pins) => pinBroker(pins, { ...broker, signing_key: "2" })),
    ).rejects.toThrow("pinned");
    expect((await vault.pins()).broker).toEqual(broker);
  });

  test("another log or name than the pinned one is refused", () => {
    const pins = pinLog(NO_PINS, "o", "k");
    expect(pinLog(pins, "o", "k")).toBe(pins);
    expect(() => pinLog(pins, "o", "l")).toThrow("pinned");
    expect(() => pinLog(pins, "p", "k")).toThrow("pinned");
  });
});

describe("the platform", () => {
  test("plain HTTP from another host is a cause of its own", async () => {
    const kind = (platform: object) => cause((async () => requirePlatform(platform))());
    expect(await kind({ isSecureContext: false })).toBe("insecure_context");
    expect(await kind({ isSecureContext: true, indexedDB: {} })).toBe("unsupported");
    expect(await kind({ isSecureContext: true, crypto: { subtle: {} } })).toBe("unsupported");
    expect(await kind({ isSecureContext: true, crypto: { subtle: {} }, indexedDB: {} })).toBe("nothing");
  });

  test("run ids sort by time and are UUIDs", () => {
    const random = new Uint8Array(16).fill(0xff);
    const ids = [1_800_000_000_000, 1_800_000_000_001].map((now) => uuidV7(now, random));
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7fff-bfff-ffffffffffff$/);
    expect([...ids].sort()).toEqual(ids);
    expect(Number.parseInt(ids[0]?.replace("-", "").slice(0, 12) ?? "", 16)).toBe(1_800_000_000_000);
    expect(uuidV4(random)).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
  });
});
