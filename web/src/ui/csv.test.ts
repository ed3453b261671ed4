import { expect, test } from "vitest";
import { csv } from "./csv";

test("quotes, line ends and what a spreadsheet would run", () => {
  const text = csv(
    ["e-mail", "note"],
    [
      ["a@b.example", 'say "hi", then\ngo'],
      ["=1+1", null],
    ],
  );
  expect(text).toBe('e-mail,note\r\na@b.example,"say ""hi"", then\ngo"\r\n\'=1+1,\r\n');
});
