// Certificates: bounds against sixty digits, slopes against formulas, and the checker against changes.

import { activationGradients, inStates, totalEnergy, type Neuron } from "@hamlet/graph";
import type { Outcome } from "@hamlet/ham";
import {
  loadModel,
  type Model,
  type RecallCertificate,
  type RestPointEvidence,
  sealOf,
} from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { law } from "../../../tools/law.ts";
import { samples, seed } from "../../../tools/samples.ts";
import type { Bounds } from "../src/certificates/certificate.ts";
import { certify } from "../src/certificates/make.ts";
import { at, exp, log, over, plus, power, times, wave } from "../src/certificates/check/bounds.ts";
import { pow, slopes, Undecided, value } from "../src/certificates/check/values.ts";
import { sceneAt } from "../src/certificates/check/scene.ts";
import { certificateCase, MUTATIONS } from "./certificate-cases.ts";
import { surveyCertificates } from "./certificate-survey.ts";
import { type Decimal, exactly, inDecimals } from "./decimals.ts";
import { randomHypergraph, stream } from "./random-hypergraph.ts";

beforeAll(() => useBackend("cpu"));

type Reference = InstanceType<typeof Decimal>;
/** Within bounds, but for what the reference itself rounds: a bound may be the exact value. */
function isAround([low, high]: Bounds, value: Reference): boolean {
  const slack = value.abs().plus(1).times("1e-50");
  return value.gte(exactly(low).minus(slack)) && value.lte(exactly(high).plus(slack));
}

/** Numbers of all sizes, those at which functions turn among them. */
const number = fc.oneof(
  fc.double({ min: -700, max: 700, noNaN: true }),
  fc.double({ min: -2, max: 2, noNaN: true }),
  fc.integer({ min: -9, max: 9 }),
  fc.double({ min: 690, max: 720, noNaN: true }),
  fc.double({ min: -760, max: -690, noNaN: true }),
  fc.double({ min: -1e-9, max: 1e-9, noNaN: true }),
);

describe("bounds never exclude the value in sixty digits", () => {
  const FUNCTIONS = {
    exp: { bounds: exp, value: (x: Reference) => x.exp(), from: -Infinity },
    log: { bounds: log, value: (x: Reference) => x.ln(), from: Number.MIN_VALUE },
    sin: { bounds: (x: Bounds) => wave(x, 0), value: (x: Reference) => x.sin(), from: -Infinity },
    cos: { bounds: (x: Bounds) => wave(x, 1), value: (x: Reference) => x.cos(), from: -Infinity },
    sqrt: { bounds: (x: Bounds) => power(x, 0.5), value: (x: Reference) => x.sqrt(), from: 0 },
    "x^1.7": {
      bounds: (x: Bounds) => power(x, 1.7),
      value: (x: Reference) => x.pow(1.7),
      from: 0,
    },
    "x^-3": { bounds: (x: Bounds) => power(x, -3), value: (x: Reference) => x.pow(-3), from: 1e-3 },
  };

  test.for(Object.entries(FUNCTIONS))(
    "%s, at a point and inside an interval",
    ([, { bounds, value, from }]) => {
      law(
        fc.property(
          number,
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.double({ min: 0, max: 3, noNaN: true }),
          (x, part, width) => {
            const low = Math.max(from, x);
            const high = low + width;
            const inside = Math.min(high, low + part * width);
            expect(isAround(bounds(at(low)), value(exactly(low)))).toBe(true);
            expect(isAround(bounds([low, high]), value(exactly(inside)))).toBe(true);
          },
        ),
        300,
      );
    },
  );

  test("sums, products and quotients", () => {
    law(
      fc.property(number, number, (x, y) => {
        const [a, b] = [exactly(x), exactly(y)];
        expect(isAround(plus(at(x), at(y)), a.plus(b))).toBe(true);
        expect(isAround(times(at(x), at(y)), a.times(b))).toBe(true);
        if (y !== 0) expect(isAround(over(at(x), at(y)), a.div(b))).toBe(true);
      }),
      500,
    );
  });

  test("slopes of powers whose exponents less 1 are no numbers of the machine", () => {
    for (const p of [1e-20, 0.1, -0.3, 2.2, -1e-17]) {
      for (const x of [2, 1, 0.3, 1e5]) {
        const unit = value("unit", [], at(x), 0, true);
        const [slope] = slopes(pow(unit, p), [unit]);
        const exact = exactly(x).pow(exactly(p).minus(1)).times(exactly(p));
        expect(isAround(slope.bounds, exact), `${x}^${p}`).toBe(true);
      }
    }
  });

  test("they are narrow: a few units in the last place", () => {
    for (const x of [1e-3, 0.1, 0.7, 1, 2.5, 30, 300]) {
      for (const [f, scale] of [
        [exp(at(x)), Math.exp(x)],
        [exp(at(-x)), Math.exp(-x)],
        [log(at(x)), 1 + Math.abs(Math.log(x))],
        [wave(at(x), 0), 1],
        [wave(at(x), 1), 1],
      ] as const) {
        expect((f[1] - f[0]) / scale).toBeLessThan(3e-14);
      }
    }
  });
});

/**
 * The energy and its slopes of a random model at a random point, in bounds and in sixty digits; null
 * where the point is on a kink.
 */
function bothWays(model: Model, draw: () => number) {
  const { graph, sizes } = model;
  const [recall] = graph.recalls;
  const states = new Map<Neuron, number[]>();
  const entries = new Map(graph.tensors.map((tensor) => [tensor, model.entries(tensor.name).data]));
  for (const neuron of graph.neurons) {
    const count = neuron.axes.reduce((total, dim) => total * sizes.get(dim)!, 1);
    states.set(
      neuron,
      Array.from({ length: count }, () => 2 * (draw() - 0.5)),
    );
  }
  const free = { ...recall, clamps: [] };
  const decided = boundsAt({ graph, recall: free, sizes, tensors: entries }, states);
  if (decided === null) return null;
  const layers = new Map(graph.neurons.map((neuron) => [neuron.state, states.get(neuron)!]));
  const space = {
    sizes,
    entry: (tensor: Parameters<typeof entries.get>[0], offset: number) =>
      layers.get(tensor)?.[offset] ?? entries.get(tensor)![offset],
  };
  const written = (expr: ReturnType<typeof totalEnergy>) => inStates(graph, expr);
  const slopes = [...activationGradients(graph)].flatMap(([, { indices, value }]) =>
    inDecimals(written(value), indices, space),
  );
  return { ...decided, energy: inDecimals(written(totalEnergy(graph)), [], space)[0], slopes };
}

function boundsAt(space: Parameters<typeof sceneAt>[0], states: ReadonlyMap<Neuron, number[]>) {
  try {
    const scene = sceneAt(space, (neuron, i) => at(states.get(neuron)![i]));
    const found = scene.slopes().map(({ bounds }) => bounds);
    return { energyBounds: scene.energy.bounds, found };
  } catch (error) {
    if (error instanceof Undecided) return null;
    throw error;
  }
}

test("energies and slopes of random hypergraphs lie within their bounds", async () => {
  let looked = 0;
  for (let one = seed(); one < seed() + samples(8); one++) {
    const text = randomHypergraph(one, "any", ["euler(dt = 0.1)"]);
    using model = await loadModel({ name: `${one}.ham`, text }, { seed: one });
    const both = bothWays(model, stream(one));
    if (both === null) continue;
    looked++;
    const { found, energyBounds, energy, slopes } = both;
    const label = `seed ${one}\n${text}`;
    expect(isAround(energyBounds, energy), label).toBe(true);
    expect(found, label).toHaveLength(slopes.length);
    slopes.forEach((slope, i) =>
      expect(isAround(found[i], slope), `${label}, unit ${i}`).toBe(true),
    );
    const [low, high] = energyBounds;
    expect((high - low) / (1 + Math.abs(low)), label).toBeLessThan(1e-10);
  }
  expect(looked).toBeGreaterThan(0);
});

test("certificates of random models are accepted, and changed ones refused", async () => {
  const survey = await surveyCertificates({
    certificates: samples(8),
    mutants: samples(8),
    seed: seed(),
  });
  expect(survey.wrong).toEqual([]);
  expect(survey.accepted).toBe(samples(8));
  expect(survey.mutants).toBeGreaterThan(samples(8) / 2);
});

test("an end whose energy has no bounds is tied to its rest point, however far that is", async () => {
  // It went to no number in two steps: what is left has units of 40, and an energy that no float holds.
  // Fixed: the model of this seed is the example.
  const { text, recall } = certificateCase(91871);
  using model = await loadModel({ name: "far.ham", text }, { seed: 91871 });
  using result = await model.recall({ recall, certificate: true });
  const certificate = JSON.parse(JSON.stringify(result.certificate)) as RecallCertificate;
  const [{ energy, evidence }] = certificate.examples;
  expect([energy, evidence.map(({ kind }) => kind)]).toEqual([null, ["rest point"]]);
  expect((await model.verify(certificate)).accepted).toBe(true);
  for (let draws = 0; draws < samples(8); draws++) {
    const mutant = MUTATIONS["the end"](certificate, stream(draws))!;
    const { refused } = await model.verify(mutant);
    expect(refused).toEqual([
      expect.stringMatching(/^example 0, rest point: .*(is held|the end is)/),
    ]);
  }
});

/** Certifies the recall of a model, and reads what is written. */
async function certified(model: Model): Promise<RecallCertificate> {
  using result = await model.recall({ certificate: true });
  return JSON.parse(JSON.stringify(result.certificate)) as RecallCertificate;
}

const MEMORY = `ham 1
dim K = 3, D = 2
const beta: real > 0 = 4
const xi: [K, D] = [[1, 0], [-0.5, 0.8], [-0.5, -0.8]]
neuron v: [D] as identity
energy memory = -1/beta * logsumexp[k] beta * (sum[i] xi[k, i] * v[i])
recall settle { start v = 0.1  solver = adaptive  steps = 300 }
`;

const BITS = `ham 1
dim D = 4
const W: [D, D] = [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
const up: [D] = [1, -1, 1, 1]
neuron v: [D] as sign
energy e = -sum[i, j] W[i, j] * v[i] * v[j] / 2
recall settle { start v[i] = up[i]  solver = sync  steps = 50 }
`;

describe("what is certified", () => {
  test("a minimum with the box that it lies in", async () => {
    using model = await loadModel({ name: "m.ham", text: MEMORY });
    const certificate = await certified(model);
    const [{ evidence, uncertified }] = certificate.examples;
    expect(evidence.map(({ kind }) => kind)).toEqual(["rest point", "falling energy"]);
    expect(uncertified).toEqual([]);
    expect(evidence[0]).toMatchObject({ index: 0 });
    const { accepted, proven } = await model.verify(certificate);
    expect(accepted).toBe(true);
    expect(proven.join("\n")).toContain("a minimum of index 0");
  });

  test("a saddle, where the recall stands on one", async () => {
    const text = MEMORY.replace("[-0.5, 0.8], [-0.5, -0.8]", "[-1, 0], [0, 0]").replace(
      "= 0.1",
      "= 0",
    );
    using model = await loadModel({ name: "m.ham", text });
    const [{ evidence }] = (await certified(model)).examples;
    expect(evidence[0]).toMatchObject({ kind: "rest point", index: 1 });
  });

  test("a cycle of two states, and bits that stay", async () => {
    using model = await loadModel({ name: "b.ham", text: BITS });
    const certificate = await certified(model);
    expect(certificate.examples[0].told.ending).toBe("cycle");
    expect(certificate.examples[0].evidence[0].kind).toBe("cycle");
    expect((await model.verify(certificate)).accepted).toBe(true);
    using still = await loadModel({ name: "b.ham", text: BITS.replace("1, -1", "1, 1") });
    const [{ evidence }] = (await certified(still)).examples;
    const one: Bounds = [1, 1];
    expect(evidence[0]).toEqual({ kind: "bits", fields: { v: [one, one, one, one] } });
  });

  test("a clip, where no slope is left", async () => {
    const text =
      "ham 1\nneuron v: [2] as identity { leak = off }\nenergy e = -max(0, sum[i] v[i] - 9)^2\nrecall r { start v = -1 }\n";
    using model = await loadModel({ name: "c.ham", text });
    const certificate = await certified(model);
    expect(certificate.examples[0].evidence[0]).toEqual({ kind: "clipped", flat: [["e", "v"]] });
    expect((await model.verify(certificate)).accepted).toBe(true);
  });

  test("what cannot be shown is said with its reason", async () => {
    const noisy = MEMORY.replace("adaptive", "langevin(dt = 0.1, temperature = 0.2)");
    using model = await loadModel({ name: "m.ham", text: noisy });
    const [{ evidence, uncertified }] = (await certified(model)).examples;
    expect(evidence).toEqual([]);
    expect(uncertified.join()).toContain("noise moved units to the end");
    const wild = MEMORY.replace("adaptive", "euler(dt = 9)").replace("= 4", "= 800");
    using other = await loadModel({ name: "m.ham", text: wild });
    const [example] = (await certified(other)).examples;
    expect(example.uncertified.length + example.evidence.length).toBeGreaterThan(0);
  });
});

describe("what the checker refuses", () => {
  test("another model, in words that say what to do", async () => {
    using model = await loadModel({ name: "m.ham", text: MEMORY });
    using other = await loadModel({ name: "m.ham", text: MEMORY.replace("= 4", "= 5") });
    const { accepted, refused } = await other.verify(await certified(model));
    expect(accepted).toBe(false);
    expect(refused.join("\n")).toContain("another model, or other consts (--set)");
  });

  test.for(Object.keys(MUTATIONS))("a change of: %s", async (name) => {
    let tried = 0;
    for (const text of [MEMORY, BITS, BITS.replace("1, -1", "1, 1")]) {
      using model = await loadModel({ name: "m.ham", text });
      const mutant = MUTATIONS[name](await certified(model), stream(seed()));
      if (mutant === null) continue;
      tried++;
      expect((await model.verify(mutant)).accepted).toBe(false);
    }
    expect(tried).toBeGreaterThan(0);
  });

  test("a rest point of units that jump, whatever lies in the box", async () => {
    using model = await loadModel({ name: "b.ham", text: BITS.replace("/ 2\n", "/ 4\n") });
    const certificate = await certified(model);
    const evidence: RestPointEvidence = {
      kind: "rest point",
      centre: { v: [0, 0, 0, 0] },
      radius: { v: [0.1, 0.1, 0.1, 0.1] },
      index: 0,
      directions: [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => Number(i === j))),
      distance: 1.2,
    };
    const [example] = certificate.examples;
    const forged = { ...certificate, examples: [{ ...example, evidence: [evidence] }] };
    const { refused } = await model.verify({ ...forged, seal: sealOf(forged) });
    expect(refused).toEqual([
      "example 0, rest point: v[0] jumps, so that nothing has a slope in it",
    ]);
  });

  test("slopes that are told to be straight lines and bend", async () => {
    using model = await loadModel({ name: "m.ham", text: MEMORY });
    const certificate = await certified(model);
    const [example] = certificate.examples;
    expect(example.evidence[0]).not.toHaveProperty("exact");
    const evidence = [{ ...(example.evidence[0] as RestPointEvidence), exact: true as const }];
    const forged = { ...certificate, examples: [{ ...example, evidence }] };
    const { refused } = await model.verify({ ...forged, seal: sealOf(forged) });
    expect(refused).toEqual([
      "example 0, rest point: the slopes are no straight lines over this box",
    ]);
  });

  test("a fall of the energy that ends elsewhere", async () => {
    using model = await loadModel({ name: "m.ham", text: MEMORY });
    const certificate = await certified(model);
    const [example] = certificate.examples;
    const falling = example.evidence.find(({ kind }) => kind === "falling energy");
    if (falling?.kind !== "falling energy") throw new Error("no fall was found");
    const { steps, states, energies } = falling;
    expect(steps.length).toBeGreaterThan(2);
    const cut = {
      ...falling,
      steps: steps.slice(0, -1),
      states: states.slice(0, -1),
      energies: energies.slice(0, -1),
    };
    const forged = { ...certificate, examples: [{ ...example, evidence: [cut] }] };
    const { refused } = await model.verify({ ...forged, seal: sealOf(forged) });
    expect(refused.join()).toContain("the last state is the end");
  });

  test("a root of what may be below 0", () => {
    expect(power([-1, 4], 0.5)).toEqual([-Infinity, Infinity]);
    expect(power([0, 4], 0.5)).toEqual([0, 2]);
  });

  test("what is no certificate", async () => {
    using model = await loadModel({ name: "m.ham", text: MEMORY });
    for (const nothing of [{}, { certificate: "1.0", kind: "recall", examples: 3 }, []]) {
      const { accepted, refused } = await model.verify(nothing as unknown as RecallCertificate);
      expect(accepted).toBe(false);
      expect(refused.length).toBeGreaterThan(0);
    }
  });
});

test("a certificate leaves no tensors", async () => {
  using model = await loadModel({ name: "m.ham", text: MEMORY });
  await expectNoLeak(async () => {
    using result = await model.recall({ certificate: true });
    await model.verify(result.certificate!);
  });
});

test("what the checker refuses is told, and not given as evidence", async () => {
  using model = await loadModel({ name: "m.ham", text: MEMORY });
  const recall = model.recallNamed();
  using compiled = model.compileRecall();
  using result = await compiled.run({});
  // A recall that is mistaken: nothing is flat there.
  const clips = [{ energy: "memory", neuron: "v" }] as unknown as Outcome["clips"];
  const mistaken = { ...result, outcomes: result.outcomes.map((one) => ({ ...one, clips })) };
  const { graph, sizes } = model;
  const entries = new Map(
    graph.tensors.map((tensor) => [tensor, model.entries(tensor.name)] as const),
  );
  const certificate = await certify({ graph, sizes, entries }, recall, mistaken, {
    compiled,
    options: {},
  });
  const [{ evidence, uncertified }] = certificate.examples;
  expect(evidence.map(({ kind }) => kind)).toEqual(["falling energy"]);
  expect(uncertified).toContain('clipped: "memory" is not flat in "v"');
  expect((await model.verify(certificate)).refused).toEqual([]);
});
