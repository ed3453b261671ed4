import { expect, test } from "vitest";
import type { User } from "../../api/queries";
import { changes, draftOf, membersCsv, nameOf } from "./members";

const user: User = {
  id: "u",
  email: "ana.maria-lopez@one.example",
  organisation: "o",
  organisation_name: "one",
  roles: ["workspace_admin"],
  disabled: false,
  joined: "2026-03-01T10:00:00Z",
  workspaces: [
    { id: "a", name: "trial", answer: "accepted", own: true },
    { id: "b", name: "costs, yearly", answer: "pending", own: true },
  ],
};

test("a name is made of the address", () => {
  expect(nameOf(user.email)).toBe("Ana Maria Lopez");
  expect(nameOf("x")).toBe("X");
});

test("the export has a line for each member", () => {
  expect(membersCsv([user]).split("\r\n")[1]).toBe(
    'Ana Maria Lopez,ana.maria-lopez@one.example,Workspace admin,"trial; costs, yearly",,2026-03-01T10:00:00Z,no',
  );
});

test("saving does what was changed and nothing else", () => {
  const draft = draftOf(user);
  expect(changes(user, draft)).toEqual({ roles: false, activity: false });
  expect(changes(user, { ...draft, auditor: true })).toEqual({ roles: true, activity: false });
  expect(changes(user, { ...draft, active: false })).toEqual({ roles: false, activity: true });
});
