// What docs/hamux-parity.md claims, line by line: each line runs.

import { readFileSync } from "node:fs";
import { compile } from "@hamlet/dsl";
import {
  activationOf,
  certify,
  evaluate,
  evaluateScalar,
  explain,
  explainText,
  type HypersynapseDefinition,
  HamError,
  type LagrangianDefinition,
  lit,
  makeDim,
  makeDraws,
  makeIndex,
  makeNeuron,
  modelId,
  mul,
  neg,
  neuronEnergy,
  type Neuron,
  pow,
  sum,
  totalEnergy,
  velocities,
} from "@hamlet/graph";
import {
  type Hypergraph,
  HYPERSYNAPSES,
  type HypersynapseSetting,
  makeDense,
  makeEnergyGraph,
  makeHypergraph,
  makeManyBody,
  synBias,
  synConv2d,
  synDense,
  synDenseBias,
} from "@hamlet/ham";
import { LAGRANGIANS, lagrIdentity, lagrRelu, lagrSoftmax, lagrTanh } from "@hamlet/lagrangians";
import { CATALOGUE, loadModel } from "@hamlet/model";
import { differenceGradient, expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("cpu"));

const draws = makeDraws(4);
const random = (length: number) => Float64Array.from({ length }, () => draws.normal());
const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

/** `x̂` of a layer of 4 units, beside finite differences of its Lagrangian. */
function expectLegendre(definition: LagrangianDefinition): void {
  const layer = makeNeuron("x", [makeDim("D", 4)], definition, {
    options: definition.name === "repu" ? { n: 3 } : {},
  });
  // Not for binary layers: their Lagrangian has no slope.
  const x = random(4);
  const lagrangianAt = (state: Float64Array) =>
    evaluateScalar(layer.lagrangian, { tensors: new Map([[layer.state, state]]) });
  const { indices, value } = activationOf(layer);
  const xhat = evaluate(value, { tensors: new Map([[layer.state, x]]) }, indices).data;
  differenceGradient(lagrangianAt, x).forEach((slope, i) => expect(xhat[i]).toBeCloseTo(slope, 6));
  // The Legendre transform, at the activation that belongs to x.
  const tensors = new Map([
    [layer.state, x],
    [layer.activation, xhat],
  ]);
  const dual = total(x.map((v, i) => v * xhat[i])) - lagrangianAt(x);
  expect(evaluateScalar(neuronEnergy(layer), { tensors })).toBeCloseTo(dual, 9);
}

const lagrangian = (name: string) => () =>
  expectLegendre(LAGRANGIANS.find((entry) => entry.name === name)!);

/** One hypersynapse between layers of these sizes, as a hypergraph. */
function hypergraphOf(
  synapse: HypersynapseDefinition,
  sizes: readonly (readonly number[])[],
  setting: Partial<HypersynapseSetting> = {},
): Hypergraph {
  const dims = new Map<string, ReturnType<typeof makeDim>>();
  const layers = synapse.args.map((arg, k) => {
    const axes = arg.axes.map((axis, a) => {
      const dim = dims.get(axis) ?? makeDim(axis, sizes[k][a]);
      dims.set(axis, dim);
      return dim;
    });
    return makeNeuron(arg.name, axes, lagrIdentity, { leak: false });
  });
  return makeHypergraph(graphOf(layers, { synapse, ...setting }));
}

function graphOf(layers: readonly Neuron[], setting: HypersynapseSetting) {
  return makeEnergyGraph({
    neurons: layers,
    hypersynapses: { s: setting },
    connections: [[layers, "s"]],
  });
}

const given = (ham: Hypergraph, batch?: number) =>
  Object.fromEntries(
    Object.entries(ham.initStates(batch)).map(([name, zeros]) => {
      const values = tf.tensor(Float32Array.from(random(zeros.size)), zeros.shape);
      zeros.dispose();
      return [name, values];
    }),
  );

/** The spread of the first weights: N(0, 0.02²). */
function expectFirstWeights(weights: tf.Tensor): void {
  const values = weights.dataSync();
  const spread = Math.sqrt(total(values.map((v) => v * v)) / values.length);
  expect(Math.abs(spread / 0.02 - 1)).toBeLessThan(4 / Math.sqrt(2 * values.length));
  expect(Math.abs(total(values) / values.length)).toBeLessThan(
    (4 * 0.02) / Math.sqrt(values.length),
  );
}

/** Two layers of 3 and 2 units, a dense synapse used twice, and a bias. */
function small() {
  const [D, H] = [makeDim("D", 3), makeDim("H", 2)];
  const [x, y, h] = [
    makeNeuron("x", [D], lagrTanh),
    makeNeuron("y", [D], lagrRelu),
    makeNeuron("h", [H], lagrSoftmax),
  ];
  return makeEnergyGraph({
    neurons: [x, y, h],
    hypersynapses: { enc: { synapse: synDense }, push: { synapse: synBias } },
    connections: [
      [[x, h], "enc"],
      [[y, h], "enc"],
      [[x], "push"],
    ],
  });
}

/** Runs a check on that hypergraph, with random states of one example or a batch. */
const onSmall =
  (check: (ham: Hypergraph, states: Record<string, tf.Tensor>) => void, batch?: number) => () =>
    expectNoLeak(() => {
      tf.tidy(() => {
        using ham = makeHypergraph(small());
        check(ham, given(ham, batch));
      });
    });

const sumOf = (tensors: Readonly<Record<string, tf.Tensor>>) =>
  total(Object.values(tensors).map((tensor) => tensor.dataSync()[0]));

const textGraph = (text: string) => {
  const { graph, diagnostics } = compile({ name: "m.ham", text }, { registry: CATALOGUE });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return graph;
};

const catalogueHolds =
  (...names: string[]) =>
  () => {
    const held = HYPERSYNAPSES.map(({ name }) => name);
    expect(names.filter((name) => !held.includes(name))).toEqual([]);
    // Each is a connection of a text too.
    for (const name of names) expect(CATALOGUE.hypersynapses.has(name)).toBe(true);
  };

const RECALL = `ham 1
dim D = 4, K = 2
param xi: [K, D] ~ normal(0, 1)
given query: [D]
neuron v: [D] as identity
energy memory = -logsumexp[m] sum[i] xi[m, i] * v[i]
recall settle {
  start v = query
  solver = euler(dt = 0.5)
  steps = 300
  stop when change < 1e-5
}
`;

const CHECKS: Readonly<Record<string, () => unknown>> = {
  "NeuronLayer(lagrangian, shape)": () => {
    const layer = makeNeuron("x", [makeDim("N", 2), makeDim("D", 2)], lagrIdentity);
    expect(layer.axes.map(({ name }) => name)).toEqual(["N", "D"]);
    // Two axes of one size are two axes.
    const other = makeNeuron("y", [makeDim("M", 2)], lagrIdentity);
    const self: HypersynapseDefinition = {
      ...synBias,
      args: [
        { name: "a", axes: ["A"] },
        { name: "b", axes: ["A"] },
      ],
    };
    const first = makeNeuron("z", [makeDim("D", 2)], lagrIdentity);
    expect(() => graphOf([first, other], { synapse: self })).toThrow("where A is D already");
  },
  "NeuronLayer.activations, sigma": lagrangian("tanh"),
  "NeuronLayer.energy": lagrangian("softmax"),
  "NeuronLayer.init(bs)": onSmall((ham) => {
    expect(ham.initStates(5)["x"].shape).toEqual([5, 3]);
    expect(ham.initStates()["x"].shape).toEqual([3]);
  }),
  legendre_transform: () => {
    for (const entry of LAGRANGIANS) {
      if (["sign", "step"].includes(entry.name)) continue;
      expectLegendre(entry);
    }
    // Its derivative by the activation is the state, of a Lagrangian of one's own too.
    const own: LagrangianDefinition = {
      ...lagrIdentity,
      name: "quartic",
      value: (x) => mul(lit(1 / 4), pow(x, lit(4))),
    };
    expectLegendre(own);
  },
  "time constants τ in the text only": () => {
    const layer = makeNeuron("x", [makeDim("D", 2)], lagrIdentity, { tau: lit(4) });
    const graph = graphOf([layer], { synapse: synBias });
    const { indices, value } = velocities(graph).get(layer)!;
    const tensors = new Map([
      [layer.state, [2, -1]],
      [layer.activation, [2, -1]],
      [graph.tensors[0], [6, 3]],
    ]);
    expect([...evaluate(value, { tensors }, indices).data]).toEqual([1, 1]);
  },
  "the decay of a layer is always on": () => {
    const energyWith = (leak: boolean) => {
      const layer = makeNeuron("x", [makeDim("D", 2)], lagrIdentity, { leak });
      const graph = graphOf([layer], { synapse: synBias });
      const tensors = new Map([
        [layer.state, [2, 1]],
        [layer.activation, [2, 1]],
        [graph.tensors[0], [1, 1]],
      ]);
      return evaluateScalar(totalEnergy(graph), { tensors });
    };
    expect([energyWith(true), energyWith(false)]).toEqual([-0.5, -3]);
  },
  lagr_identity: lagrangian("identity"),
  lagr_relu: lagrangian("relu"),
  lagr_repu: lagrangian("repu"),
  lagr_exp: lagrangian("exp"),
  lagr_rexp: lagrangian("rexp"),
  lagr_tanh: lagrangian("tanh"),
  lagr_sigmoid: lagrangian("sigmoid"),
  lagr_softmax: lagrangian("softmax"),
  lagr_ghostmax: lagrangian("ghostmax"),
  lagr_layernorm: lagrangian("layernorm"),
  lagr_spherical_norm: lagrangian("sphere"),
  "lagrSparsemax, lagrEntmax15": () => {
    lagrangian("sparsemax")();
    lagrangian("entmax15")();
  },
  "lagrSign, lagrStep": () => {
    for (const [name, found] of [
      ["sign", [1, -1]],
      ["step", [1, 0]],
    ] as const) {
      const layer = makeNeuron(
        "x",
        [makeDim("D", 2)],
        LAGRANGIANS.find((l) => l.name === name)!,
      );
      const { indices, value } = activationOf(layer);
      const tensors = new Map([[layer.state, [0.3, -2]]]);
      expect([...evaluate(value, { tensors }, indices).data]).toEqual(found);
    }
  },
  "your own function": () => {
    const graph = textGraph(`ham 1
dim D = 3
lagrangian quartic(x) {
  value = x^4 / 4
}
neuron v: [D] as quartic
energy push = -sum[i] v[i]
`);
    const [layer] = graph.neurons;
    const { indices, value } = activationOf(layer);
    const tensors = new Map([[layer.state, [1, -2, 0.5]]]);
    expect([...evaluate(value, { tensors }, indices).data]).toEqual([1, -8, 0.125]);
  },
  "LinearSynapse, rand_init": () =>
    tf.tidy(() => {
      using ham = hypergraphOf(synDense, [[60], [50]]);
      expectFirstWeights(ham.weights["s.W"]);
      using two = hypergraphOf(synDense, [[3], [2]]);
      const xhats = given(two);
      const [a, b, W] = [xhats["a"], xhats["b"], two.weights["s.W"]].map((t) => t.dataSync());
      const expected = -total(a.map((v, i) => v * (W[2 * i] * b[0] + W[2 * i + 1] * b[1])));
      expect(two.connectionEnergies(xhats)["s"].dataSync()[0]).toBeCloseTo(expected, 6);
    }),
  BiasSynapse: () =>
    tf.tidy(() => {
      using ham = hypergraphOf(synBias, [[3]]);
      expect(ham.connectionEnergies(given(ham, 4))["s"].shape).toEqual([4]);
    }),
  LinearSynapseWithBias: () =>
    tf.tidy(() => {
      using ham = hypergraphOf(synDenseBias, [[3], [2]]);
      expect(Object.keys(ham.weights)).toEqual(["s.W", "s.c"]);
      expect([...ham.weights["s.c"].dataSync()]).toEqual([0, 0]);
    }),
  "ConvSynapse, from_conv_params, forward_conv": () =>
    tf.tidy(() => {
      for (const [stride, pad, coarse] of [
        [1, "same", [5, 6]],
        [2, "same", [3, 3]],
        [1, "valid", [3, 4]],
        [2, "valid", [2, 2]],
      ] as const) {
        using ham = hypergraphOf(
          synConv2d,
          [
            [5, 6, 2],
            [...coarse, 3],
          ],
          {
            options: { kernel: [3, 3], stride, pad },
          },
        );
        const xhats = given(ham);
        const zeros = { a: tf.zerosLike(xhats["a"]), b: tf.zerosLike(xhats["b"]) };
        const slope = ham.dEdact(xhats, zeros)["b"];
        // TensorFlow's own convolution, whose weights are [kh, kw, C, F].
        const filter = tf.transpose(ham.weights["s.W"], [2, 3, 1, 0]) as tf.Tensor4D;
        const wanted = tf.conv2d(xhats["a"] as tf.Tensor3D, filter, stride, pad);
        expect(slope.shape).toEqual(wanted.shape);
        expect(tf.max(tf.abs(tf.add(slope, wanted))).dataSync()[0]).toBeLessThan(1e-6);
      }
      using wide = hypergraphOf(synConv2d, [
        [4, 4, 16],
        [4, 4, 32],
      ]);
      expectFirstWeights(wide.weights["s.W"]);
    }),
  "any callable": () => {
    // As a formula, from TypeScript and from text; a plain function is refused with the way to write it.
    const own: HypersynapseDefinition = {
      ...synBias,
      name: "cube",
      params: [],
      energy: ({ dims, args }) => {
        const i = makeIndex("i", dims["A"]);
        return neg(sum([i], pow(args["a"](i), lit(3))));
      },
    };
    tf.tidy(() => {
      using ham = hypergraphOf(own, [[2]]);
      const found = ham.connectionEnergies({ a: tf.tensor([1, 2]) })["s"].dataSync()[0];
      expect(found).toBeCloseTo(-9, 5);
    });
    const text = textGraph(
      "ham 1\ndim D = 2\nneuron a: [D] as identity\nenergy s = -sum[i] a[i]^3\n",
    );
    const [layer] = text.neurons;
    expect(
      evaluateScalar(text.terms[0].energy, { tensors: new Map([[layer.activation, [1, 2]]]) }),
    ).toBe(-9);
    const plain = ((a: number[]) => -total(a)) as unknown as HypersynapseDefinition;
    const layers = [makeNeuron("a", [makeDim("A", 2)], lagrIdentity)];
    let error: unknown;
    try {
      graphOf(layers, { synapse: plain });
    } catch (thrown) {
      error = thrown;
    }
    if (!HamError.isInstance(error)) throw error;
    expect(error.code).toBe("ham/bad-connection");
    expect(error.message).toContain("whose energy is a formula, found a function. Write it as");
  },
  "synHopfield, synDam, synLse, synLseEuclid, synDrdam": catalogueHolds(
    "hopfield",
    "dam",
    "lse",
    "lse_euclid",
    "drdam",
  ),
  "synConvPool, synCrossAttention, makeDense": () => {
    catalogueHolds("conv_pool", "cross_attention", "dense_2_1", "dense_3_3")();
    expect(makeDense({ a: 4, b: 2 }).params[0].axes).toHaveLength(6);
  },
  "synAttention, synMemory": catalogueHolds("attention", "memory"),
  "synThreeBody, makeManyBody": () => {
    catalogueHolds("three_body")();
    expect(makeManyBody({ layers: 5 }).args).toHaveLength(5);
  },
  synMeanPool: catalogueHolds("mean_pool"),
  "HAM(neurons, hypersynapses, connections)": () => {
    const [D, H] = [makeDim("D", 3), makeDim("H", 2)];
    const [x, h] = [makeNeuron("x", [D], lagrTanh), makeNeuron("h", [H], lagrSoftmax)];
    const graph = makeEnergyGraph({
      neurons: [x, h],
      hypersynapses: { enc: { synapse: synDense } },
      connections: [[[x, h], "enc"]],
    });
    const text =
      "ham 1\ndim D = 3, H = 2\nneuron x: [D] as tanh\nneuron h: [H] as softmax\nconnect enc: dense(x, h)\n";
    expect(modelId(textGraph(text))).toBe(modelId(graph));
  },
  "one hypersynapse in several connections": onSmall((ham) => {
    expect(Object.keys(ham.weights)).toEqual(["enc.W", "push.b"]);
  }),
  "HAM.n_neurons": onSmall((ham) => expect(ham.numNeurons).toBe(3)),
  "HAM.n_hypersynapses": onSmall((ham) => expect(ham.numHypersynapses).toBe(2)),
  "HAM.n_connections": onSmall((ham) => expect(ham.numConnections).toBe(3)),
  "HAM.init_states(bs)": onSmall((ham) => {
    expect(Object.values(ham.initStates(2)).map(({ shape }) => shape)).toEqual([
      [2, 3],
      [2, 3],
      [2, 2],
    ]);
  }),
  "HAM.activations(xs)": onSmall((ham, xs) => {
    const tanh = tf.tanh(xs["x"]).dataSync();
    const { x } = ham.activations(xs);
    x.dataSync().forEach((v, k) => expect(v).toBeCloseTo(tanh[k], 6));
  }),
  "HAM.neuron_energies(xhats, xs)": onSmall((ham, xs) => {
    const found = ham.neuronEnergies(ham.activations(xs), xs);
    const relu = xs["y"].dataSync().map((v) => Math.max(0, v) ** 2 / 2);
    expect(found["y"].dataSync()[0]).toBeCloseTo(total(relu), 5);
  }),
  "HAM.connection_energies(xhats)": onSmall((ham, xs) => {
    const found = ham.connectionEnergies(ham.activations(xs));
    expect(Object.keys(found)).toEqual(["enc", "enc_2", "push"]);
  }),
  "HAM.energy_tree(xhats, xs)": onSmall((ham, xs) => {
    const { neurons, connections } = ham.energyTree(ham.activations(xs), xs);
    expect([Object.keys(neurons).length, Object.keys(connections).length]).toEqual([3, 3]);
  }),
  "HAM.energy(xhats, xs)": onSmall((ham, xs) => {
    const xhats = ham.activations(xs);
    const { neurons, connections } = ham.energyTree(xhats, xs);
    expect(ham.energy(xhats, xs).dataSync()[0]).toBeCloseTo(sumOf(neurons) + sumOf(connections), 5);
  }),
  "HAM.dEdact(xhats, xs)": onSmall((ham, xs) => {
    const slopes = ham.dEdact(ham.activations(xs), xs);
    // Away from any synapse but the shared one: x − W h.
    const h = ham.activations(xs)["h"].dataSync();
    const W = ham.weights["enc.W"].dataSync();
    const y = xs["y"].dataSync();
    slopes["y"].dataSync().forEach((v, i) => {
      expect(v).toBeCloseTo(y[i] - W[2 * i] * h[0] - W[2 * i + 1] * h[1], 5);
    });
  }),
  "HAM.dEdact(xhats, xs, return_energy=True)": onSmall((ham, xs) => {
    const xhats = ham.activations(xs);
    const { energy, gradient } = ham.energyAndGradient(xhats, xs);
    const [alone, slopes] = [ham.energy(xhats, xs), ham.dEdact(xhats, xs)];
    energy.dataSync().forEach((v, b) => expect(v).toBeCloseTo(alone.dataSync()[b], 5));
    expect(Object.keys(gradient)).toEqual(Object.keys(slopes));
    for (const [name, slope] of Object.entries(gradient)) {
      const wanted = slopes[name].dataSync();
      slope.dataSync().forEach((v, i) => expect(v).toBeCloseTo(wanted[i], 5));
    }
  }, 3),
  "VectorizedHAM, vectorize, unvectorize": onSmall((ham, xs) => {
    const all = ham.energy(ham.activations(xs), xs).dataSync();
    expect(all).toHaveLength(4);
    const third = Object.fromEntries(Object.entries(xs).map(([k, x]) => [k, tf.gather(x, 2)]));
    expect(ham.energy(ham.activations(third), third).dataSync()[0]).toBeCloseTo(all[2], 5);
  }, 4),
  "jax.tree_map, eqx.Module": onSmall((ham) => {
    const doubled = Object.fromEntries(
      Object.entries(ham.weights).map(([k, w]) => [k, tf.mul(w, 2)]),
    );
    using other = makeHypergraph(ham.graph, { weights: doubled });
    const [W, V] = [ham, other].map(({ weights }) => weights["enc.W"].dataSync());
    W.forEach((v, i) => expect(V[i]).toBeCloseTo(2 * v, 6));
  }),
  "a descent loop of one's own": async () => {
    using model = await loadModel(
      { name: "m.ham", text: RECALL },
      { files: { read: () => Promise.reject() } },
    );
    using result = await model.recall({
      givens: { query: { shape: [4], data: Float32Array.of(1, 0, -1, 2) } },
    });
    const [{ ending, energyBefore, energyAfter }] = result.outcomes;
    expect(ending).toBe("converged");
    expect(energyAfter).toBeLessThan(energyBefore);
  },
  certify: () => expect(certify(textGraph(RECALL))).toBeDefined(),
  "HAM diagrams in the text": () => {
    expect(explainText(explain(textGraph(RECALL)))).toContain("v");
  },
};

/** The lines of the tables, by what HAMUX has, or by our name where it has nothing. */
const lines = readFileSync(new URL("../../../docs/hamux-parity.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (HAMUX|-)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.replaceAll("`", "").trim()))
  .map(([, hamux, ours]) => (hamux === "—" ? ours : hamux));

test("every line of the page has its check, and no check is without a line", () => {
  expect(new Set(Object.keys(CHECKS))).toEqual(new Set(lines));
});

describe("the line runs:", () => {
  test.each(Object.entries(CHECKS))("%s", async (_, check) => {
    await check();
  });
});
