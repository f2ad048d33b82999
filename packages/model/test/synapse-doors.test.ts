// Hypersynapses that the reference does not have: through text, with a batch, on every backend they
// give what their graph is in float64.

import { compile } from "@hamlet/dsl";
import { evaluate, evaluateScalar, gradients, indicesOf, makeDraws } from "@hamlet/graph";
import { makeHypergraph } from "@hamlet/ham";
import { CATALOGUE } from "@hamlet/model";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

/** Float32 sums of some hundred products. */
const TOLERANCE = 2e-5;
const BATCH = 3;

const LAYERS = `ham 1
dim H = 8, W = 6, C = 2, H2 = 4, W2 = 3, F = 3, N = 5, M = 4, D = 3, E = 2, P = 7, H3 = 2, W3 = 5
neuron picture: [H, W, C] as identity
neuron coarse: [H2, W2, F] as identity
neuron small: [H3, W3, F] as identity
neuron tokens: [N, D] as identity
neuron asking: [M, E] as identity
neuron hidden: [P] as identity
`;

const CONNECTIONS = [
  "conv_pool(picture, coarse, kernel = [3, 3], pool = [2, 2])",
  "conv_pool(picture, small, kernel = [3, 2], pool = [3, 1], pad = valid)",
  "cross_attention(asking, tokens, heads = 2, width = 3)",
  "cross_attention(asking, tokens, width = 3, beta = 2)",
  "dense_2_1(tokens, hidden)",
  "dense_2_2(tokens, asking)",
  "dense_3_1(picture, hidden)",
  "dense_3_2(picture, tokens)",
  "dense_3_3(picture, coarse)",
];

function graphOf(connection: string) {
  const text = `${LAYERS}connect s: ${connection}\n`;
  const { graph, diagnostics } = compile({ name: "m.ham", text }, { registry: CATALOGUE });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return graph;
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(CONNECTIONS)("%s", (connection) => {
    const graph = graphOf(connection);
    const draws = makeDraws(3);
    const shapeOf = (axes: (typeof graph.neurons)[number]["axes"]) =>
      axes.map((dim) => evaluateScalar(dim.size!));
    const random = (shape: readonly number[]) =>
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => draws.normal());
    const params = graph.tensors.filter(({ kind }) => kind === "param");
    const values = new Map(params.map((tensor) => [tensor, random(shapeOf(tensor.axes))]));
    const layers = graph.neurons.map(({ name, activation, axes }) => {
      return { name, activation, entries: random([BATCH, ...shapeOf(axes)]), shape: shapeOf(axes) };
    });
    const [{ energy }] = graph.terms;
    expectNoLeak(() => {
      const weights = Object.fromEntries(
        [...values].map(([{ name, axes }, entries]) => [name, tf.tensor(entries, shapeOf(axes))]),
      );
      const xhats = Object.fromEntries(
        layers.map(({ name, entries, shape }) => [name, tf.tensor(entries, [BATCH, ...shape])]),
      );
      const ham = makeHypergraph(graph, { weights });
      const { s } = ham.connectionEnergies(xhats);
      const zeros = Object.fromEntries(Object.entries(xhats).map(([k, x]) => [k, tf.zerosLike(x)]));
      const slopes = ham.dEdact(xhats, zeros);
      const found = s.dataSync();
      for (let b = 0; b < BATCH; b++) {
        const sample = layers.map(({ activation, entries }) => {
          const size = entries.length / BATCH;
          return [activation, entries.subarray(b * size, (b + 1) * size)] as const;
        });
        const tensors = new Map([...values, ...sample]);
        const expected = evaluateScalar(energy, { tensors });
        expect(expected).not.toBe(0);
        expect(Math.abs(found[b] - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(
          TOLERANCE,
        );
        for (const { name, activation, shape } of layers) {
          const at = indicesOf(activation.axes);
          const [slope] = gradients(energy, [{ tensor: activation, at }]);
          const wanted = evaluate(slope, { tensors }, at).data;
          const size = shape.reduce((a, c) => a * c, 1);
          const got = slopes[name].dataSync().subarray(b * size, (b + 1) * size);
          const scale = Math.max(1, ...wanted.map(Math.abs));
          wanted.forEach((value, i) =>
            expect(Math.abs(got[i] - value) / scale, `${name}[${i}]`).toBeLessThan(TOLERANCE),
          );
        }
      }
      ham.dispose();
      tf.dispose([weights, xhats, zeros, slopes, s]);
    });
  });
});

test("sizes that do not fit the windows are said", () => {
  const text = `ham 1
dim H = 8, W = 6, C = 1, H2 = 8, W2 = 3, F = 2
neuron picture: [H, W, C] as identity
neuron coarse: [H2, W2, F] as identity
connect s: conv_pool(picture, coarse)
`;
  const { diagnostics } = compile({ name: "m.ham", text }, { registry: CATALOGUE });
  expect(diagnostics.map(({ severity, code }) => [severity, code])).toContainEqual([
    "error",
    expect.stringMatching(/^E/),
  ]);
});
