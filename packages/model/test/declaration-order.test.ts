// A recall of two binary layers does not depend on which of them is declared first.

import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

const LAYERS = ["neuron v: [D] as sign", "neuron h: [H] as sign"];
const COUNT = 16;

const text = (layers: readonly string[], solver: string, patterns: number) => `ham 1
dim D = 9
dim H = 6
dim K = ${patterns}
const p: [K, D] ~ normal(0, 1)
const c: [K, H] ~ normal(0, 1)
given q: [D]
${layers.join("\n")}
energy pairs = -sum[m] (sum[i] p[m, i] * v[i]) * (sum[j] c[m, j] * h[j])
recall go { start v = q solver = ${solver} steps = 400 }
`;

async function ends(layers: readonly string[], solver: string, patterns = 2) {
  using model = await loadModel({ name: "m.ham", text: text(layers, solver, patterns) });
  const p = model.entries("p").data;
  // Half of the cues are the signs of patterns, half are others.
  const data = Float32Array.from({ length: COUNT * 9 }, (_, k) =>
    k < (COUNT / 2) * 9 ? Math.sign(p[k % (patterns * 9)]) : Math.sign(Math.sin(k * k + 1)),
  );
  using result = await model.recall({ givens: { q: { shape: [COUNT, 9], data } } });
  const states = new Map<string, number[]>();
  for (const [neuron, layer] of result.activations)
    states.set(neuron.name, [...(await layer.data())]);
  return { v: states.get("v")!, h: states.get("h")!, cues: [...data], outcomes: result.outcomes };
}

describe.each([
  "async",
  "async(order = cyclic)",
  "async(order = random)",
  "sync",
  "glauber(temperature = 0.5)",
])("by %s", (solver) => {
  test("both orders give the same states", async () => {
    const [one, other] = [await ends(LAYERS, solver), await ends(LAYERS.toReversed(), solver)];
    expect(other.v).toEqual(one.v);
    expect(other.h).toEqual(one.h);
    expect(other.outcomes.map(({ ending, steps }) => [ending, steps])).toEqual(
      one.outcomes.map(({ ending, steps }) => [ending, steps]),
    );
  });

  test("the layer with the cue keeps a cue that it has stored", async () => {
    if (solver.startsWith("glauber")) return;
    const { v, cues } = await ends(LAYERS, solver, 1);
    expect(v.slice(0, (COUNT / 2) * 9)).toEqual(cues.slice(0, (COUNT / 2) * 9));
  });
});
