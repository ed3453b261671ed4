import { expect, test } from "vitest";
import type { Cell, Table } from "../../core/results/table";
import { chartColumns, defaultChart, kindFor, pointsOf, summary } from "./charting";
import { fileName, Rows, shown, widths } from "./rows";

const tableOf = (names: string[], rows: Cell[][]): Table => ({
  columns: names.map((name) => ({ name, type: "unknown" })),
  rows: rows.length,
  slice: async (start, end) => rows.slice(start, end),
});
const chartOf = (names: string[], rows: Cell[][]) => {
  const columns = chartColumns(tableOf(names, rows), rows);
  return { columns, choice: defaultChart(columns, rows) };
};

test("a first chart puts the last number over what is no number", () => {
  const sites = chartOf(
    ["site", "n", "average"],
    [
      ["a", 1, 1.5],
      ["b", 2, null],
    ],
  );
  expect(sites.choice).toEqual({ x: "site", y: "average", kind: "bar" });
  const [x, , y] = sites.columns;
  if (!x || !y) throw new Error("no columns");
  const points = pointsOf(
    [
      ["a", 1, 1.5],
      ["b", 2, null],
    ],
    x,
    y,
    "bar",
  );
  expect(points, "no number, no point").toEqual([{ x: "a", y: 1.5 }]);
  expect(summary({ x: "site", y: "average", kind: "bar" }, points)).toBe(
    "Bar chart of average by site: 1 values, from 1.5 to 1.5",
  );
  expect(chartOf(["n", "month"], [[1, new Date("2027-01-01T00:00:00Z")]]).choice?.kind).toBe("line");
  expect(
    chartOf(
      ["grp", "n"],
      [
        [0, 20],
        [1, 20n],
      ],
    ).choice,
  ).toEqual({ x: "grp", y: "n", kind: "bar" });
  const many = Array.from({ length: 60 }, (_, n) => [n, n * 2]);
  expect(chartOf(["a", "b"], many).choice?.kind).toBe("scatter");
  expect(kindFor({ name: "a", at: 0, measure: "number" }, many.slice(0, 3))).toBe("bar");
});

test("what cannot be drawn has no chart", () => {
  expect(chartOf(["n"], [[1]]).choice).toBeUndefined();
  expect(chartOf(["a", "b"], [["x", "y"]]).choice).toBeUndefined();
  expect(summary({ x: "a", y: "b", kind: "line" }, [])).toBe("Line chart of b by a: no values");
});

test("rows are read in blocks, once each, when they are wanted", async () => {
  const asked: number[] = [];
  const all = tableOf(
    ["n"],
    Array.from({ length: 5_000 }, (_, n) => [n]),
  );
  let left = 2;
  const slice = (start: number, end: number) => {
    asked.push(start);
    return all.slice(start, end);
  };
  const rows = await new Promise<Rows>((resolve, reject) => {
    const read = () => {
      left -= 1;
      if (left === 0) resolve(made);
    };
    const made = new Rows({ ...all, slice }, read, reject);
    made.want(1_990, 2_010);
    made.want(1_990, 2_010);
  });
  expect(asked).toEqual([0, 2_000]);
  expect([rows.at(0), rows.at(2_010), rows.at(4_500)]).toEqual([[0], [2_010], undefined]);
  rows.want(9_000, 9_010);
  expect(asked, "there is no such row").toHaveLength(2);
});

test("a block that cannot be read is told", async () => {
  const slice = () => Promise.reject(new Error("broken"));
  const told = await new Promise((resolve) => {
    new Rows({ ...tableOf(["n"], [[1]]), slice }, () => undefined, resolve).want(0, 0);
  });
  expect(told).toBeInstanceOf(Error);
});

test("values, widths and names of files", () => {
  expect(
    [null, true, 5n, new Date("2027-01-01T00:00:00Z"), new Date("2027-01-01T10:00:00Z")].map(shown),
  ).toEqual(["", "true", "5", "2027-01-01", "2027-01-01T10:00:00.000Z"]);
  expect(widths(tableOf(["n", "text"], []), [[1, "x".repeat(100)]])).toEqual([13, 45]);
  expect(fileName("Count, by site", "01900000-0000-7000-8000-0000000000ab", "csv")).toBe(
    "count-by-site-000000ab.csv",
  );
});
