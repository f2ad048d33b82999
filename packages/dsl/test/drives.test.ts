// Drives: what is proven of models with them, and the same model as data, as text and as a program.

import {
  certify,
  evaluate,
  explain,
  explainLatex,
  explainText,
  exportJax,
  exportOnnx,
  exportOnnxRecall,
  fromJson,
  modelId,
  printJson,
  toJson,
  velocities,
  verifyGraph,
} from "@hamlet/graph";
import { toHam } from "@hamlet/dsl/write";
import { describe, expect, test } from "vitest";
import { checked } from "./checking.ts";

function graphOf(text: string) {
  const { graph, diagnostics } = checked({ name: "m.ham", text: `ham 1\n${text}` });
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return graph;
}

const claims = (text: string) => {
  const { monotone, holds } = certify(graphOf(text));
  return { monotone: monotone["go"], holds: holds?.["go"] };
};

const HEAD = `dim N = 3
const W: [N, N] ~ normal(0, 1)
given query: [N]
`;
const euler = "recall go { start v = query solver = euler(dt = 0.1) }";

describe("the certificate of a driven model", () => {
  test("refuses a falling energy, and holds states bounded where what moves them is", () => {
    expect(
      claims(`${HEAD}neuron v: [N] as tanh\ndrive v[i] = sum[j] W[i, j] * before v[j]\n${euler}`),
    ).toEqual({
      monotone: "no: nothing says that the drive of v leads downhill",
      holds: "proven: the states of v stay bounded, for steps that are small enough",
    });
  });

  test("holds what a bounded layer moves bounded, also a slow trace of it", () => {
    const text = `${HEAD}neuron v: [N] as tanh\nneuron trace: [N] as identity { tau = 8 }
drive v[i] = sum[j] W[i, j] * trace[j]^3\ndrive trace[i] = v[i]\n${euler}`;
    expect(claims(text).holds).toBe(
      "proven: the states of v, trace stay bounded, for steps that are small enough",
    );
  });

  test("holds nothing where states may run away", () => {
    const linear = `${HEAD}neuron v: [N] as identity\ndrive v[i] = sum[j] W[i, j] * v[j]\n${euler}`;
    expect(claims(linear).holds).toBe("unknown: what moves v is not known to be bounded");
    const bare = linear.replace("as identity", "as tanh { leak = off }");
    expect(claims(bare).holds).toMatch(/^unknown: v has no energy of its own/);
  });

  test("says of a chain that energies fall once what drives them rests", () => {
    const text = `${HEAD}neuron v: [N] as tanh\nneuron w: [N] as tanh
energy own = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]
@allow(half_of_weights_idle)
energy other = -1/2 * sum[i, j] W[i, j] * w[i] * w[j]
drive w[i] = sum[j] W[i, j] * v[j]\n${euler}`;
    expect(claims(text)).toEqual({
      monotone: "no: nothing says that the drive of w leads downhill",
      holds:
        "proven: once what drives w rests, E - drive * x falls; for steps that are small enough",
    });
    // An energy of both leads back from w to what drives it.
    const joined = `${text}\nenergy both = -sum[i] v[i] * w[i]`;
    expect(claims(joined).holds).toMatch(/^proven: the states of v, w stay bounded/);
    // Where it is held, nothing is driven.
    const held = text.replace("start v = query", "start v = query clamp w");
    expect(claims(held)).toEqual({
      monotone: "proven: for steps that are small enough",
      holds: undefined,
    });
  });

  test("says of units that turn at once that they repeat, and of others nothing", () => {
    const text = (solver: string) => `${HEAD}neuron v: [N] as sign
drive v[i] = sum[j] W[i, j] * v[j]\nrecall go { start v = query solver = ${solver} }`;
    expect(claims(text("sync")).holds).toBe(
      "proven: states rest or repeat in the end, for there are finitely many and each says the next",
    );
    expect(claims(text("async")).holds).toMatch(/^unknown: /);
    expect(claims(text("glauber(temperature = 1)")).holds).toBe("no: noise moves it, too");
  });
});

const DELAYED = `dim N = 3, K = 2
data W: [N, N] from "w.npy"
given query: [N] from "q.npy"
neuron v: [N] as tanh(beta = 2)
neuron slow: [K] as identity { tau = 4 }
param U: [K, N] ~ normal(0, 1)
energy hold = -sum[i] v[i]^4
drive v[i] = sum[j] W[i, j] * before v[j]^2 + sum[k] U[k, i] * before slow[k]
drive slow[k] = sum[i] U[k, i] * v[i]
drive slow[k] = 1/2
recall go { start v = query solver = euler(dt = 0.1) steps = 10 }
`;

describe("a model with a past", () => {
  const graph = graphOf(DELAYED);

  test("is a graph that keeps its rules, and one that does not is told", () => {
    expect(verifyGraph(graph)).toEqual([]);
    const [drive] = graph.drives!;
    const stray = { ...drive, neuron: { ...drive.neuron } };
    expect(verifyGraph({ ...graph, drives: [stray] })).toEqual([
      { path: "drives[0]", what: 'mentions "v", which is not a neuron of the graph' },
    ]);
    const open = { ...drive, indices: [] };
    expect(verifyGraph({ ...graph, drives: [open] })[0]).toMatchObject({ path: "drives[0].value" });
  });

  test("is the same after JSON, and after text", () => {
    const text = printJson(toJson(graph));
    const back = fromJson(text).graph;
    expect(modelId(back)).toBe(modelId(graph));
    expect(printJson(toJson(back))).toBe(text);
    expect(modelId(graphOf(toHam(graph).replace("ham 1\n", "")))).toBe(modelId(graph));
    // Without its drives it is another model.
    expect(modelId({ ...graph, drives: [] })).not.toBe(modelId(graph));
  });

  test("moves by its drives beside the slope of its energy", () => {
    const tensors = new Map(
      [...graph.tensors, ...graph.neurons.flatMap((n) => [n.state, n.activation, n.before])].map(
        (tensor, n) => {
          const count = tensor.axes.reduce((all, { name }) => all * (name === "N" ? 3 : 2), 1);
          return [tensor, Float64Array.from({ length: count }, (_, k) => Math.sin(7 * n + k + 1))];
        },
      ),
    );
    const named = (name: string) => [...tensors].find(([tensor]) => tensor.name === name)![1];
    const [v, slow] = graph.neurons;
    const [W, U] = [named("W"), named("U")];
    const [x, hat, past] = [v.state, v.activation, v.before].map((tensor) => tensors.get(tensor)!);
    const [y, pastOfSlow] = [slow.state, slow.before].map((tensor) => tensors.get(tensor)!);
    const found = [...velocities(graph).values()].map(({ value, indices }) =>
      Array.from(evaluate(value, { tensors }, indices).data),
    );
    [0, 1, 2].forEach((i) => {
      let expected = -x[i] + 4 * hat[i] ** 3;
      [0, 1, 2].forEach((j) => (expected += W[3 * i + j] * past[j] ** 2));
      [0, 1].forEach((k) => (expected += U[3 * k + i] * pastOfSlow[k]));
      expect(found[0][i]).toBeCloseTo(expected, 12);
    });
    [0, 1].forEach((k) => {
      let expected = -y[k] + 1 / 2;
      [0, 1, 2].forEach((i) => (expected += U[3 * k + i] * hat[i]));
      expect(found[1][k]).toBeCloseTo(expected / 4, 12);
    });
  });

  test("is explained with its past", () => {
    expect(explainText(explain(graph))).toContain("before v[j]^2");
    expect(explainLatex(explain(graph))).toContain("{\\hat{v}^{-}_{j}}^{2}");
  });

  test("is not exported, and says which layer is in the way", async () => {
    const [recall] = graph.recalls;
    const refusal = /cannot be exported to (?:JAX|ONNX): a drive reads "before v"/;
    expect(() => exportJax(graph)).toThrow(refusal);
    await expect(exportOnnx(graph)).rejects.toThrow(refusal);
    await expect(exportOnnxRecall(graph, recall)).rejects.toThrow(refusal);
  });

  test("is exported where it looks at the states of now alone", async () => {
    const now = graphOf(DELAYED.replaceAll("before ", ""));
    expect(exportJax(now, { recall: "go" })).toContain("tau dx/dt = -dE/dxhat + drive");
    expect((await exportOnnx(now)).length).toBeGreaterThan(0);
  });
});
