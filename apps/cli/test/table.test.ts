import { expect, test } from "vitest";
import { formatTable } from "../src/table.ts";

test("words stand to the left, numbers and their heads to the right, under a rule", () => {
  const rows = [
    ["lse", "-12.5", "3 of 4"],
    ["Störung", "0.25", "none"],
  ];
  expect(formatTable(["energy", "value", "found"], rows).split("\n")).toEqual([
    "energy   value  found",
    "───────  ─────  ──────",
    "lse      -12.5  3 of 4",
    "Störung   0.25  none",
  ]);
});
