// Exported ONNX files: the bytes that ONNX Runtime was given, and what it computed
// (tools/run_exports.py), against our interpreter. With UPDATE_EXPORTS set, the files are written.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportOnnx, onnxModel } from "@hamlet/graph";
import onnxProto from "onnx-proto";
import { expect, test } from "vitest";
import { CASES, errorOf, resultsOf } from "./models.ts";

const FIXTURES = join(import.meta.dirname, "../../../../fixtures/exports");
/** ONNX Runtime computes in float32, which holds a number to 6e-8. */
const TOLERANCE = 1e-5;
const named = CASES.map((each) => [each.name, each] as const);

test.each(named)("the exported file of %s is the one that was run", async (name, each) => {
  const bytes = await exportOnnx(each.graph, each.environment);
  const file = join(FIXTURES, `${name}.onnx`);
  if (process.env["UPDATE_EXPORTS"] !== undefined) writeFileSync(file, bytes);
  expect(Buffer.compare(Buffer.from(bytes), readFileSync(file))).toBe(0);
});

test.each(named)("ONNX Runtime computed what our interpreter computes for %s", (name, each) => {
  const actual: Record<string, number[]> = JSON.parse(
    readFileSync(join(FIXTURES, `${name}.onnx.json`), "utf8"),
  );
  const expected = Object.entries(resultsOf(each)).filter(([key]) => !/^(update|recall)/.test(key));
  expect(Object.keys(actual).sort()).toEqual(expected.map(([key]) => key).sort());
  for (const [key, values] of expected) {
    expect(errorOf(actual[key], values), key).toBeLessThan(TOLERANCE);
  }
});

test.each(named)(
  "every value of %s is made before it is used, once",
  (_, { graph, environment }) => {
    const { inputs, outputs, constants, nodes } = onnxModel(graph, environment);
    const made = new Set([...inputs, ...constants].map(({ name }) => name));
    expect(made.size).toBe(inputs.length + constants.length);
    for (const node of nodes) {
      expect(node.inputs.filter((input) => !made.has(input))).toEqual([]);
      expect(made.has(node.output)).toBe(false);
      made.add(node.output);
    }
    expect(outputs.filter(({ name }) => !made.has(name))).toEqual([]);
  },
);

test("a file can be decoded again and says which operators it needs", async () => {
  const [{ graph, environment }] = CASES;
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.toObject(ModelProto.decode(await exportOnnx(graph, environment)), {
    longs: Number,
  });
  expect(model["opsetImport"]).toEqual([{ domain: "", version: 17 }]);
  const names = (key: string) => model["graph"][key].map(({ name }: { name: string }) => name);
  expect(names("input").sort()).toEqual([
    "array/beta",
    "array/bias",
    "array/xi",
    "state/h",
    "state/v",
  ]);
  expect(names("output")).toEqual([
    "energy",
    "activation/v",
    "velocity/v",
    "activation/h",
    "velocity/h",
  ]);
});

test("a dim without a size cannot be exported", async () => {
  await expect(exportOnnx(CASES[0].graph)).rejects.toThrow(/size of the dim "K"/);
});
