// Recalls that meet a number that is not finite say which formula did it, where, and why.

import { loadModel } from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

async function faultsOf(text: string, starts: readonly (readonly number[])[] = [[1, 2]]) {
  using model = await loadModel({ name: "m.ham", text });
  const data = Float32Array.from(starts.flat());
  using result = await model.recall({ givens: { q: { shape: [starts.length, 2], data } } });
  return result.outcomes.map(({ ending, fault }) => ({ ending, fault }));
}

const MODEL = (energy: string, solver = "euler(dt = 0.1)", as = "identity { leak = off }") => `ham 1
dim D = 2
given q: [D]
neuron v: [D] as ${as}
${energy}
recall go { start v = q solver = ${solver} steps = 400 }
`;

test.each<[string, string, readonly number[], Readonly<Record<string, unknown>>]>([
  [
    "a logarithm below 0",
    "energy e = log(sum[i] v[i])",
    [0.2, 0.1],
    { kind: "value", formula: "log(sum[i] v[i])", argument: "sum[i] v[i]", place: "m.ham:5:12" },
  ],
  [
    "a root of something negative",
    "let far = sum[i] v[i] - 1\nenergy e = sqrt(far)",
    [0.2, 0.1],
    {
      kind: "value",
      formula: "sqrt(far)",
      argument: "sum[i] v[i] - 1",
      found: expect.closeTo(-0.7, 5),
      step: 0,
    },
  ],
  [
    "a division by 0",
    "energy e = 1 / v[0]",
    [0, 1],
    {
      kind: "value",
      formula: "1 / v[0]",
      argument: "v[0]",
      found: 0,
      step: 0,
      place: "m.ham:5:12",
    },
  ],
  [
    "a mean of nothing",
    "energy e = mean[i where v[i] > 9] v[i]^2",
    [1, 2],
    { kind: "empty", argument: "v[i] > 9", step: 0 },
  ],
  [
    "an exponential that is too large",
    "energy e = sum[i] exp(v[i])",
    [200, 1],
    { kind: "overflow", formula: "exp(v[i])", found: 200, step: 0 },
  ],
  [
    "a broken power at 0",
    "energy e = sum[i] v[i]^0.5",
    [0, 1],
    { kind: "slope", formula: "v[i]^0.5", found: 0, step: 1 },
  ],
  [
    "an energy without a floor",
    "energy e = -sum[i] v[i]^4",
    [1, 2],
    { kind: "unbounded", formula: null, part: { what: "energy", name: "e" } },
  ],
])("%s", async (_, energy, start, expected) => {
  const [{ ending, fault }] = await faultsOf(MODEL(energy), [start]);
  expect(ending).toBe("non-finite");
  expect(fault).toMatchObject(expected);
  expect(fault!.advice).not.toBe("");
});

test("a step that is too large is told from an energy without a floor", async () => {
  const [{ ending, fault }] = await faultsOf(MODEL("energy e = sum[i] v[i]^4", "euler(dt = 1)"));
  expect(ending).toBe("non-finite");
  expect(fault!.kind).toBe("step-too-large");
  expect(fault!.advice).toContain("smaller `dt`");
});

test("every example has a fault of its own, and nothing leaks", async () => {
  const text = MODEL("energy e = -log(v[0]) - v[1]^4");
  await expectNoLeak(async () => {
    const outcomes = await faultsOf(text, [
      [-1, 0],
      [1, 0],
      [1, 3],
    ]);
    expect(outcomes.map(({ ending, fault }) => [ending, fault?.kind, fault?.step])).toEqual([
      ["non-finite", "value", 0],
      ["max-steps", undefined, undefined],
      ["non-finite", "unbounded", expect.any(Number)],
    ]);
  });
});

test("a binary recall names what has no value", async () => {
  const text = `ham 1
dim D = 2
given q: [D]
neuron v: [D] as sign
energy e = log(sum[i] v[i])
recall go { start v = q solver = async steps = 20 }
`;
  const [{ ending, fault }] = await faultsOf(text, [[-1, -1]]);
  expect(ending).toBe("non-finite");
  expect(fault).toMatchObject({ kind: "value", formula: "log(sum[i] v[i])", found: -2 });
});
