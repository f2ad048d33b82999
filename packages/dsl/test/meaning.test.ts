// Every rule about meaning, with its whole message.
//
// A fixture may say what it is run with: `// --set beta=-2`, and what a data file looks like:
// `// file xi.npy: float32 (100, 64)`. `use` finds the files of fixtures/uses.

import {
  compile,
  type Compilation,
  isSound,
  renderDiagnostic,
  RULES,
  type SourceFile,
  type UseAnswer,
} from "@hamlet/dsl";
import { fitData, type FoundArray } from "@hamlet/dsl/data";
import { checkSoundness } from "@hamlet/dsl/soundness";
import { makeRegistry, type Tensor, verifyGraph } from "@hamlet/graph";
import { HYPERSYNAPSES } from "@hamlet/ham";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { describe, expect, test } from "vitest";
import { compiled } from "./compiling.ts";
import { fixtures, usedFiles } from "./fixtures.ts";

const registry = makeRegistry(...LAGRANGIANS, ...HYPERSYNAPSES);
const files = usedFiles();

function resolve(specifier: string): UseAnswer {
  const source = files.get(specifier);
  if (source !== undefined) return { found: "file", source };
  if (specifier.startsWith("@ham-community/")) return { found: "no plugin", installed: "0.9.4" };
  if (specifier.startsWith("@broken/")) {
    const problem = "its package.json has no `version` that could be compared";
    return { found: "broken plugin", name: "@broken/kit", problem };
  }
  if (!specifier.endsWith(".ham")) return { found: "no plugin", installed: null };
  return { found: "no file", missing: { path: specifier, folder: "models", near: "memory.ham" } };
}

/** Everything found in a fixture: by compiling, and, when that is sound, by its data files. */
function check(source: SourceFile) {
  const set = [...source.text.matchAll(/^\/\/ --set (.+)$/gm)].map(([, text]) => text);
  const compilation = compile(source, { registry, resolve, set, checks: [checkSoundness] });
  const fit = isSound(compilation) ? fitData(compilation, arraysOf(compilation)).diagnostics : [];
  return { ...compilation, diagnostics: [...compilation.diagnostics, ...fit] };
}

/** Data files without a line of their own have the declared sizes, and 3 where one is open. */
function arraysOf({ graph, source }: Compilation): ReadonlyMap<Tensor, FoundArray> {
  const found = new Map<string, FoundArray>();
  for (const [, file, dtype, shape] of source.text.matchAll(
    /^\/\/ file (\S+): (\w+) \((.*)\)$/gm,
  )) {
    found.set(file, { file, dtype, shape: shape.split(",").map(Number) });
  }
  return new Map(
    graph.tensors.flatMap((tensor): [Tensor, FoundArray][] => {
      if (tensor.source?.from !== "file") return [];
      const { file } = tensor.source;
      const own = tensor.axes.map((dim) => (dim.size?.kind === "lit" ? dim.size.value : 3));
      const shape = tensor.kind === "given" ? [5, ...own] : own;
      return [[tensor, found.get(file) ?? { file, dtype: "float32", shape }]];
    }),
  );
}

const render = ({ diagnostics, sources }: Pick<Compilation, "diagnostics" | "sources">) =>
  diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, sources)}\n`).join("\n");

describe("every wrong file gives exactly the messages of its golden file", () => {
  test.each(fixtures("invalid", "meaning"))(
    "$rule: $name",
    async ({ rule, source, expectedPath }) => {
      const checked = check(source);
      await expect(render(checked)).toMatchFileSnapshot(expectedPath);
      expect(checked.diagnostics.map((diagnostic) => diagnostic.rule)).toContain(rule);
    },
  );
});

describe("the corrected twin does not break the rule, and its graph is well-formed", () => {
  test.each(fixtures("valid", "meaning"))("$rule: $name", ({ rule, source }) => {
    const checked = check(source);
    const broken = checked.diagnostics.filter(
      (diagnostic) => diagnostic.rule === rule || diagnostic.code !== "E0306",
    );
    expect(render({ ...checked, diagnostics: broken })).toBe("");
    expect(verifyGraph(checked.graph)).toEqual([]);
  });
});

/** What only real arrays can show has its fixtures in the model package. */
const ELSEWHERE = [
  "no_key",
  "dtype",
  "outside_root",
  "not_a_file",
  "not_utf8",
  "too_large",
];

test("every rule of the language has a wrong fixture and a right one", () => {
  const have = (kind: "invalid" | "valid") =>
    new Set([...fixtures(kind), ...fixtures(kind, "meaning")].map(({ rule }) => rule));
  const missing = Object.values(RULES).filter(
    (rule) => !ELSEWHERE.includes(rule) && !(have("invalid").has(rule) && have("valid").has(rule)),
  );
  expect(missing).toEqual([]);
});

test("every rule with a wrong fixture has a right one", () => {
  const rules = (kind: "invalid" | "valid") => [
    ...new Set(fixtures(kind, "meaning").map(({ rule }) => rule)),
  ];
  expect(rules("valid")).toEqual(rules("invalid"));
});

test("five unrelated mistakes give exactly five messages", () => {
  const { diagnostics } = compiled(`dim D = 4, H = 3
neuron x: [D] as identty
neuron h: [H] as softmax(beta = -1)
neuron y: [D] as identity
param W: [D, H] ~ normal(0, 1)
connect enc: dense(y, W)
connect low: dense(y, y, V = W)
energy e = -sum[i] x[i] * y[i]
energy f = -sum[i, j] W[j, i] * y[i]
energy g = -h[0]
`);
  expect(diagnostics.map(({ code }) => code)).toEqual([
    "E0203",
    "E0405",
    "E0406",
    "E0402",
    "E0301",
  ]);
});
