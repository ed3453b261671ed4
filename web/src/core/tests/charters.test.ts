import { expect, test } from "vitest";
import { CoreError } from "../errors";
import { readEnvelope } from "../statement/envelope";
import { establish } from "../verify/charters";
import { Dossier } from "../verify/dossier";
import { vectors } from "./vectors";

interface Case {
  readonly name: string;
  readonly genesis: string;
  readonly broker: string;
  readonly statements: readonly unknown[];
  readonly expected:
    | { readonly check: string; readonly reason: string }
    | {
        readonly version: number;
        readonly charter: string;
        readonly archived: boolean;
        readonly suspended: readonly string[];
        readonly pending: string | null;
      };
}

const { cases } = vectors<{ readonly cases: readonly Case[] }>("workspaces");

function outcome({ genesis, broker, statements }: Case): unknown {
  try {
    const dossier = Dossier.read(
      statements.map((one) => readEnvelope(one)),
      [broker],
    );
    const force = establish(genesis, dossier);
    return {
      version: force.now.body.version,
      charter: force.now.digest,
      archived: force.archived,
      suspended: force.now.body.members.filter((member) => force.suspended.has(member)),
      pending: force.pending?.digest ?? null,
    };
  } catch (thrown) {
    if (thrown instanceof CoreError && thrown.why.kind === "refused") {
      return { check: thrown.why.check, reason: thrown.message };
    }
    throw thrown;
  }
}

test.each(cases.map((one) => [one.name, one] as const))("%s: is decided as Rust decides it", (_, one) => {
  expect(outcome(one)).toEqual(one.expected);
});

test("the cases hold charters in force, pending ones and refusals", () => {
  expect(cases.filter(({ expected }) => "check" in expected).length).toBeGreaterThan(5);
  expect(
    cases.filter(({ expected }) => "version" in expected && expected.version === 2).length,
  ).toBeGreaterThan(1);
  expect(
    cases.filter(({ expected }) => "pending" in expected && expected.pending !== null).length,
  ).toBeGreaterThan(1);
});

test("a broker that is not trusted certifies nobody", () => {
  const [first] = cases;
  const envelopes = (first?.statements ?? []).map((one) => readEnvelope(one));
  expect(() => Dossier.read(envelopes, ["00".repeat(32)])).toThrow("a broker that is not trusted here");
});
