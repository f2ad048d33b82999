// Every Lagrangian of the reference through both doors, TypeScript and text, on every backend.

import { makeProgram, type Output, plan } from "@hamlet/core";
import { compile } from "@hamlet/dsl";
import {
  activationOf,
  type EnergyGraph,
  hessianVectorProduct,
  indicesOf,
  makeDim,
  makeNeuron,
  makeTensor,
  modelId,
  type Tensor,
} from "@hamlet/graph";
import { makeEnergyGraph } from "@hamlet/ham";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { CATALOGUE } from "@hamlet/model";
import { NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import cases from "../../../fixtures/lagrangians.json" with { type: "json" };

type Case = (typeof cases)[number];

const TOLERANCE = 1e-5;

const flat = (nested: unknown): number[] => [nested].flat(Infinity) as number[];

function builtGraph({ lagrangian, options, shape }: Case): EnergyGraph {
  const definition = LAGRANGIANS.find(({ name }) => name === lagrangian)!;
  const axes = shape.map((size, k) => makeDim(`D${k}`, size));
  const over = definition.coupled ? { over: [axes.at(-1)!] } : {};
  const given = options as unknown as Record<string, number>;
  const x = makeNeuron("x", axes, definition, { options: given, ...over });
  return makeEnergyGraph({ neurons: [x], hypersynapses: {}, connections: [] });
}

function textOf({ lagrangian, options, shape }: Case): string {
  const { coupled } = LAGRANGIANS.find(({ name }) => name === lagrangian)!;
  const dims = shape.map((_, k) => `D${k}`);
  const given = Object.entries(options).map(([name, value]) => `${name} = ${String(value)}`);
  const args = coupled ? [...given, `over = ${dims.at(-1)}`] : given;
  const name = args.length === 0 ? lagrangian : `${lagrangian}(${args.join(", ")})`;
  return `ham 1
dim ${dims.map((dim, k) => `${dim} = ${shape[k]}`).join(", ")}
neuron x: [${dims.join(", ")}] as ${name}
`;
}

function readGraph(item: Case): EnergyGraph {
  const source = { name: "m.ham", text: textOf(item) };
  const { graph, diagnostics } = compile(source, { registry: CATALOGUE });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return graph;
}

/** Value, activation and Hessian-vector product on the current backend. */
function run(
  { neurons: [neuron] }: EnergyGraph,
  { x, v }: Case,
): Readonly<Record<string, readonly number[]>> {
  const direction = makeTensor("v", "const", neuron.axes);
  const at = indicesOf(neuron.axes);
  const { lagrangian, state } = neuron;
  const product = hessianVectorProduct(lagrangian, state, direction, at);
  const outputs: Output[] = [
    { name: "value", value: lagrangian, indices: [], batched: false },
    { name: "activation", ...activationOf(neuron), batched: false },
    { name: "hvp", value: product, indices: at, batched: false },
  ];
  const leaf = () => ({ stage: "step", batched: false }) as const;
  const program = makeProgram(plan(outputs, { leaf }));
  const inputs = new Map<Tensor, tf.Tensor>([
    [state, tf.tensor(x)],
    [direction, tf.tensor(v)],
  ]);
  try {
    for (const stage of ["load", "param", "example"] as const) program.bind(stage, inputs);
    const results = [...program.step(inputs, { batch: 1 })];
    const numbers = results.map(([name, value]) => [name, [...value.dataSync()]] as const);
    tf.dispose(results.map(([, value]) => value));
    return Object.fromEntries(numbers);
  } finally {
    program.dispose();
    tf.dispose([...inputs.values()]);
  }
}

test.each(cases.map((item, i) => [i, item] as const))(
  "case %d is the same model in TypeScript and as text",
  (_, item) => {
    expect(modelId(builtGraph(item))).toBe(modelId(readGraph(item)));
  },
);

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(
    cases.map(
      (item) =>
        [
          `${item.lagrangian} ${JSON.stringify(item.options)} on [${item.shape.join()}]`,
          item,
        ] as const,
    ),
  )("%s has the reference values through both doors", (_, item) => {
    for (const graph of [builtGraph(item), readGraph(item)]) {
      const found = run(graph, item);
      for (const name of ["value", "activation", "hvp"] as const) {
        const expected = flat(item[name]);
        const actual = found[name];
        const scale = Math.max(1, ...expected.map(Math.abs));
        expect(actual.length).toBe(expected.length);
        expected.forEach((value, i) => {
          expect(Math.abs(actual[i] - value) / scale, `${name}[${i}]`).toBeLessThan(TOLERANCE);
        });
      }
    }
  });
});
