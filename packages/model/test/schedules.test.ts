// At which times of a schedule solvers look: a layer that is pushed by a const that changes adds up
// the values of that const, by the rule of the solver, or flips with its sign.

import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

const STEPS = 11;
const DT = 0.1;
const push = (time: number) => 1 + 3 * Math.min(1, time) ** 2;

const RULES: Readonly<Record<string, (from: number, to: number) => number>> = {
  euler: (from) => push(from),
  heun: (from, to) => (push(from) + push(to)) / 2,
  rk4: (from, to) => (push(from) + 4 * push((from + to) / 2) + push(to)) / 6,
};

test.each(Object.entries(RULES))("%s adds up the schedule by its rule", async (name, rule) => {
  const text = `ham 1
dim N = 1
const c = 1
neuron v: [N] as identity { leak = off }
energy push = -c * v[0]
recall go { solver = ${name}(dt = ${DT}) steps = ${STEPS} schedule c = 1 + 3 * t^2 }
`;
  using model = await loadModel({ name: "m.ham", text });
  using result = await model.recall();
  const [end] = await [...result.states.values()][0].data();
  let expected = 0;
  for (let step = 0; step < STEPS; step++) {
    expected += DT * rule(step / (STEPS - 1), (step + 1) / (STEPS - 1));
  }
  expect(end).toBeCloseTo(expected, 5);
});

test.each(["sync", "async(order = cyclic)", "glauber(temperature = 0)"])(
  "%s flips by the value of its step",
  async (solver) => {
    const text = `ham 1
dim N = 1
const c = 1
neuron v: [N] as sign
energy push = -c * v[0]
recall go { solver = ${solver} steps = ${STEPS} schedule c = 0.55 - t record v }
`;
    using model = await loadModel({ name: "m.ham", text });
    using result = await model.recall();
    const [{ steps, activations }] = [...result.trajectories.values()];
    // Units without a start are low.
    const pushed = steps.slice(1).map((step) => Math.sign(0.55 - (step - 1) / (STEPS - 1)));
    expect([...(await activations.data())]).toEqual([-1, ...pushed]);
  },
);

test.each(["adaptive", "anderson"])(
  "%s goes on where the schedule alone raises the energy",
  async (solver) => {
    const text = `ham 1
dim N = 1
const c = 0
neuron v: [N] as identity { leak = off }
energy pull = 1/2 * (v[0] - c)^2 + 10 * c
recall go { solver = ${solver} steps = 200 schedule c = t }
`;
    using model = await loadModel({ name: "m.ham", text });
    using result = await model.recall();
    const [end] = await [...result.states.values()][0].data();
    expect(end).toBeGreaterThan(0.9);
  },
);

test("an energy that stops being a number ends a recall whose states are fine", async () => {
  // The level reaches exp(88.7), the largest float32, at t = 0.4436: in step 45 of 100.
  const text = `ham 1
dim N = 1
const c = 0
neuron v: [N] as identity { leak = off }
energy push = exp(c) - v[0]
recall go { solver = euler(dt = 0.1) steps = 101 schedule c = 200 * t }
`;
  using model = await loadModel({ name: "m.ham", text });
  using result = await model.recall();
  expect(result.outcomes[0]).toMatchObject({ ending: "non-finite", steps: 45 });
  expect(result.outcomes[0].fault).toMatchObject({ kind: "overflow", step: 45, formula: "exp(c)" });
});

test.each(["t", "1 - t", "(t - 0.5)^2"])(
  "a const that must be above 0 is not moved to 0, at either end or between: %s",
  async (schedule) => {
    const text = `ham 1
dim N = 1
const c: real > 0 = 1
neuron v: [N] as identity
energy push = -c * v[0]
recall go { solver = euler(dt = 0.1) steps = 11 schedule c = ${schedule} }
`;
    using model = await loadModel({ name: "m.ham", text });
    await expect(model.recall()).rejects.toMatchObject({ code: "ham/value-refused" });
    using other = await loadModel({ name: "m.ham", text: text.replace("real > 0", "real >= 0") });
    (await other.recall()).dispose();
  },
);
