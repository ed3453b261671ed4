/** Specs, reviews, withdrawals, run requests, in words. */

import type { Scalar } from "../json/numbers";
import type { Review, RunRequest, Spec, Variable, Withdrawal } from "../statement/bodies/jobs";
import { all, called, type Description, fact, maybe, type Names, people } from "./facts";

function scalarWords(value: Scalar): string {
  return typeof value === "string" ? `'${value}'` : String(value);
}

/** What values a variable takes. */
export function constraintWords(variable: Variable): string {
  const words = variable.any_of.map((one) => {
    if ("range" in one) {
      return `${scalarWords(one.range[0])} to ${scalarWords(one.range[1])}`;
    }
    if ("length" in one) {
      return `${one.length[0]} to ${one.length[1]} characters`;
    }
    return "one_of" in one
      ? `one of ${one.one_of.map(scalarWords).join(", ")}`
      : `only the characters ${one.characters}`;
  });
  return words.length === 0 ? "any value" : words.join(", or ");
}

/** A variable in words, without its name. */
export function variableWords(variable: Variable): string {
  const standard =
    variable.default === undefined ? "" : `; ${scalarWords(variable.default)} when none is given`;
  return `${variable.type}: ${constraintWords(variable)}${standard}`;
}

export function describeSpec(spec: Spec, names: Names): Description {
  return {
    kind: "spec",
    title: spec.test ? `Test the job \`${spec.name}\` on mock data` : `Submit the job \`${spec.name}\``,
    consequences: spec.test
      ? ["It runs on made-up rows only; no real data is touched and no approval counts."]
      : [
          "Your signature is your approval of exactly this program, these datasets and these readers.",
          `The result can be decrypted by: ${all(names, spec.readers)}.`,
        ],
    facts: [
      fact("Program", spec.source.trim()),
      ...Object.entries(spec.tables).map(([name, manifest]) =>
        fact(`Table ${name}`, `${called(names, manifest)}, manifest ${manifest}`),
      ),
      ...spec.variables.map((variable) => fact(`Variable ${variable.name}`, variableWords(variable))),
      fact("Runs at most", spec.max_runs),
      ...maybe("Valid until", spec.valid_until),
      ...maybe("Schedule", spec.schedule),
      fact("Charter", spec.charter),
      fact("Environment", spec.environment),
    ],
    people: people(names, "reader", spec.readers),
  };
}

export function describeReview(review: Review, names: Names): Description {
  const job = called(names, review.spec);
  return review.decision === "approve"
    ? {
        kind: "review",
        title: `Approve the job ${job}`,
        consequences: [
          "When the approval policy is met, exactly what you reviewed can run, and its readers see the result.",
        ],
        facts: reviewFacts(review),
        people: [],
      }
    : {
        kind: "review",
        title: `Reject the job ${job}`,
        consequences: ["It cannot run; its author can change it and submit it again."],
        facts: reviewFacts(review),
        people: [],
      };
}

function reviewFacts(review: Review) {
  return [
    fact("Spec", review.spec),
    fact("Charter", review.charter),
    ...maybe("Comment", review.comment),
    ...maybe("Counts until", review.expires),
  ];
}

export function describeWithdrawal({ target }: Withdrawal, names: Names): Description {
  return "spec" in target
    ? {
        kind: "withdrawal",
        title: `Take the job ${called(names, target.spec)} back to draft`,
        consequences: ["Every approval of it is void."],
        facts: [fact("Spec", target.spec)],
        people: [],
      }
    : {
        kind: "withdrawal",
        title: "Withdraw your review",
        consequences: ["It no longer counts."],
        facts: [fact("Review", target.review)],
        people: [],
      };
}

export function describeRunRequest(request: RunRequest, names: Names): Description {
  return {
    kind: "run-request",
    title: `Run the job ${called(names, request.spec)}`,
    consequences: ["It uses one of the runs that were approved, on the real datasets."],
    facts: [
      ...Object.entries(request.inputs).map(([name, value]) => fact(`Input ${name}`, scalarWords(value))),
      fact("Spec", request.spec),
      fact("Charter", request.charter),
      fact("Keys are released before", request.not_after),
      fact("Run", request.run),
    ],
    people: [],
  };
}
