import { expect, test } from "vitest";
import { tablesOf } from "../acts/sql";

const known = { patients: "01".repeat(32), visits: "02".repeat(32) };

test.each([
  ["select count(*) from patients", ["patients"]],
  ["SELECT 1 FROM Patients p JOIN visits v ON p.id = v.id", ["patients", "visits"]],
  ["select 1 from patients where id in (select id from visits)", ["patients", "visits"]],
  ["with x as (select * from visits) select * from x", ["visits"]],
  ["select (select max(a) from visits) from patients", ["patients", "visits"]],
  ["select * from patients union all select * from visits", ["patients", "visits"]],
  ["select * from (select * from visits) t where a > $low", ["visits"]],
  ['select * from "patients"', ["patients"]],
  ["select * from patients, visits;", ["patients", "visits"]],
  ["select * from (patients join visits using (id))", ["patients", "visits"]],
  ["select extract(year from day), 'from secrets' from patients -- from secrets", ["patients"]],
  ["select a is distinct from b from patients /* join secrets */", ["patients"]],
  ["select 1 from patients p left join (select 1 as visits) v on true order by visits", ["patients"]],
  [
    "with a as (select 1 from visits), b as (select 2 from a) select * from b, patients",
    ["patients", "visits"],
  ],
])("%s", (sql, expected) => {
  expect(Object.keys(tablesOf(sql, known)).sort()).toEqual(expected);
});

test.each([
  ["select 1 from secrets", "secrets"],
  ["select 1 from other.patients", "plain name"],
  ['select 1 from "Patients"', "Patients"],
  ["select 1", "no shared table"],
  ["drop table patients", "exactly one query"],
  ["select 1 from patients; select 2 from visits", "exactly one query"],
  ["with patients as (select * from visits) select * from patients", "WITH query"],
  ["select 1 from (", "cannot be read"],
  ["", "exactly one query"],
  [" ".repeat((256 << 10) + 1), "at most"],
])("refused: %.40s", (sql, word) => {
  expect(() => tablesOf(sql, known)).toThrow(word);
});
