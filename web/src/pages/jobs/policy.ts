/** Who approved, who may still, and how many it takes: the charter's policy beside the reviews. */
import type { Schemas } from "../../api/client";
import { type HeldWorkspace, membersOf } from "../../core/acts/hold";
import type { Person } from "../../core/verify/people";

export type Answer = "author" | "approve" | "reject" | "waiting";

export interface Seat {
  readonly email: string;
  readonly answer: Answer;
}

/** People of whom so many must approve. */
export interface Bench {
  /** The group's name; none when every member must approve. */
  readonly name: string | undefined;
  readonly threshold: number;
  readonly approved: number;
  readonly seats: readonly Seat[];
}

type Review = Pick<Schemas["ReviewInfo"], "reviewer" | "decision" | "counts" | "at">;

function answerOf(email: string, author: string, reviews: readonly Review[]): Answer {
  const own = reviews.filter((review) => review.reviewer === email && review.counts);
  const [last] = [...own].sort((a, b) => b.at.localeCompare(a.at));
  if (last?.decision === "reject") return "reject";
  if (email === author) return "author";
  return last?.decision === "approve" ? "approve" : "waiting";
}

const benchOf = (
  name: string | undefined,
  threshold: number,
  people: readonly Person[],
  author: string,
  reviews: readonly Review[],
): Bench => {
  const seats = people.map(({ certificate: { email } }) => ({
    email,
    answer: answerOf(email, author, reviews),
  }));
  const approved = seats.filter(({ answer }) => answer === "author" || answer === "approve").length;
  return { name, threshold, approved, seats };
};

/** By the charter in force; nothing while none is. */
export function benches(held: HeldWorkspace, author: string, reviews: readonly Review[]): readonly Bench[] {
  const approval = held.force?.now.body.approval;
  if (!approval) return [];
  if (approval.policy === "all_members") {
    const people = membersOf(held);
    return [benchOf(undefined, people.length, people, author, reviews)];
  }
  return approval.groups.map((group) => {
    const people = group.members.flatMap((member) => held.people.get(member) ?? []);
    return benchOf(group.name, group.threshold, people, author, reviews);
  });
}

/** Whether the charter lets this member run a job of that author. */
export function mayRun(held: HeldWorkspace, author: string, email: string): boolean {
  const run = held.force?.now.body.run;
  if (!run) return false;
  if (run.policy === "creator_only") return email === author;
  if (run.policy === "all_members") return membersOf(held).some((one) => one.certificate.email === email);
  return run.members.some((member) => held.people.get(member)?.certificate.email === email);
}

/** Who may run, in words. */
export function runWords(held: HeldWorkspace): string {
  const run = held.force?.now.body.run;
  if (!run) return "Nobody, while no charter is in force";
  if (run.policy === "all_members") return "Every member";
  if (run.policy === "creator_only") return "Its author only";
  const names = run.members.flatMap((member) => held.people.get(member)?.certificate.email ?? []);
  return names.join(", ");
}
