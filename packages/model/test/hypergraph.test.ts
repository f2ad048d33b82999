// The hypergraph in TypeScript: the same model as its text, and HAMUX's functions on it.

import { foldIn, key } from "@hamlet/core";
import { compile } from "@hamlet/dsl";
import {
  type EnergyGraph,
  HamError,
  lit,
  makeDim,
  makeNeuron,
  modelId,
  type Neuron,
} from "@hamlet/graph";
import {
  type Hypergraph,
  type HypergraphParts,
  makeEnergyGraph,
  makeHypergraph,
  makeManyBody,
  synAttention,
  synBias,
  synConv2d,
  synDense,
  synDenseBias,
  synLse,
  type TensorsByName,
} from "@hamlet/ham";
import {
  lagrIdentity,
  lagrLayernorm,
  lagrSigmoid,
  lagrSoftmax,
  lagrSparsemax,
  lagrTanh,
} from "@hamlet/lagrangians";
import { CATALOGUE, loadModel } from "@hamlet/model";
import { differenceGradient, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import reference from "../../../fixtures/two-layer-descent.json" with { type: "json" };

function twoLayers(): EnergyGraph {
  const [D, L, H] = [makeDim("D", 7), makeDim("L", 8), makeDim("H", 9)];
  const input = makeNeuron("input", [D], lagrIdentity);
  const labels = makeNeuron("labels", [L], lagrSoftmax);
  const hidden = makeNeuron("hidden", [H], lagrSoftmax);
  return makeEnergyGraph({
    neurons: [input, labels, hidden],
    hypersynapses: { enc: synDense, read: synDense },
    connections: [
      [[input, hidden], "enc"],
      [[labels, hidden], "read"],
    ],
  });
}

const TWO_LAYERS = `ham 1
dim D = 7, L = 8, H = 9
neuron input:  [D] as identity
neuron labels: [L] as softmax
neuron hidden: [H] as softmax
connect enc:  dense(input, hidden)
connect read: dense(labels, hidden)
`;

function graphOf(text: string): EnergyGraph {
  const { graph, diagnostics } = compile({ name: "m.ham", text }, { registry: CATALOGUE });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return graph;
}

/** Mixed layers and connections: coupled, convolved, tokens, shared weights, no leak. */
function mixedParts(): HypergraphParts {
  const dims = { A: 5, B: 4, height: 4, width: 3, C: 2, F: 3, N: 3, T: 4 };
  const [A, B, height, width, C, F, N, T] = Object.entries(dims).map(([n, s]) => makeDim(n, s));
  const a = makeNeuron("a", [A], lagrTanh, { options: { beta: 1.5 } });
  const b = makeNeuron("b", [B], lagrSparsemax);
  const c = makeNeuron("c", [A], lagrSigmoid, { tau: lit(2) });
  const fine = makeNeuron("fine", [height, width, C], lagrIdentity);
  const maps = makeNeuron("maps", [height, width, F], lagrSoftmax, { over: [F] });
  const tok = makeNeuron("tok", [N, T], lagrLayernorm, { over: [T], leak: false });
  return {
    neurons: [a, b, c, fine, maps, tok],
    hypersynapses: {
      enc: synDense,
      lin: synDenseBias,
      push: synBias,
      mem: { synapse: synLse, dims: { K: 6 }, options: { beta: lit(2) } },
      conv: { synapse: synConv2d, options: { kernel: [3, 3] } },
      attend: { synapse: synAttention, dims: { heads: 2, width: 3 } },
    },
    connections: [
      [[a, b], "enc"],
      [[c, b], "enc"],
      [[a, b], "lin"],
      [[c], "push"],
      [[a], "mem"],
      [[fine, maps], "conv"],
      [[tok], "attend"],
    ],
  };
}

const MIXED = `ham 1
dim A = 5, B = 4, height = 4, width = 3, C = 2, F = 3, N = 3, T = 4
neuron a: [A] as tanh(beta = 1.5)
neuron b: [B] as sparsemax
neuron c: [A] as sigmoid { tau = 2 }
neuron fine: [height, width, C] as identity
neuron maps: [height, width, F] as softmax(over = F)
neuron tok: [N, T] as layernorm(over = T) { leak = off }
connect enc:   dense(a, b)
connect enc_2: dense(c, b) share enc
connect lin:   dense_bias(a, b)
connect push:  bias(c)
connect mem:   lse(a, K = 6, beta = 2)
connect conv:  conv2d(fine, maps, kernel = [3, 3])
connect attend: attention(tok, heads = 2, width = 3)
`;

describe("the graph", () => {
  beforeAll(() => useBackend("cpu"));

  test("is the same model as its text", () => {
    expect(modelId(twoLayers())).toBe(modelId(graphOf(TWO_LAYERS)));
    expect(modelId(makeEnergyGraph(mixedParts()))).toBe(modelId(graphOf(MIXED)));
  });

  test("counts neurons, hypersynapses and connections, shared ones once", () => {
    for (const graph of [makeEnergyGraph(mixedParts()), graphOf(MIXED)]) {
      using ham = makeHypergraph(graph);
      expect([ham.numNeurons, ham.numHypersynapses, ham.numConnections]).toEqual([6, 6, 7]);
    }
  });

  test.each([
    [
      "layers",
      (x: Neuron) => [[[x], "enc"]],
      'The connection "enc": expected dense(a: [A], b: [B]), found 1 layers [x].',
    ],
    [
      "a hypersynapse",
      (x: Neuron) => [[[x, x], "read"]],
      'A connection names the hypersynapse "read", which is not given. Given: enc, mem, sharp, odd.',
    ],
    [
      "a size",
      (x: Neuron) => [[[x], "mem"]],
      'The connection "mem": expected lse(a: [A]), found no size for "K" (number of stored patterns). Give it in "dims".',
    ],
    [
      "an option",
      (x: Neuron) => [[[x], "odd"]],
      'The connection "odd": "lse" has no option called "betta". It has: beta.',
    ],
    [
      "axes",
      (x: Neuron) => [[[x, makeNeuron("y", [makeDim("E", 3), makeDim("F", 3)], lagrTanh)], "enc"]],
      'The connection "enc" joins the layer "y", which is not among the neurons: x. Add it there.',
    ],
  ] as const)("says which of %s does not fit", (_, connections, message) => {
    const x = makeNeuron("x", [makeDim("D", 3)], lagrTanh);
    const make = () =>
      makeEnergyGraph({
        neurons: [x],
        hypersynapses: {
          enc: synDense,
          mem: synLse,
          sharp: { synapse: synLse, dims: { K: 2 } },
          odd: { synapse: synLse, dims: { K: 2 }, options: { betta: 2 } },
        },
        connections: connections(x) as unknown as HypergraphParts["connections"],
      });
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: "ham/bad-connection" }) as HamError);
  });

  test("says which axis does not fit, of a layer, of shared weights and of a convolution", () => {
    const [D, E, F] = [makeDim("D", 3), makeDim("E", 4), makeDim("F", 2)];
    const x = makeNeuron("x", [D], lagrTanh);
    const y = makeNeuron("y", [E], lagrTanh);
    const image = makeNeuron("image", [D, E, F], lagrTanh);
    const make = (connections: HypergraphParts["connections"]) => () =>
      makeEnergyGraph({
        neurons: [x, y, image],
        hypersynapses: {
          enc: synDense,
          conv: { synapse: synConv2d, options: { stride: 2 } },
          cold: { synapse: synLse, dims: { K: 2 }, options: { beta: -1 } },
          wide: { synapse: synConv2d, options: { pad: "wide" } },
        },
        connections,
      });
    expect(make([[[x, image], "enc"]])).toThrow('"image" with the axes [D, E, F]');
    expect(
      make([
        [[x, y], "enc"],
        [[y, x], "enc"],
      ]),
    ).toThrow('"y" with the axes [E], where A is D already');
    expect(make([[[x], "cold"]])).toThrow("found beta = -1, which must be > 0");
    expect(make([[[image, image], "wide"]])).toThrow(
      'found "wide" for "pad"; it is one of: same, valid',
    );
    expect(make([[[image, image], "conv"]])).toThrow("D = 3 for height2, which must be 2");
  });

  test.each([2, 3, 5])("couples %d layers by their product", (layers) => {
    const synapse = makeManyBody({ layers });
    const neurons = Array.from({ length: layers }, (_, k) =>
      makeNeuron(`x${k + 1}`, [makeDim(`D${k + 1}`, 2)], lagrIdentity),
    );
    const graph = makeEnergyGraph({
      neurons,
      hypersynapses: { many: { synapse, options: { gain: 0.5 } } },
      connections: [[neurons, "many"]],
    });
    const indices = neurons.map((_, k) => `i${k + 1}`);
    const own = `ham 1
dim ${neurons.map((_, k) => `D${k + 1} = 2`).join(", ")}
synapse together(${neurons.map((_, k) => `a${k + 1}: [A${k + 1}]`).join(", ")}) {
  const gain: real = 0.5
  param W: [${neurons.map((_, k) => `A${k + 1}`).join(", ")}] ~ normal(0, 0.02)
  energy = -gain * sum[${indices.join(", ")}] W[${indices.join(", ")}] * ${indices.map((i, k) => `a${k + 1}[${i}]`).join(" * ")}
}
${neurons.map(({ name }, k) => `neuron ${name}: [D${k + 1}] as identity`).join("\n")}
connect many: together(${neurons.map(({ name }) => name).join(", ")})
`;
    expect(modelId(graph)).toBe(modelId(graphOf(own)));
  });

  test("couples layers of one axis unit by unit, without weights", () => {
    const D = makeDim("D", 3);
    const neurons = ["x", "y", "z"].map((name) => makeNeuron(name, [D], lagrIdentity));
    const graph = makeEnergyGraph({
      neurons,
      hypersynapses: { many: makeManyBody({ layers: 3, weights: "shared" }) },
      connections: [[neurons, "many"]],
    });
    expect(graph.tensors).toEqual([]);
    const text = `ham 1
dim D = 3
neuron x: [D] as identity
neuron y: [D] as identity
neuron z: [D] as identity
energy many = -sum[i] x[i] * y[i] * z[i]
`;
    expect(modelId(graph)).toBe(modelId(graphOf(text)));
    expect(() => makeManyBody({ layers: 1 })).toThrow(
      "a whole number of layers from 2 up, found 1",
    );
  });
});

/** Random states for every layer. */
function randomStates(ham: Hypergraph, batch?: number): Record<string, tf.Tensor> {
  const zeros = ham.initStates(batch);
  let seed = 1;
  return Object.fromEntries(
    Object.entries(zeros).map(([name, zero]) => {
      const values = Float32Array.from({ length: zero.size }, () => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return seed / 2 ** 31 - 1;
      });
      const state = tf.tensor(values, zero.shape);
      zero.dispose();
      return [name, state];
    }),
  );
}

/** All results of a hypergraph as numbers, by name. */
function everything(ham: Hypergraph, xs: TensorsByName): Record<string, tf.Tensor> {
  const xhats = ham.activations(xs);
  const tree = ham.energyTree(xhats, xs);
  const named = (prefix: string, tensors: TensorsByName) =>
    Object.entries(tensors).map(([name, value]) => [`${prefix} ${name}`, value] as const);
  return Object.fromEntries([
    ...named("activation", xhats),
    ...named("neuron", tree.neurons),
    ...named("connection", tree.connections),
    ["energy", ham.energy(xhats, xs)],
    ...named("slope", ham.dEdact(xhats, xs)),
  ]);
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(["TypeScript", "text"])("the descent of the reference, from %s", (from) => {
    expectNoLeak(() => {
      const graph = from === "text" ? graphOf(TWO_LAYERS) : twoLayers();
      const weights = {
        "enc.W": tf.tensor2d(reference.W_input_hidden),
        "read.W": tf.tensor2d(reference.W_labels_hidden),
      };
      const ham = makeHypergraph(graph, { weights });
      // The same three states alone, and twice in a batch.
      for (const lead of [null, 2]) {
        let xs: Record<string, tf.Tensor> = Object.fromEntries(
          Object.entries(reference.start).map(([name, start]) => [
            name,
            lead === null ? tf.tensor1d(start) : tf.tensor2d([start, start]),
          ]),
        );
        for (const expected of reference.energies_before_each_step) {
          const next = tf.tidy(() => {
            const xhats = ham.activations(xs);
            const energy = ham.energy(xhats, xs);
            expect(energy.shape).toEqual(lead === null ? [] : [2]);
            for (const value of energy.dataSync()) {
              expect(Math.abs(value - expected)).toBeLessThan(1e-5 * (1 + Math.abs(expected)));
            }
            const slope = ham.dEdact(xhats, xs);
            return Object.fromEntries(
              Object.entries(xs).map(([name, x]) => [
                name,
                tf.sub(x, tf.mul(reference.step, slope[name])),
              ]),
            );
          });
          tf.dispose(xs);
          xs = next;
        }
        for (const [name, final] of Object.entries(reference.final)) {
          const found = xs[name].dataSync();
          found.forEach((value, i) => {
            const wanted = final[i % final.length];
            expect(Math.abs(value - wanted)).toBeLessThan(1e-5 * (1 + Math.abs(wanted)));
          });
        }
        tf.dispose(xs);
      }
      ham.dispose();
      tf.dispose(weights);
    });
  });

  test("a batch is its samples stacked, for every function", () => {
    expectNoLeak(() => {
      using ham = makeHypergraph(makeEnergyGraph(mixedParts()));
      const xs = randomStates(ham, 3);
      const all = everything(ham, xs);
      for (let k = 0; k < 3; k++) {
        const one = Object.fromEntries(
          Object.entries(xs).map(([name, x]) => [
            name,
            tf.tidy(() => tf.squeeze(tf.slice(x, k, 1), [0])),
          ]),
        );
        const alone = everything(ham, one);
        for (const [name, value] of Object.entries(alone)) {
          expect(value.shape, name).toEqual(all[name].shape.slice(1));
          const part = tf.tidy(() => [...tf.slice(all[name], k, 1).dataSync()]);
          value.dataSync().forEach((entry, i) => {
            expect(Math.abs(entry - part[i]), name).toBeLessThan(1e-6 * (1 + Math.abs(entry)));
          });
        }
        tf.dispose([one, alone]);
      }
      tf.dispose([xs, all]);
    });
  });

  test("the tree adds up to the energy, and a layer without leak counts 0", () => {
    using ham = makeHypergraph(makeEnergyGraph(mixedParts()));
    const total = tf.tidy(() => {
      const xs = randomStates(ham);
      const xhats = ham.activations(xs);
      const { neurons, connections } = ham.energyTree(xhats, xs);
      const names = "enc enc_2 lin push mem conv attend";
      expect(Object.keys(connections).join(" ")).toBe(names);
      expect(neurons["tok"].dataSync()[0]).toBe(0);
      const parts = [...Object.values(neurons), ...Object.values(connections)];
      const sum = parts.reduce((all, part) => all + part.dataSync()[0], 0);
      return [sum, ham.energy(xhats, xs).dataSync()[0]];
    });
    expect(Math.abs(total[0] - total[1])).toBeLessThan(1e-5 * (1 + Math.abs(total[1])));
  });

  test("dEdact is the finite difference of the energy, whatever the activations", () => {
    using ham = makeHypergraph(makeEnergyGraph(mixedParts()));
    tf.tidy(() => {
      const xs = randomStates(ham);
      // Not those of the states: the two are independent arguments.
      const xhats = Object.fromEntries(
        Object.entries(xs).map(([name, x]) => [name, tf.add(tf.mul(x, 0.5), 0.1)]),
      );
      const slope = ham.dEdact(xhats, xs);
      for (const { name } of ham.graph.neurons.filter(({ leak }) => leak)) {
        const { shape } = xhats[name];
        const expected = differenceGradient(
          (entries) =>
            tf.tidy(() => {
              const moved = tf.tensor(Float32Array.from(entries), shape);
              return ham.energy({ ...xhats, [name]: moved }, xs).dataSync()[0];
            }),
          Float64Array.from(xhats[name].dataSync()),
          { step: 1e-2 },
        );
        slope[name].dataSync().forEach((value, i) => {
          expect(Math.abs(value - expected[i]), name).toBeLessThan(2e-3 * (1 + Math.abs(value)));
        });
      }
    });
  });

  test("without synapses the gradient is the state: the Legendre law", () => {
    const neurons = [lagrTanh, lagrSoftmax, lagrSparsemax, lagrSigmoid].map((definition) =>
      makeNeuron(definition.name, [makeDim("D", 4)], definition),
    );
    using ham = makeHypergraph(makeEnergyGraph({ neurons, hypersynapses: {}, connections: [] }));
    tf.tidy(() => {
      const xs = randomStates(ham);
      const slope = ham.dEdact(ham.activations(xs), xs);
      for (const [name, x] of Object.entries(xs)) {
        expect([...slope[name].dataSync()]).toEqual([...x.dataSync()]);
      }
    });
  });
});

describe("weights", () => {
  beforeAll(() => useBackend("cpu"));

  test("start as those of the text with the same seed, every tensor with its own stream", async () => {
    using model = await loadModel({ name: "m.ham", text: MIXED }, { seed: 5 });
    using ham = makeHypergraph(makeEnergyGraph(mixedParts()), { key: key(5) });
    for (const [name, value] of Object.entries(ham.weights)) {
      expect([...value.dataSync()], name).toEqual([...model.entries(name).data]);
    }
    const drawn = ham.graph.tensors.filter(({ source }) => source?.from === "draw");
    expect(drawn.length).toBe(6);
    const draws = drawn.map(({ name }) => ham.weights[name].dataSync()[0]);
    expect(new Set(draws).size).toBe(drawn.length);
    using other = makeHypergraph(makeEnergyGraph(mixedParts()), { key: foldIn(key(5), 1) });
    expect(other.weights["enc.W"].dataSync()[0]).not.toBe(ham.weights["enc.W"].dataSync()[0]);
  });

  test("that are unknown, missing or of the wrong shape are named", () => {
    expectNoLeak(() => {
      const wrong = tf.zeros([2, 2]);
      expect(() => makeHypergraph(twoLayers(), { weights: { W: wrong } })).toThrow(
        'This hypergraph has no tensor called "W". It has: enc.W, read.W.',
      );
      using ham = makeHypergraph(twoLayers(), { weights: { "enc.W": wrong } });
      const xs = ham.initStates();
      expect(() => ham.connectionEnergies(xs)).toThrow(
        'The value for "enc.W" has the shape [2, 2], where [7, 9] was expected.',
      );
      const text = `ham 1\ndim D = 2\ngiven g: [D]\nneuron x: [D] as identity\nenergy e = -sum[i] g[i] * x[i]\n`;
      expect(() => makeHypergraph(graphOf(text))).toThrow(
        '"g" has no value and nothing to start from. Give it in "weights", as [D].',
      );
      tf.dispose([wrong, xs]);
    });
  });
});

test("states that do not fit are named, and nothing leaks", () => {
  expectNoLeak(() => {
    using ham = makeHypergraph(twoLayers());
    const xs = ham.initStates();
    const three = ham.initStates(3);
    const { hidden: _, ...some } = xs;
    expect(() => ham.activations(some)).toThrow(
      'There is no state for the layer "hidden". Given: input, labels.',
    );
    expect(() => ham.energy(three, xs)).toThrow(
      'The state of "input" holds one example without a batch axis, the activation of "input" 3 examples. Give each the same number.',
    );
    expect(() => ham.activations({ ...xs, labels: xs["input"] })).toThrow(
      'The state of "labels": expected the shape [8] or [B, 8], found [7].',
    );
    expect(() => ham.initStates(0)).toThrow("a whole number from 1 up, found 0");
    tf.dispose([xs, three]);
  });
});

test("a hypergraph made inside a tidy lives on, and a disposed one says so", () => {
  expectNoLeak(() => {
    let ham!: Hypergraph;
    tf.tidy(() => {
      ham = makeHypergraph(twoLayers());
      ham.activations(ham.initStates());
    });
    const xs = ham.initStates();
    const energy = ham.energy(xs, xs);
    expect(Number.isFinite(energy.dataSync()[0])).toBe(true);
    ham.dispose();
    expect(() => ham.energy(xs, xs)).toThrow(
      "This hypergraph was disposed and cannot run any more.",
    );
    tf.dispose([xs, energy]);
  });
});
