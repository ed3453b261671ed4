import { describe, expect, test } from "vitest";
import { brokerReportData } from "../acts/broker";
import { fromBase64, fromHex, toHex, utf8 } from "../bytes";
import { identityText } from "../keys/member";
import { openFile, sealFile } from "../sealing/files";
import { keyId, type Sealed, unwrapDataKey, wrapDataKey, wrapInfo } from "../sealing/keys";
import { pad, paddedSize, unpad } from "../sealing/padding";
import type { Assurance, BrokerIdentity } from "../statement/bodies/workspaces";
import { keysOf, vectors } from "./vectors";

interface Seals {
  readonly broker: { readonly secret: string; readonly public: string };
  readonly manifest: string;
  readonly data_key: string;
  readonly key_id: string;
  readonly wrapped: readonly {
    readonly assurance: Assurance;
    readonly info: string;
    readonly sealed: Sealed;
  }[];
  readonly padded: readonly { readonly length: number; readonly padded: number }[];
  readonly report: {
    readonly nonce: string;
    readonly identity: BrokerIdentity;
    readonly report_data: string;
  };
}

interface AgeFiles {
  readonly recipient: string;
  readonly files: readonly { readonly plaintext: string; readonly sealed: string }[];
}

const seals = vectors<Seals>("seals");

describe("data keys", () => {
  test("wrapped by Rust open with their key, purpose and context only", async () => {
    const secret = fromHex(seals.broker.secret);
    for (const { assurance, info, sealed } of seals.wrapped) {
      expect(toHex(wrapInfo(assurance))).toBe(info);
      expect(toHex(await unwrapDataKey(secret, assurance, seals.manifest, sealed))).toBe(seals.data_key);
      const other = assurance === "hardware" ? "simulated" : "hardware";
      await expect(unwrapDataKey(secret, other, seals.manifest, sealed)).rejects.toThrow();
      await expect(unwrapDataKey(secret, assurance, "00".repeat(32), sealed)).rejects.toThrow();
    }
  });

  test("wrapped here open again", async () => {
    const key = fromHex(seals.data_key);
    const sealed = await wrapDataKey(seals.broker.public, "simulated", seals.manifest, key);
    const opened = await unwrapDataKey(fromHex(seals.broker.secret), "simulated", seals.manifest, sealed);
    expect(opened).toEqual(key);
  });

  test("are named as Rust names them", () => {
    expect(keyId(fromHex(seals.data_key))).toBe(seals.key_id);
  });

  test("a broker's evidence is bound to what Rust binds it to", () => {
    const { nonce, identity, report_data } = seals.report;
    expect(toHex(brokerReportData(nonce, identity))).toBe(report_data);
  });
});

describe("padding", () => {
  test("has the sizes that Rust pads to", () => {
    for (const { length, padded } of seals.padded) {
      expect(paddedSize(length), String(length)).toBe(padded);
    }
  });

  test("comes off again, and only ours", () => {
    for (const length of [0, 1, 247, 248, 249, 5000]) {
      const plain = new Uint8Array(length).fill(7);
      expect(unpad(pad(plain))).toEqual(plain);
    }
    const padded = pad(utf8("hello"));
    const stray = Uint8Array.from(padded);
    stray[stray.length - 1] = 1;
    for (const bad of [
      padded.subarray(1),
      padded.subarray(0, -1),
      stray,
      new Uint8Array(3),
      new Uint8Array(8).fill(255),
    ]) {
      expect(() => unpad(bad)).toThrow("padding");
    }
  });
});

describe("age files", () => {
  const file = vectors<AgeFiles>("age");

  test("sealed by Rust open with a key that cannot leave the browser, and with its text", async () => {
    const keys = await keysOf("0b".repeat(32));
    expect(keys.recipient).toBe(file.recipient);
    const text = identityText(Uint8Array.from({ length: 32 }, (_, at) => at + 1));
    for (const { plaintext, sealed } of file.files) {
      for (const opener of [keys.opener, text]) {
        const opened = await openFile([opener], fromBase64(sealed));
        expect(opened && toHex(opened)).toBe(plaintext);
      }
    }
  });

  test("sealed here open for each reader and for nobody else", async () => {
    const keys = await keysOf("0b".repeat(32));
    const stranger = identityText(new Uint8Array(32).fill(9));
    const sealed = await sealFile([keys.recipient], utf8("hello"));
    expect(await openFile([stranger, keys.opener], sealed)).toEqual(utf8("hello"));
    expect(await openFile([stranger], sealed)).toBeUndefined();
    const torn = Uint8Array.from(sealed);
    torn[torn.length - 1] = (torn.at(-1) ?? 0) ^ 1;
    await expect(openFile([keys.opener], torn)).rejects.toThrow();
    await expect(sealFile([], utf8("x"))).rejects.toThrow("at least one reader");
  });
});
