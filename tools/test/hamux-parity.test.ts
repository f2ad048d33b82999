import { readFileSync } from "node:fs";
import * as graph from "../../packages/graph/src/index.ts";
import * as ham from "../../packages/ham/src/index.ts";
import * as lagrangians from "../../packages/lagrangians/src/index.ts";
import { expect, test } from "vitest";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** The cells of every row, without the heads and rules of the tables. */
const rows = text("docs/hamux-parity.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (HAMUX|-)/.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** Types, words of the language and commands, which no value stands for. */
const OTHER = ["LagrangianDefinition", "HypersynapseDefinition", "share"];

test("every line names something of ours that exists", () => {
  const hypergraph = text("packages/ham/src/hypergraph/hypergraph.ts");
  const values = new Set(Object.keys({ ...graph, ...ham, ...lagrangians }));
  expect(rows.length).toBeGreaterThan(40);
  for (const [hamux, ours] of rows) {
    const names = [...ours.matchAll(/`([A-Za-z0-9]+)`/g)].map(([, name]) => name);
    expect(names.length, hamux).toBeGreaterThan(0);
    for (const name of names) {
      const method = new RegExp(`^  (readonly )?${name}[(:]`, "m").test(hypergraph);
      expect(values.has(name) || method || OTHER.includes(name), name).toBe(true);
    }
  }
});

test("every line says same, other or new, and other says why", () => {
  for (const [hamux, , how] of rows) {
    expect(how, hamux).toMatch(/^(same|other: .+|new)/);
  }
});

test("every entry of both catalogues has its line", () => {
  const named = rows.map(([, ours]) => ours).join(" ");
  const entries = Object.keys({ ...ham, ...lagrangians }).filter((name) =>
    /^(syn|lagr)[A-Z]/.test(name),
  );
  expect(entries.filter((name) => !named.includes(`\`${name}\``))).toEqual([]);
});
