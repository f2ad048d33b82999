// What is said of data when a model is loaded is said of givens that are handed to a recall.

import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => useBackend("cpu"));

const TEXT = `ham 1
dim N = 2
const M: [N, N] = [[1, 2], [2, 1]]
given W: [N, N] = [[[0, 1], [1, 0]]]
given P: [N, N] = [[[0, 1], [1, 0]]]
given label: int = [0]
given cue: [N] = [[0, 1]]
neuron v: [N] as tanh
neuron h: [N] as softmax
energy pull = -sum[i, j] W[i, j] * v[i] * v[j]
energy masked = -sum[i, j] M[i, j] * P[i, j] * v[i] * v[j]
energy chosen = -sum[m where m == label] h[m] * v[m]
recall go { start v = 1 clamp h = cue steps = 2 }
test "fed" { feed cue = 3 feed label = 1 expect steps == 2 }
`;

/** Givens of examples, each as it should be but for what is said otherwise. */
function givensOf(examples: readonly Readonly<Record<string, readonly number[]>>[]) {
  const EVEN = { W: [0, 1, 1, 0], P: [0, 1, 1, 0], label: [0], cue: [0, 1] };
  const SHAPES = { W: [2, 2], P: [2, 2], label: [], cue: [2] };
  return Object.fromEntries(
    Object.entries(EVEN).map(([name, even]) => {
      const shape = [examples.length, ...SHAPES[name as keyof typeof SHAPES]];
      return [name, { shape, data: examples.flatMap((one) => one[name] ?? even) }];
    }),
  );
}

const LEFT = [0, 1, 3, 0];

test.each<[string, readonly Readonly<Record<string, readonly number[]>>[], readonly string[]]>([
  ["what is as it should be", [{ cue: [0.5, 0.5] }], []],
  ["couplings", [{ W: LEFT }], ["W0611 `W` is"]],
  ["the second of two examples", [{}, { W: LEFT }], ["W0611 `W` is"]],
  ["couplings of a product", [{}, { P: LEFT }], ["W0611 `M[i, j] * P[i, j]` is"]],
  ["a position", [{ label: [2] }], ["W0612 `label` is"]],
  ["a pin", [{}, { cue: [0, 3] }], ["W0617 the clamp holds `h`"]],
])("%s", async (_, examples, expected) => {
  using model = await loadModel({ name: "m.ham", text: TEXT });
  expect(model.warnings).toEqual([]);
  const before = tf.memory().numTensors;
  for (let again = 0; again < 2; again++) {
    using result = await model.recall({ givens: givensOf(examples) });
    const said = result.warnings.map(({ code, message }) => `${code} ${message}`);
    expect(said.map((text, i) => text.slice(0, expected[i]?.length))).toEqual(expected);
  }
  expect(tf.memory().numTensors).toBe(before);
});

test.each<[string, Readonly<Record<string, readonly number[]>>, readonly string[]]>([
  ["what is as it should be", {}, []],
  ["couplings", { W: LEFT }, ["W0611 `W` is"]],
  ["couplings of a product", { P: LEFT }, ["W0611 `M[i, j] * P[i, j]` is"]],
  ["a position", { label: [2] }, ["W0612 `label` is"]],
])("energies and searches are told of %s as recalls are", async (_, example, expected) => {
  using model = await loadModel({ name: "m.ham", text: TEXT });
  const before = tf.memory().numTensors;
  const given = givensOf([example]);
  const { cue: __, ...ofEnergy } = given;
  const few = { givens: ofEnergy, starts: 2 };
  const answers = [
    await model.energies({ givens: given }),
    await model.fixedPoints(few),
    await model.atlas(few),
  ];
  for (const { warnings } of answers) {
    const said = warnings.map(({ code, message }) => `${code} ${message}`);
    expect(said.map((text, i) => text.slice(0, expected[i]?.length))).toEqual(expected);
  }
  expect(tf.memory().numTensors).toBe(before);
});

test("a pin is told where the recall is that holds it", async () => {
  using model = await loadModel({ name: "m.ham", text: TEXT });
  const { warnings } = await model.energies({ givens: givensOf([{ cue: [0, 3] }]) });
  expect(warnings.map(({ code }) => code)).toEqual(["W0617"]);
});

test("what stands in the file was judged when it was loaded", async () => {
  using model = await loadModel({ name: "m.ham", text: TEXT.replace("[[0, 1]]", "[[0, 3]]") });
  expect(model.warnings.map(({ code }) => code)).toEqual(["W0617"]);
  using result = await model.recall();
  expect(result.warnings).toEqual([]);
});

test("what may be is not told, and what a test feeds is", async () => {
  const allowed = TEXT.replace("given W", "@allow(asymmetric)\ngiven W");
  using model = await loadModel({ name: "m.ham", text: allowed });
  using result = await model.recall({ givens: { W: { shape: [1, 2, 2], data: LEFT } } });
  expect(result.warnings).toEqual([]);
  const [report] = await model.runTests();
  expect(report.passed).toBe(true);
  expect(report.warnings.map(({ code }) => code)).toEqual(["W0617"]);
});
