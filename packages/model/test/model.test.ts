import { readdirSync, readFileSync } from "node:fs";
import { externs } from "@ham-community/vision";
import { writeNpy, writeNpz } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { loadModel, type ModelFiles } from "@hamlet/model";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

const TEXT = `ham 1
dim D, K
const beta: real > 0 = 4
data  xi: [K, D] from "xi.npy"
given query: [D]
neuron v: [D] as identity { leak = off }
energy lse = -1/beta * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2
recall settle {
  start v = query
  solver = euler(dt = 0.5)
  steps = 200
  stop when change < 1e-6
}
`;

/** Files that live in memory. */
function filesOf(contents: Readonly<Record<string, Uint8Array>>): ModelFiles {
  return {
    read: (path) => Promise.resolve(contents[path] ?? { path, folder: "memory", near: null }),
  };
}

const xi = Float32Array.of(1, 2, -1, -2);
const files = filesOf({ "xi.npy": writeNpy({ shape: [2, 2], dtype: "float32", data: xi }) });
const query = { shape: [2], data: Float32Array.of(0.6, 1.1) };

async function errorOf(promise: Promise<unknown>): Promise<HamError> {
  const error: unknown = await promise.then(
    () => new Error("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  if (!HamError.isInstance(error)) throw error;
  return error;
}

beforeAll(() => useBackend("wasm"));

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  test("a query comes back as the pattern it is near", async () => {
    await useBackend(backend);
    using model = await loadModel({ name: "m.ham", text: TEXT }, { files });
    using result = await model.recall({ givens: { query } });
    const [v] = [...result.activations.values()];
    expect([...(await v.data())].map((x) => Math.round(x * 1e4) / 1e4)).toEqual([1, 2]);
    expect(result.outcomes[0].ending).toBe("converged");
  });
});

test("one example and a batch of one are the same, as arrays or as tensors", async () => {
  using model = await loadModel({ name: "m.ham", text: TEXT }, { files });
  const tensor = tf.tensor2d([[0.6, 1.1]]);
  using one = await model.recall({ givens: { query } });
  using batch = await model.recall({ givens: { query: tensor } });
  expect(one.energies).toEqual(batch.energies);
  expect(tensor.isDisposed).toBe(false);
  tensor.dispose();
});

test("dims are found from files, and a let may use them before they are known", async () => {
  const text = TEXT.replace(
    "energy lse",
    "let half = 1/D\nenergy scaled = 0.5 * half * sum[i] v[i]\nenergy lse",
  );
  using model = await loadModel({ name: "m.ham", text }, { files });
  expect([...model.sizes].map(([dim, size]) => `${dim.name}=${size}`).sort()).toEqual([
    "D=2",
    "K=2",
  ]);
});

test("an array over one dim twice keeps its order", async () => {
  const text = TEXT.replace("[K, D] from", "[D, D] from").replace("m, i", "i, m");
  const given = { "xi.npy": writeNpy({ shape: [2, 2], dtype: "float32", data: xi }) };
  using model = await loadModel(
    { name: "m.ham", text: text.replace("dim D, K", "dim D") },
    { files: filesOf(given) },
  );
  expect([...model.entries("xi").data]).toEqual([...xi]);
});

test("the stored order of a file's axes is declared, not guessed", async () => {
  const turned = writeNpy({ shape: [2, 2], dtype: "float32", data: Float32Array.of(1, -1, 2, -2) });
  const text = TEXT.replace('from "xi.npy"', 'from "xi.npy" stored [D, K]');
  using model = await loadModel({ name: "m.ham", text }, { files: filesOf({ "xi.npy": turned }) });
  expect([...model.entries("xi").data]).toEqual([...xi]);
});

test("a file of 0 and 1 read as sign becomes -1 and +1, and any other value is named", async () => {
  const text = TEXT.replace("xi: [K, D]", "xi: sign[K, D]");
  const bits = (...data: number[]) =>
    filesOf({ "xi.npy": writeNpy({ shape: [2, 2], dtype: "uint8", data: Uint8Array.from(data) }) });
  using model = await loadModel({ name: "m.ham", text }, { files: bits(0, 1, 1, 0) });
  expect([...model.entries("xi").data]).toEqual([-1, 1, 1, -1]);
  const error = await errorOf(loadModel({ name: "m.ham", text }, { files: bits(0, 1, 7, 0) }));
  expect(error.message).toContain("`xi.npy` has 7 at [1, 0]");
});

test("a wrong key of an npz is answered with the keys it has", async () => {
  const npz = writeNpz(new Map([["patterns", { shape: [2, 2], dtype: "float32", data: xi }]]));
  const text = TEXT.replace('"xi.npy"', '"xi.npz#paterns"');
  const error = await errorOf(
    loadModel({ name: "m.ham", text }, { files: filesOf({ "xi.npz": npz }) }),
  );
  expect(error.message).toMatchInlineSnapshot(`
    "error[E0902] no_key: \`xi.npz\` has no array called \`paterns\`
     --> m.ham:4:23
    4 | data  xi: [K, D] from "xi.npz#paterns"
      |                       ^^^^^^^^^^^^^^^^
      = help: did you mean \`patterns\`? The file has: patterns"
  `);
});

test("a given of the wrong shape, or with another number of examples, is explained", async () => {
  const text = TEXT.replace(
    "energy lse",
    "given weight: [D]\nenergy bias = sum[i] weight[i] * v[i]\nenergy lse",
  );
  using model = await loadModel({ name: "m.ham", text }, { files });
  const three = { shape: [3], data: Float32Array.of(1, 2, 3) };
  const two = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
  expect(
    (await errorOf(model.recall({ givens: { query: three, weight: query } }))).message,
  ).toMatchInlineSnapshot(
    `""query" is [D = 2] for one example: expected the shape [2] or [B, 2], found [3]."`,
  );
  expect((await errorOf(model.recall({ givens: { query: two, weight: query } }))).message)
    .toMatchInlineSnapshot(`
    "The givens hold different numbers of examples:
      query: 2 examples
      weight: 1 examples
    Give each the same number."
  `);
  expect((await errorOf(model.recall({ givens: { qery: query } }))).message).toMatchInlineSnapshot(
    `"This model has no given called "qery". It has: query, weight."`,
  );
});

test("everything drawn follows from the seed and the name, not from the order of declarations", async () => {
  const draw = "const omega: [D] ~ normal(0, 1)\nenergy drawn = sum[i] omega[i] * v[i]\n";
  const before = TEXT.replace("given query", `${draw}given query`);
  const after = TEXT.replace("recall settle", `${draw}recall settle`);
  const omega = async (text: string, seed: number) => {
    using model = await loadModel({ name: "m.ham", text }, { files, seed });
    return [...model.entries("omega").data];
  };
  expect(await omega(before, 1)).toEqual(await omega(after, 1));
  expect(await omega(before, 1)).not.toEqual(await omega(before, 2));
});

test("loading, recalling and failing leak nothing", async () => {
  await expectNoLeak(async () => {
    using model = await loadModel({ name: "m.ham", text: TEXT }, { files });
    using result = await model.recall({ givens: { query } });
    expect(result.batch).toBe(1);
    await expect(model.recall()).rejects.toThrow("needs `query`");
    const three = { shape: [3], data: Float32Array.of(1, 2, 3) };
    await expect(model.recall({ givens: { query: three } })).rejects.toThrow("expected the shape");
  });
  await expectNoLeak(async () => {
    await errorOf(loadModel({ name: "m.ham", text: TEXT.replace("v[i]", "w[i]") }, { files }));
  });
});

test("a disposed model says so", async () => {
  const model = await loadModel({ name: "m.ham", text: TEXT }, { files });
  model.dispose();
  model.dispose();
  await expect(model.recall({ givens: { query } })).rejects.toThrow(
    'The model "m.ham" was disposed',
  );
});

const TESTS = `
test "a stored pattern stays" {
  feed query = xi[1, _]
  run settle
  expect overlap(v, xi[1, _]) > 0.999
  expect falling(energy) and converged and steps < 50
}
test "it turns into the other" {
  seed = 3
  feed query ~ normal(xi[0, _], 0.1)
  run settle
  expect close(v, xi[1, _], 0.5)
}
`;

describe("the tests of a file", () => {
  test("are reported one by one, with the numbers behind a failure", async () => {
    using model = await loadModel({ name: "m.ham", text: TEXT + TESTS }, { files });
    const seen: string[] = [];
    const reports = await model.runTests({ onTest: ({ title }) => seen.push(title) });
    expect(seen).toEqual(["a stored pattern stays", "it turns into the other"]);
    expect(reports.map(({ passed }) => passed)).toEqual([true, false]);
    const [failure] = reports[1].failures;
    expect(failure.text).toBe("close(v, xi[1, _], 0.5)");
    expect(failure.values.map(({ text }) => text)).toEqual(["largest difference"]);
    expect(failure.values[0].value).toBeCloseTo(4, 4);
  });

  test("with a seed of their own do not depend on the model's", async () => {
    const text = TEXT + TESTS.replace("close(v, xi[1, _], 0.5)", "overlap(query, xi[0, _]) > 1");
    const shown = async (seed: number) => {
      using model = await loadModel({ name: "m.ham", text }, { files, seed });
      return (await model.runTests())[1].failures[0].values;
    };
    expect(await shown(1)).toEqual(await shown(2));
  });

  test("draw entry by entry: signs, flipped truth values, bounds that differ", async () => {
    const text = `ham 1
dim D = 4000
given query: sign[D]
given mask: bool[D]
given level: [D]
neuron v: [D] as sign
energy pull = -sum[i] query[i] * v[i] * (1 + abs(level[i]))
recall settle {
  start v = query
  clamp v[i] where mask[i]
  solver = async(order = cyclic)
  steps = 4000
}
test "shares of the draws" {
  feed query ~ bernoulli(0.25)
  feed mask ~ flip(0, 0.1)
  feed level[i] ~ uniform(i, i + 1)
  run settle
  expect overlap(query, query) == 1 and overlap(v, query) == 1
  expect abs(mean[i] query[i] + 0.5) < 0.05
  expect abs(mean[i] mask[i] - 0.1) < 0.02
  expect max[i] abs(level[i] - i - 0.5) <= 0.5
}
`;
    using model = await loadModel({ name: "m.ham", text });
    const [report] = await model.runTests();
    expect(report.failures).toEqual([]);
    expect(report.expectations).toBe(4);
  });

  test("have as many examples as the files that they read, whatever a training has", async () => {
    const text = `ham 1
dim N = 2
given seen: [N] from "seen.npy"
given lesson: [N] from "lessons.npy"
neuron v: [N] as identity { leak = off }
energy pull = 1/2 * sum[i] (v[i] - seen[i])^2
recall follow { steps = 1 }
test "every example is its own" {
  run follow
  expect sum[i] seen[i] == 3
}
`;
    const rows = (...data: number[]) =>
      writeNpy({ shape: [data.length / 2, 2], dtype: "float32", data: Float32Array.from(data) });
    const arrays = {
      "seen.npy": rows(1, 2, 2, 1, 3, 0),
      "lessons.npy": rows(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    };
    const files = filesOf(arrays);
    using model = await loadModel({ name: "m.ham", text }, { files });
    const [report] = await model.runTests();
    expect(report.failures).toEqual([]);
    expect(report.examples).toBe(3);
    const both = text.replace("== 3", "== 3 + sum[i] lesson[i]");
    using other = await loadModel({ name: "m.ham", text: both }, { files });
    await expect(other.runTests()).rejects.toThrow("seen: 3 examples\n  lesson: 5 examples");
  });

  test("leak nothing", async () => {
    await expectNoLeak(async () => {
      using model = await loadModel({ name: "m.ham", text: TEXT + TESTS }, { files });
      await model.runTests();
    });
  });
});

test("an assertion that the data breaks stops the loading, with the numbers", async () => {
  const text = `${TEXT}\nassert K < D, "more patterns than dimensions"\n`;
  expect((await errorOf(loadModel({ name: "m.ham", text }, { files }))).message)
    .toMatchInlineSnapshot(`
    "error[E0807] assert_failed: more patterns than dimensions
      --> m.ham:15:8
    15 | assert K < D, "more patterns than dimensions"
       |        ^^^^^ 2 < 2 is false
       = note: K = 2 and D = 2 come from xi.npy"
  `);
});

describe("the examples", () => {
  const folder = new URL("../../../examples/", import.meta.url);
  const vision = {
    name: "@ham-community/vision",
    version: "1.2.0",
    source: {
      name: "@ham-community/vision/index.ham",
      text: readFileSync(new URL(import.meta.resolve("@ham-community/vision/index.ham")), "utf8"),
    },
    externs: new Map(Object.entries(externs)),
  };
  const disk: ModelFiles = {
    read: (path) => Promise.resolve(readFileSync(new URL(path, folder))),
    plugin: () => Promise.resolve({ found: "plugin", plugin: vision }),
  };
  test.each([
    "03a-dense-lse-dot.ham",
    "03b-dense-lse-euclid.ham",
    "10-weight-sharing.ham",
    "digits.ham",
  ])("%s converges downhill, to the same end on both backends", async (name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    const ends: Float32Array[] = [];
    for (const backend of NODE_BACKENDS) {
      await useBackend(backend);
      using model = await loadModel(
        { name, text },
        { files: disk, set: name === "digits.ham" ? ["K=200"] : [] },
      );
      using result = await model.recall();
      expect(new Set(result.outcomes.map(({ ending }) => ending))).toEqual(new Set(["converged"]));
      for (const outcome of result.outcomes) {
        expect(outcome.energyAfter).toBeLessThan(outcome.energyBefore);
        expect(outcome.firstIncrease).toBeNull();
      }
      ends.push(new Float32Array(await [...result.activations.values()][0].data()));
    }
    ends[0].forEach((value, i) => expect(Math.abs(value - ends[1][i])).toBeLessThan(1e-3));
  });

  // The plugin of example 09 is found on a disk, which is the command line's.
  const names = readdirSync(folder).filter(
    (name) => name.endsWith(".ham") && !name.startsWith("09"),
  );
  test.each(names)("%s passes its own tests, without a warning", async (name) => {
    await useBackend("wasm");
    const text = readFileSync(new URL(name, folder), "utf8");
    using model = await loadModel({ name, text }, { files: disk });
    expect(model.warnings).toEqual([]);
    const failed = (await model.runTests()).filter(({ passed }) => !passed);
    expect(failed).toEqual([]);
  });
});
