// Random features that a text draws are those of the library: the same rows for the same key.

import { foldIn, key } from "@hamlet/core";
import { FAMILIES, KINDS, makeFeatures } from "@hamlet/drdam";
import { evaluate, evaluateScalar, gradient, indicesOf, type Tensor } from "@hamlet/graph";
import { nameHash } from "@hamlet/ham";
import { loadModel } from "@hamlet/model";
import { differenceGradient, expectClose, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

const [D, K, Y, SEED] = [5, 4, 24, 3];

const textOf = (family: string, kind: string) => `ham 1
dim D = ${D}, K = ${K}, Y = ${Y}
data xi: [K, D] = ${JSON.stringify(
  Array.from({ length: K }, (_, m) => Array.from({ length: D }, (_, i) => Math.sin(m * D + i) / 2)),
)}
given query: [D] = [[0.1, -0.2, 0.3, 0, 0.2]]
neuron v: [D] as identity { leak = off }
@allow(unbounded_energy)
connect memory: drdam(v, xi = xi, beta = 1.5, Y = Y, rows = ${family}, features = ${kind.replace("-", "_")})
recall go { start v = query }
`;

describe.each(FAMILIES)("%s rows", (family) => {
  const options = { D, Y, beta: 1.5, family } as const;

  test("of a connection are those of its key", async () => {
    using model = await loadModel(
      { name: "m.ham", text: textOf(family, "positive") },
      { seed: SEED },
    );
    const own = foldIn(key(SEED), nameHash("memory.omega"));
    const { projection } = makeFeatures({ ...options, key: own });
    expect(model.entries("memory.omega").data).toEqual(projection.matrix());
  });

  test("of a const are those of its key", async () => {
    const drawn = family === "gaussian" ? "normal(0, 1)" : `${family}_features()`;
    const text = `ham 1\ndim D = ${D}, Y = ${Y}\nconst omega: [Y, D] ~ ${drawn}\nneuron v: [D] as identity\nenergy e = sum[y] cos(sum[i] omega[y, i] * v[i])\n`;
    using model = await loadModel({ name: "m.ham", text }, { seed: SEED });
    const own = foldIn(key(SEED), nameHash("omega"));
    const { projection } = makeFeatures({ ...options, key: own });
    expect(model.entries("omega").data).toEqual(projection.matrix());
  });

  test.each(KINDS)(
    "make an energy with %s features whose gradient is its derivative",
    async (kind) => {
      using model = await loadModel({ name: "m.ham", text: textOf(family, kind) }, { seed: SEED });
      const { total } = await model.energies();
      const tensors = (state: ArrayLike<number>) =>
        new Map<Tensor, ArrayLike<number>>([
          ...model.graph.tensors.map(
            (tensor) => [tensor, model.entries(tensor.name).data] as const,
          ),
          [model.graph.neurons[0].activation, state],
        ]);
      const [{ energy }] = model.graph.terms;
      const at = (state: Float64Array) =>
        evaluateScalar(energy, { sizes: model.sizes, tensors: tensors(state) });
      const query = new Float64Array(model.entries("query").data);
      // Float32 sums of some dozen cosines beside the interpreter's in float64.
      expect(Math.abs(total[0] - at(query))).toBeLessThan(1e-5);
      const { activation, axes } = model.graph.neurons[0];
      const [i] = indicesOf(axes);
      const environment = { sizes: model.sizes, tensors: tensors(query) };
      const found = evaluate(gradient(energy, activation, [i]), environment, [i]);
      expectClose(found.data, differenceGradient(at, query), { tolerance: 1e-6 });
    },
  );
});
