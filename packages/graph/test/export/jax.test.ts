// Exported Python files against our interpreter. Where JAX is installed they are run; everywhere
// their text and the results of an earlier run (tools/run_exports.py) are compared.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJax, HamError } from "@hamlet/graph";
import { expect, test } from "vitest";
import { CASES, errorOf, type ExportCase, inputsOf, resultsOf } from "./models.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const FIXTURES = join(ROOT, "fixtures/exports");
const TOLERANCE = 1e-5;
const named = CASES.map((each) => [each.name, each] as const);

const textOf = ({ graph, recall }: ExportCase) =>
  exportJax(graph, recall === undefined ? {} : { recall });

const inputsText = (each: ExportCase) => `${JSON.stringify(inputsOf(each), null, 1)}\n`;

function expectClose(actual: Record<string, number[]>, each: ExportCase): void {
  const expected = resultsOf(each);
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected)) {
    expect(errorOf(actual[name], values), name).toBeLessThan(TOLERANCE);
  }
}

test.each(named)("the exported file of %s is the one that was run", async (name, each) => {
  await expect(textOf(each)).toMatchFileSnapshot(join(FIXTURES, `${name}.py`));
  await expect(inputsText(each)).toMatchFileSnapshot(join(FIXTURES, `${name}.inputs.json`));
});

test("a file may hold arrays, and whoever loads it may give others", () => {
  const [{ graph }] = CASES;
  const [beta, , bias] = graph.tensors;
  const values = new Map([
    [beta, { shape: [], data: [2] }],
    [bias, { shape: [5], data: Float32Array.of(1, -2, 0.5, 0, 3) }],
  ]);
  const text = exportJax(graph, { values });
  expect(text).toContain(`VALUES = {
    "beta": np.frombuffer(bytes.fromhex("00000040"), dtype="<f4").reshape(()),
    "bias": np.frombuffer(bytes.fromhex("0000803f000000c00000003f0000000000004040"), dtype="<f4").reshape((5,)),
}`);
  expect(text).toContain(
    "    arrays = {**VALUES, **arrays}\n    sizes = measured(arrays, states)\n",
  );
});

test.each(named)("JAX computed what our interpreter computes for %s", (name, each) => {
  expectClose(JSON.parse(readFileSync(join(FIXTURES, `${name}.jax.json`), "utf8")), each);
});

const python = process.env["HAMLET_PYTHON"] ?? "python3";

if (spawnSync(python, ["-c", "import jax"]).status === 0) {
  test("the files run here and give the same", () => {
    const folder = mkdtempSync(join(tmpdir(), "exports-"));
    for (const each of CASES) {
      writeFileSync(join(folder, `${each.name}.py`), textOf(each));
      writeFileSync(join(folder, `${each.name}.inputs.json`), inputsText(each));
    }
    const run = spawnSync(python, [join(ROOT, "tools/run_exports.py"), folder], {
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    for (const each of CASES) {
      expectClose(JSON.parse(readFileSync(join(folder, `${each.name}.jax.json`), "utf8")), each);
    }
    rmSync(folder, { recursive: true });
  });
}

test("a recall that the model does not have is refused", () => {
  expect(() => exportJax(CASES[0].graph, { recall: "dream" })).toThrowErrorMatchingInlineSnapshot(
    `[HamError: There is no recall called "dream". The model has: fill_in.]`,
  );
});

test("a recall that jumps is refused", () => {
  const [{ graph }] = CASES;
  const binary = {
    ...graph,
    neurons: graph.neurons.map((neuron) => ({ ...neuron, kind: "binary" as const })),
  };
  expect(() => exportJax(binary, { recall: "fill_in" })).toThrow(HamError);
  expect(() => exportJax(binary)).not.toThrow();
});
