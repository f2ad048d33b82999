// Recalls that end where nothing pulls because a formula holds its floor: by every solver, as a
// test, and told apart from true minima.

import { FLIP_SOLVERS, SOLVERS } from "@hamlet/ham";
import { loadModel } from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

const SOLVER: Readonly<Record<string, string>> = {
  euler: "euler(dt = 0.1)",
  heun: "heun(dt = 0.1)",
  rk4: "rk4(dt = 0.1)",
  langevin: "langevin(dt = 0.1, temperature = 0)",
  glauber: "glauber(temperature = 0)",
};

/** A rectified memory of one pattern; started on its far side nothing pulls. */
const RECTIFIED = (solver: string, lagrangian: string) => `ham 1
dim D = 3
given start: [D]
neuron v: [D] as ${lagrangian}
energy memory = -relu(sum[i] v[i])^2
recall go { start v = start solver = ${solver} steps = 60 stop when change < 1e-6 }
`;

/** Two layers whose synapse leaves out every pair. */
const MASKED = `ham 1
dim D = 3
given start: [D]
given on: bool
param W: [D, D] = 0.3
neuron v: [D] as tanh
neuron h: [D] as tanh
energy pairs = -sum[i, j where on] W[i, j] * v[i] * h[j]
recall go { start v = start solver = alternate steps = 60 stop when change < 1e-6 }
`;

async function endOf(text: string, givens: Readonly<Record<string, readonly number[]>>) {
  using model = await loadModel({ name: "m.ham", text });
  const entries = Object.entries(givens).map(([name, data]) => [
    name,
    { shape: data.length === 1 ? [] : [data.length], data: Float32Array.from(data) },
  ]);
  using result = await model.recall({ givens: Object.fromEntries(entries) });
  return result.outcomes[0];
}

describe.each([...SOLVERS.keys(), ...FLIP_SOLVERS])("by %s", (name) => {
  const solver = SOLVER[name] ?? name;
  const smooth = name === "cccp" ? "identity" : "identity { leak = off }";
  const lagrangian = FLIP_SOLVERS.includes(name) ? "sign" : smooth;
  const text = name === "alternate" ? MASKED : RECTIFIED(solver, lagrangian);

  test("a state that no energy pulls is clipped, not converged", async () => {
    const { ending, clips } = await endOf(
      text,
      name === "alternate" ? { start: [-1, -1, -1], on: [0] } : { start: [-1, -1, -1] },
    );
    expect(ending).toBe("clipped");
    expect(clips[0]).toEqual(
      name === "alternate"
        ? {
            energy: "pairs",
            neuron: "v",
            formula: "sum[i, j where on] W[i, j] * v[i] * h[j]",
            place: "m.ham:8:17",
            kind: "guard",
          }
        : {
            energy: "memory",
            neuron: "v",
            formula: "relu(sum[i] v[i])",
            place: "m.ham:5:18",
            kind: "floor",
          },
    );
  });

  test("a state that is pulled is not", async () => {
    const { ending, clips } = await endOf(
      text,
      name === "alternate" ? { start: [1, 1, 1], on: [1] } : { start: [0.1, 0.1, 0.1] },
    );
    expect(ending).not.toBe("clipped");
    expect(clips).toEqual([]);
  });
});

const DRDAM = (energy: string) => `ham 1
dim D = 8
dim K = 4
dim Y = 256
const beta = 50
const xi: [K, D] ~ normal(0, 1)
const omega: [Y, D] ~ normal(0, 1)
given query: [D]
neuron v: [D] as identity { leak = off }
${energy}
recall go { start v = query solver = euler(dt = 0.01) steps = 100 stop when change < 1e-6 }
test "far away" { feed query = 3 run go expect converged }
`;

describe("random features below their floor", () => {
  test.each([
    [
      "by the hypersynapse",
      "connect memory: drdam(v, xi = xi, omega = omega, beta = beta, eps = 1e-3)",
      null,
    ],
    [
      "by their formula",
      `let phase[y] = sqrt(beta) * sum[i] omega[y, i] * v[i]
let stored[m, y] = sqrt(beta) * sum[i] omega[y, i] * xi[m, i]
let h = 1/Y * sum[y] (cos(phase[y]) * sum[m] cos(stored[m, y]) + sin(phase[y]) * sum[m] sin(stored[m, y]))
energy memory = -1/beta * log(max(h, 1e-3))`,
      "max(h, 1e-3)",
    ],
  ])("are clipped, %s", async (_, energy, formula) => {
    using model = await loadModel({ name: "m.ham", text: DRDAM(energy) });
    const xi = [...model.entries("xi").data];
    // Half of the queries are stored patterns, half are far from all: the features see noise there.
    const count = 24;
    const data = Float32Array.from({ length: count * 8 }, (_entry, k) =>
      k < (count / 2) * 8 ? xi[k % 32] : 3 + Math.sin(k),
    );
    const query = { shape: [count, 8], data };
    // From the first run on the model has its compiled recall.
    (await model.recall({ givens: { query } })).dispose();
    await expectNoLeak(async () => {
      using result = await model.recall({ givens: { query } });
      result.outcomes.forEach(({ ending, clips, energyBefore, energyAfter }, b) => {
        const floor = energyAfter > -Math.log(1.0001e-3) / 50;
        expect([b, ending === "clipped"]).toEqual([b, floor]);
        expect(clips).toHaveLength(floor ? 1 : 0);
        if (formula !== null && floor) expect(clips[0].formula).toBe(formula);
        if (b < 12) expect(ending).not.toBe("clipped");
        expect(energyAfter).toBeLessThanOrEqual(energyBefore + 1);
      });
      const clipped = result.outcomes.filter(({ ending }) => ending === "clipped");
      expect(clipped.length).toBeGreaterThan(1);
      expect(clipped.length).toBeLessThan(13);
    });
  });
});

const BUMPS = (energy: string) => `ham 1
dim D = 2
given start: [D]
neuron v: [D] as identity { leak = off }
energy e = ${energy}
recall go { start v = start solver = euler(dt = 0.1) steps = 500 stop when change < 1e-6 }
`;
const KERNEL = "-log(max(1 - sum[i] v[i]^2, 1e-6))";

test.each<[string, string, readonly number[], string]>([
  ["outside of a kernel of compact support", KERNEL, [2, 0], "clipped"],
  ["inside of it", KERNEL, [0.3, 0.2], "converged"],
  ["exactly in its middle", KERNEL, [0, 0], "converged"],
  ["where a penalty is nowhere due", "sum[i] relu(v[i] - 1)^2", [0.5, 0.2], "converged"],
])("%s a recall ends as it should", async (_, energy, start, ending) => {
  expect((await endOf(BUMPS(energy), { start })).ending).toBe(ending);
});

test("a floor that holds in one of two energies does not stop the other", async () => {
  const text = BUMPS(KERNEL).replace("recall", "energy pull = sum[i] (v[i] - 3)^2\nrecall");
  expect((await endOf(text, { start: [2, 2] })).ending).toBe("converged");
});

test("nor does one in two energies that both have floors", async () => {
  const aside = "-log(max(1 - sum[i] (v[i] - 3)^2, 1e-6))";
  const text = BUMPS(KERNEL).replace("recall", `energy aside = ${aside}\nrecall`);
  expect(await endOf(text, { start: [3.2, 2.9] })).toMatchObject({
    ending: "converged",
    clips: [],
  });
  const between = await endOf(text, { start: [1.5, 1.5] });
  expect(between.ending).toBe("clipped");
  expect(between.clips.map(({ energy }) => energy)).toEqual(["e", "aside"]);
});

test("of floors inside of each other the outermost that holds is told", async () => {
  // Were the inner one let go a little, both would be.
  const energy = BUMPS("-max(relu(sum[i] v[i]), 0.01)^2");
  const { clips } = await endOf(energy, { start: [-1, -1] });
  expect(clips.map(({ formula }) => formula)).toEqual(["max(relu(sum[i] v[i]), 0.01)"]);
});

test("what a clamp holds does not count as pulled", async () => {
  const text = BUMPS("-sum[i] relu(v[i])^2").replace("solver", "clamp v[i] where i == 0 solver");
  const { ending, clips } = await endOf(text, { start: [1, -1] });
  expect(ending).toBe("clipped");
  expect(clips.map(({ formula }) => formula)).toEqual(["relu(v[i])"]);
  expect((await endOf(text, { start: [1, 1] })).clips).toEqual([]);
  // What the clamp itself keeps below the floor is no fault of the others.
  const penalty = BUMPS("-relu(v[0])^2 + relu(v[1])^2").replace(
    "solver",
    "clamp v[i] where i == 0 solver",
  );
  expect((await endOf(penalty, { start: [-1, -1] })).ending).toBe("converged");
});

/** Recalls that are in a dead zone when their steps run out, and do not stand still. */
test.each<[string, string, string, readonly number[]]>([
  [
    "a layer whose leak carries it through a dead zone to a well",
    `neuron v: [D] as identity\nenergy e = ${KERNEL}`,
    "euler(dt = 0.1) steps = 5",
    [3, 0],
  ],
  [
    "noise",
    `neuron v: [D] as identity { leak = off }\nenergy e = ${KERNEL}`,
    "langevin(dt = 0.1, temperature = 1) steps = 5",
    [3, 0],
  ],
  [
    "another layer that will let go of the floor",
    `neuron v: [D] as identity { leak = off }
neuron h: [D] as identity { tau = 5 }
energy e = -relu(sum[i] v[i] + h[0])
energy drive = -sum[i] 3 * h[i]`,
    "euler(dt = 0.1) steps = 3",
    [-0.5, -0.5],
  ],
  [
    "a flip that lowers the energy",
    `neuron v: [D] as sign\nenergy e = -relu(sum[i] v[i])`,
    "async(order = cyclic) steps = 1",
    [1, -1],
  ],
  [
    "hot flips",
    `neuron v: [D] as sign\nenergy e = -relu(sum[i] v[i])`,
    "glauber(temperature = 50) steps = 1",
    [-1, -1],
  ],
])("what is still moved by %s is not clipped", async (_, model, solver, start) => {
  const text = `ham 1\ndim D = 2\ngiven q: [D]\n${model}\nrecall go { start v = q solver = ${solver} }\n`;
  const { ending, clips } = await endOf(text, { q: start });
  expect(ending).toBe("max-steps");
  expect(clips).toHaveLength(1);
});

test("a failed test says that its recall ended clipped", async () => {
  const text = `${BUMPS(KERNEL)}test "far" { feed start = 2 run go expect converged }\n`;
  using model = await loadModel({ name: "m.ham", text });
  const [{ failures }] = await model.runTests();
  expect(failures).toEqual([{ text: "converged", values: [], example: 0, ending: "clipped" }]);
});
