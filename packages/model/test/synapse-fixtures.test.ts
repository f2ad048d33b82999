// Every hypersynapse of the reference through both doors, TypeScript and text, on every backend.

import { compile } from "@hamlet/dsl";
import { type Dim, type EnergyGraph, makeDim, makeNeuron, modelId } from "@hamlet/graph";
import { HYPERSYNAPSES, makeEnergyGraph, makeHypergraph } from "@hamlet/ham";
import { lagrIdentity } from "@hamlet/lagrangians";
import { CATALOGUE } from "@hamlet/model";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import cases from "../../../fixtures/synapses.json" with { type: "json" };

type Case = (typeof cases)[number];
type Settings = Readonly<Record<string, number | string | readonly number[]>>;

const TOLERANCE = 1e-5;

/** The reference's name of a case, in the catalogue. */
const NAMES: Readonly<Record<string, readonly [string, Settings]>> = {
  bias: ["bias", {}],
  dense: ["dense", {}],
  "hopfield-quadratic": ["hopfield", {}],
  "dam-relu-power": ["dam", { n: 4, rectified: "on" }],
  "lse-dot": ["lse", { beta: 2.5 }],
  "lse-euclid": ["lse_euclid", { beta: 2.5 }],
  "three-body": ["three_body", { gain: 1 }],
  "memory-relu2-tokens": ["memory", { n: 2 }],
  attention: ["attention", { beta: 0.5 }],
  conv2d: ["conv2d", { kernel: [3, 3] }],
};

const flat = (nested: unknown): number[] => [nested].flat(Infinity) as number[];

function shapeOf(nested: unknown): number[] {
  return Array.isArray(nested) ? [nested.length, ...shapeOf(nested[0])] : [];
}

/** `Wᵢⱼ = Σₘ ξₘᵢ ξₘⱼ`: the patterns of the reference as symmetric weights. */
function hebb(patterns: readonly (readonly number[])[]): number[][] {
  const entry = (i: number, j: number) =>
    patterns.reduce((total, pattern) => total + pattern[i] * pattern[j], 0);
  return patterns[0].map((_, i) => patterns[0].map((__, j) => entry(i, j)));
}

/** A case as its definition, its arrays and its settings. */
function read(item: Case) {
  const [name, fixed] = NAMES[item.synapse];
  const definition = HYPERSYNAPSES.find((entry) => entry.name === name)!;
  const arrays: Record<string, unknown> = { ...item.args };
  if (name === "hopfield") arrays["W"] = hebb(item.args.xi!);
  const options: Settings = {
    ...fixed,
    ...("self_attention" in item ? { self: item.self_attention === true ? "on" : "off" } : {}),
    ...("stride" in item ? { stride: item.stride!, pad: item.padding!.toLowerCase() } : {}),
  };
  const sizes = Object.fromEntries(
    [...definition.args, ...definition.params].flatMap(({ name: array, axes }) =>
      shapeOf(arrays[array]).map((size, k) => [axes[k], size] as const),
    ),
  );
  const own = definition.dims.map(({ name: dim }) => [dim, sizes[dim]] as const);
  return { definition, arrays, options, sizes, dims: Object.fromEntries(own) };
}

function layerAxes({ definition }: ReturnType<typeof read>): string[] {
  return [...new Set(definition.args.flatMap(({ axes }) => axes))];
}

function builtGraph(item: Case): EnergyGraph {
  const found = read(item);
  const { definition, options, dims, sizes } = found;
  const axes = new Map<string, Dim>(
    layerAxes(found).map((axis) => [axis, makeDim(axis, sizes[axis])]),
  );
  const neurons = definition.args.map((arg) => {
    const own = arg.axes.map((axis) => axes.get(axis)!);
    return makeNeuron(arg.name, own, lagrIdentity, { leak: false });
  });
  return makeEnergyGraph({
    neurons,
    hypersynapses: { s: { synapse: definition, options, dims } },
    connections: [[neurons, "s"]],
  });
}

function readGraph(item: Case): EnergyGraph {
  const found = read(item);
  const { definition, options, dims, sizes } = found;
  const args = [
    ...definition.args.map(({ name }) => name),
    ...Object.entries(dims).map(([name, size]) => `${name} = ${size}`),
    ...Object.entries(options).map(
      ([name, value]) =>
        `${name} = ${Array.isArray(value) ? `[${value.join(", ")}]` : String(value)}`,
    ),
  ];
  const text = `ham 1
dim ${layerAxes(found)
    .map((axis) => `${axis} = ${sizes[axis]}`)
    .join(", ")}
${definition.args.map(({ name, axes }) => `neuron ${name}: [${axes.join(", ")}] as identity { leak = off }`).join("\n")}
connect s: ${definition.name}(${args.join(", ")})
`;
  const { graph, diagnostics } = compile({ name: "m.ham", text }, { registry: CATALOGUE });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return graph;
}

function expectNear(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  const scale = Math.max(1, ...expected.map(Math.abs));
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value) / scale, `${what}[${i}]`).toBeLessThan(TOLERANCE);
  });
}

test.each(cases.map((item, i) => [`${item.synapse} ${i}`, item] as const))(
  "%s is the same model in TypeScript and as text",
  (_, item) => {
    expect(modelId(builtGraph(item))).toBe(modelId(readGraph(item)));
  },
);

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(cases.map((item, i) => [`${item.synapse} ${i}`, item] as const))(
    "%s has the reference energy and gradients through both doors",
    (_, item) => {
      const { definition, arrays } = read(item);
      const tensorOf = (name: string) => tf.tensor(arrays[name] as number[]);
      for (const graph of [builtGraph(item), readGraph(item)]) {
        expectNoLeak(() => {
          const weights = Object.fromEntries(
            definition.params.map(({ name }) => [`s.${name}`, tensorOf(name)]),
          );
          const xhats = Object.fromEntries(
            definition.args.map(({ name }) => [name, tensorOf(name)]),
          );
          const ham = makeHypergraph(graph, { weights });
          const { s } = ham.connectionEnergies(xhats);
          const slopes = ham.dEdact(xhats, xhats);
          expectNear(s.dataSync(), [item.energy], "energy");
          definition.args.forEach(({ name }, k) => {
            expectNear(slopes[name].dataSync(), flat(item.grads[k]), name);
          });
          ham.dispose();
          tf.dispose([weights, xhats, slopes, s]);
        });
      }
    },
  );
});
