// `ham cite`: the sources of what a model uses, and nothing that the catalogue does not say.

import { OPTIMISERS } from "@hamlet/core";
import { GRADIENTS, SOLVERS } from "@hamlet/ham";
import { CATALOGUE } from "@hamlet/model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bibtex, fieldsOf } from "../src/bibtex.ts";
import { type Bench, makeBench } from "./ham.ts";

const MODEL = `ham 1
dim A = 4, B = 3
neuron x: [A] as identity
neuron h: [B] as softmax
connect enc: dense(x, h)
energy own = -sum[i] x[i]
recall settle { start x ~ normal(0, 1) solver = rk4(dt = 0.1) steps = 3 }
`;
const REFERENCES = new Set(
  [
    CATALOGUE.lagrangians,
    CATALOGUE.hypersynapses,
    SOLVERS,
    GRADIENTS,
    OPTIMISERS as ReadonlyMap<string, { readonly references: readonly string[] }>,
  ].flatMap((all) => Array.from(all.values(), ({ references }) => references).flat()),
);

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  bench.write("m.ham", MODEL);
});
afterAll(() => bench[Symbol.dispose]());

test("what a model uses is named with its sources, and nothing else is", async () => {
  const { code, stdout } = await bench.inProcess(["cite", "m.ham"]);
  expect(code).toBe(0);
  const sources = {
    "Lagrangian identity": CATALOGUE.lagrangians.get("identity"),
    "Lagrangian softmax": CATALOGUE.lagrangians.get("softmax"),
    "hypersynapse dense": CATALOGUE.hypersynapses.get("dense"),
    "solver rk4": SOLVERS.get("rk4"),
  };
  const parts = Object.entries(sources).map(
    ([what, entry]) => `${what}\n  ${entry!.references.join("\n  ")}\n`,
  );
  const own = "Written in the file, which says where it is from: own";
  expect(stdout).toBe([...parts, own].join("\n"));
});

test("what its parts use is named as well", async () => {
  bench.write(
    "whole.ham",
    `ham 1
use "./m.ham" as memory
part fast: memory()
neuron y: [2] as tanh
`,
  );
  const { code, stdout } = await bench.inProcess(["cite", "whole.ham"]);
  expect(code).toBe(0);
  for (const what of ["Lagrangian softmax", "Lagrangian tanh", "hypersynapse dense"]) {
    expect(stdout).toContain(`${what}\n`);
  }
});

test("as BibTeX every source is there once", async () => {
  const { stdout } = await bench.inProcess(["cite", "m.ham", "--bibtex"]);
  expect(stdout.match(/^@misc\{\w+,$/gmu)).toEqual([
    "@misc{krotov2021,",
    "@misc{ramsauer2021,",
    "@misc{hairer,",
  ]);
});

test("a reference that says its parts is taken apart, another is kept whole", () => {
  expect(bibtex(['Doe, Roe & Poe, "A title, with a year 1999", PNAS 81, 1984, arXiv:1702.01929']))
    .toBe(`@misc{doe1984,
  author = {Doe and Roe and Poe},
  title = {A title, with a year 1999},
  howpublished = {PNAS 81, 1984},
  year = {1984},
  eprint = {1702.01929},
  archiveprefix = {arXiv},
}
`);
  expect(fieldsOf('Doe et al., "T", 2023')).toEqual({
    author: "Doe and others",
    title: "T",
    year: "2023",
  });
  expect(fieldsOf("Doe & Roe, A book, 1986")).toEqual({ note: "Doe & Roe, A book, 1986" });
});

test.each([...REFERENCES])("nothing is invented of %s", (reference) => {
  const { archiveprefix, author = "", ...said } = fieldsOf(reference);
  for (const value of Object.values(said)) expect(reference).toContain(value);
  for (const name of author.split(" and ").filter((one) => one !== "others")) {
    if (name !== "") expect(reference).toContain(name);
  }
  if (archiveprefix !== undefined) expect(reference).toContain("arXiv:");
  // And nothing is lost: what is left between the parts are commas and quotes.
  const left = Object.values(said)
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, value) => text.replace(value, ""), reference)
    .replace(/^[^"]*, "/u, "");
  expect(left).toMatch(/^[", ]*(arXiv:)?$/u);
});

test("keys differ", () => {
  const keys = Array.from(bibtex(REFERENCES).matchAll(/^@misc\{(.*),$/gmu), ([, key]) => key);
  expect(keys).toHaveLength(REFERENCES.size);
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(key).toMatch(/^[a-z]+\d*[a-z]?$/u);
});
