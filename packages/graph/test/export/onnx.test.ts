// Exported ONNX files: the bytes that ONNX Runtime was given, and what it computed
// (tools/run_exports.py), against our interpreter. With UPDATE_EXPORTS set, the files are written.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportOnnx } from "@hamlet/graph";
import onnxProto from "onnx-proto";
import { expect, test } from "vitest";
import { drivenCases } from "./examples.ts";
import { CASES, errorOf, type ExportCase, resultsOf } from "./models.ts";
import { runOnnx } from "./run-onnx.ts";
import { onnxModel } from "../../src/export/onnx/export-onnx.ts";

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
      expect(node.outputs.filter((output) => made.has(output))).toEqual([]);
      for (const output of node.outputs) made.add(output);
    }
    expect(outputs.filter(({ name }) => !made.has(name))).toEqual([]);
  },
);

const inputsOf = ({ graph, environment }: ExportCase) =>
  new Map(
    [
      ...graph.tensors.map((t) => [`array/${t.name}`, environment.tensors.get(t)!] as const),
      ...graph.neurons.map((n) => [`state/${n.name}`, environment.tensors.get(n.state)!] as const),
    ].map(([name, entries]) => [name, Array.from(entries ?? [])]),
  );

test.each(named)("our own run of %s is what ONNX Runtime computed", (name, each) => {
  const found = runOnnx(onnxModel(each.graph, each.environment), inputsOf(each));
  const kept: Record<string, number[]> = JSON.parse(
    readFileSync(join(FIXTURES, `${name}.onnx.json`), "utf8"),
  );
  for (const [key, values] of Object.entries(kept)) {
    expect(errorOf(found.get(key)!, values), key).toBeLessThan(TOLERANCE);
  }
});

test.each(named.filter(([, { graph }]) => graph.neurons.every(({ kind }) => kind === "smooth")))(
  "%s with its arrays inside needs states alone, and gives the next ones",
  (_, each) => {
    const { graph, environment } = each;
    const values = new Map(graph.tensors.map((t) => [t, environment.tensors.get(t)!]));
    const model = onnxModel(graph, { ...environment, values, update: { dt: 0.1 } });
    const names = model.inputs.map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith("state/"))).toEqual(["dt"]);
    const found = runOnnx(model, inputsOf(each));
    for (const [key, right] of Object.entries(resultsOf(each))) {
      if (!key.startsWith("recall"))
        expect(errorOf(found.get(key)!, right), key).toBeLessThan(1e-9);
    }
    // Another step for another dt.
    const other = runOnnx(model, new Map([...inputsOf(each), ["dt", [0]]]));
    for (const { name, state } of graph.neurons) {
      const before = Array.from(environment.tensors.get(state)!);
      expect(errorOf(other.get(`update/${name}`)!, before)).toBe(0);
    }
  },
);

test.each(named.filter(([name]) => name !== "05-deep-conv"))(
  "two examples of %s at once are each of them alone",
  (_, each) => {
    const { graph, environment } = each;
    const step = graph.neurons.every(({ kind }) => kind === "smooth")
      ? { update: { dt: 0.1 } }
      : {};
    const varies = new Set(
      [...graph.tensors, ...graph.neurons.map(({ state }) => state)]
        .filter(({ kind }) => kind === "given" || kind === "state")
        .map(({ kind, name }) => `${kind === "state" ? "state" : "array"}/${name}`),
    );
    const first = inputsOf(each);
    const second = new Map(
      [...first].map(([name, x]) => [name, varies.has(name) ? x.toReversed() : x] as const),
    );
    const both = new Map(
      [...first].map(([name, x]) => [name, varies.has(name) ? [...x, ...second.get(name)!] : x]),
    );
    const single = onnxModel(graph, { ...environment, ...step });
    const many = onnxModel(graph, { ...environment, ...step, batch: true });
    for (const { name, shape } of [...many.inputs, ...many.outputs]) {
      const isOne = name === "dt" || (name.startsWith("array/") && !varies.has(name));
      expect(shape[0] === "batch", name).toBe(!isOne);
    }
    const [one, other] = [first, second].map((inputs) => runOnnx(single, inputs));
    for (const [key, found] of runOnnx(many, both)) {
      expect(errorOf(found, [...one.get(key)!, ...other.get(key)!]), key).toBeLessThan(1e-12);
    }
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

test.each(drivenCases().map((each) => [each.name, each] as const))(
  "the exported file of %s, which is driven, computes what our interpreter computes",
  (_, each) => {
    const found = runOnnx(onnxModel(each.graph, each.environment), inputsOf(each));
    const expected = Object.entries(resultsOf(each)).filter(
      ([key]) => !/^(update|recall)/.test(key),
    );
    expect(expected.some(([key]) => key.startsWith("velocity/"))).toBe(true);
    for (const [key, values] of expected) {
      expect(errorOf(found.get(key)!, values), key).toBeLessThan(TOLERANCE);
    }
  },
);
