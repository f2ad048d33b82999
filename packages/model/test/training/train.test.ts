// Training a model from its file: what is learned, what a checkpoint brings back, and what is said
// when something is wrong.

import { key, normal, readCheckpoint, readSafetensors, writeNpy } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import type { TrainProgress } from "@hamlet/ham";
import { loadModel, type Model, type ModelFiles, type ModelTrainOptions } from "@hamlet/model";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";

const TEXT = `ham 1
dim D = 4, K = 3
given image: [D] from "image.npy"
given noisy: [D]
param beta: real > 0 = 2
param xi: [K, D] ~ normal(0, 0.5)
param frozen: [D] ~ normal(0, 0.1)
param idle: [D] = 1
neuron v: [D] as identity { leak = off }
energy lse = -1/beta * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2
energy push = -sum[i] frozen[i] * v[i]
recall clean {
  start v = noisy
  solver = euler(dt = 0.5)
  steps = 6
}
train fit {
  unroll = clean
  feed noisy ~ normal(image, 0.3)
  loss = mean[i] (v[i] - image[i])^2
  optimiser = adamw(lr = 0.05, decay = 0.001)
  batch = 4
  epochs = 4
  freeze = [frozen]
  clip = 2
}
`;

const COUNT = 14;
/** Around three corners. */
const IMAGES = Float32Array.from(normal(key(3), COUNT * 4), (x, k) => {
  const corner = Math.floor(k / 4) % 3;
  return 0.1 * x + (k % 4 === corner ? 2 : -1);
});
const contents: Record<string, Uint8Array> = {
  "image.npy": writeNpy({ shape: [COUNT, 4], dtype: "float32", data: IMAGES }),
  "other.npy": writeNpy({ shape: [3, 4], dtype: "float32", data: IMAGES.slice(0, 12) }),
};
const files: ModelFiles = {
  read: (path) => Promise.resolve(contents[path] ?? { path, folder: "memory", near: null }),
};
const load = (text = TEXT, set: string[] = []) =>
  loadModel({ name: "m.ham", text }, { files, set });
const NAMES = ["beta", "xi", "frozen", "idle"];

async function errorOf(promise: Promise<unknown>): Promise<HamError> {
  const error: unknown = await promise.then(
    () => new Error("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  if (!HamError.isInstance(error)) throw error;
  return error;
}

/** What a training leaves behind as plain data, with its last checkpoint. */
async function trained(options: ModelTrainOptions = {}, text = TEXT, set: string[] = []) {
  using model = await load(text, set);
  const checkpoints: Uint8Array[] = [];
  using result = await model.train({
    ...options,
    onCheckpoint: (bytes) => void checkpoints.push(bytes),
  });
  const { ending, steps, epochs, losses, validation } = result;
  const params = Object.fromEntries(NAMES.map((name) => [name, [...model.entries(name).data]]));
  const last = await result.checkpoint();
  return { ending, steps, epochs, losses, validation, params, checkpoints, last };
}

beforeAll(() => useBackend("wasm"));

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  test("the loss falls, frozen and idle params stay, bounds hold", async () => {
    await useBackend(backend);
    const found = await expectNoLeak(() => trained({ epochs: 20, validation: 0.2 }));
    expect(found).toMatchObject({ ending: "finished", steps: 60, epochs: 20 });
    expect(found.losses).toHaveLength(60);
    expect(found.validation.map(({ step }) => step)).toEqual([
      0,
      ...Array.from({ length: 20 }, (_, e) => 3 * (e + 1)),
    ]);
    expect(found.validation.at(-1)!.loss).toBeLessThan(found.validation[0].loss / 2);
    using fresh = await load();
    for (const name of ["frozen", "idle"]) {
      expect(found.params[name]).toEqual([...fresh.entries(name).data]);
    }
    expect(found.params.xi).not.toEqual([...fresh.entries("xi").data]);
    expect(found.params.beta[0]).not.toBe(2);
    expect(found.params.beta[0]).toBeGreaterThan(0);
  });

  test("going on from any checkpoint gives the same bits as not stopping", async () => {
    await useBackend(backend);
    await expectNoLeak(async () => {
      const whole = await trained({ validation: 0.2 });
      for (const resume of whole.checkpoints.slice(0, 3)) {
        const rest = await trained({ validation: 0.2, resume });
        expect(rest.params).toEqual(whole.params);
        expect(rest.losses).toEqual(whole.losses);
        expect(rest.validation).toEqual(whole.validation);
        expect(rest.last).toEqual(whole.last);
      }
    });
  });
});

test("a training that is stopped says so, and goes on to the same bits", async () => {
  await expectNoLeak(async () => {
    const whole = await trained();
    const signal = { aborted: false };
    const onProgress = ({ done }: TrainProgress) => (signal.aborted = done >= 6);
    const stopped = await trained({ signal, onProgress });
    expect(stopped).toMatchObject({ ending: "aborted", steps: 6, epochs: 1.5 });
    expect(stopped.checkpoints.at(-1)).toEqual(stopped.last);
    expect(readCheckpoint(stopped.last).step).toBe(6);
    const rest = await trained({ resume: stopped.checkpoints.at(-1)! });
    expect(rest.params).toEqual(whole.params);
    expect(rest.last).toEqual(whole.last);
  });
});

test("more epochs may follow, and the seed of the checkpoint stays", async () => {
  const long = await trained({ epochs: 3 });
  const { last } = await trained({ epochs: 1 });
  using model = await loadModel({ name: "m.ham", text: TEXT }, { files, seed: 0 });
  using result = await model.train({ epochs: 3, resume: last });
  expect(result.losses).toEqual(long.losses);
  using other = await loadModel({ name: "m.ham", text: TEXT }, { files, seed: 9 });
  using drawn = await other.train({ epochs: 1 });
  expect(drawn.losses).not.toEqual(long.losses.slice(0, 4));
});

test.each(["implicit", "equilibrium"])("by %s the loss falls as well", async (gradient) => {
  // Memories far enough apart that there is more than one place to rest.
  const text = TEXT.replace("  clip = 2", `  gradient = ${gradient}`)
    .replace("xi: [K, D] ~ normal(0, 0.5)", "xi: [K, D] ~ normal(0, 2)")
    .replace("steps = 6", "steps = 60");
  const { validation } = await expectNoLeak(() => trained({ epochs: 20, validation: 0.2 }, text));
  expect(validation.at(-1)!.loss).toBeLessThan(validation[0].loss / 2);
});

test("after a training the model recalls with what it learned, and its file brings that back", async () => {
  using model = await load();
  const energyOf = async (one: Model) => {
    using result = await one.recall({
      givens: { noisy: { shape: [4], data: IMAGES.slice(0, 4) } },
    });
    return result.outcomes[0].energyAfter;
  };
  const before = await energyOf(model);
  (await model.train()).dispose();
  const after = await energyOf(model);
  expect(after).not.toBe(before);
  contents["trained.safetensors"] = model.paramsFile();
  expect([...readSafetensors(contents["trained.safetensors"]).arrays.keys()]).toEqual(NAMES);
  const again = { files, params: "trained.safetensors" };
  using loaded = await loadModel({ name: "m.ham", text: TEXT }, again);
  expect(await energyOf(loaded)).toBe(after);

  const renamed = TEXT.replaceAll("xi", "memories");
  const error = await errorOf(loadModel({ name: "m.ham", text: renamed }, again));
  expect(error.message).toBe(
    'trained.safetensors holds "xi", which is no param of this model. Its params: beta, memories, frozen, idle.',
  );
  const wider = await errorOf(loadModel({ name: "m.ham", text: TEXT }, { ...again, set: ["K=5"] }));
  expect(wider.message).toBe(
    '"xi" is [K = 5, D = 4], but the params file holds the shape [3, 4]. Set the sizes that it was trained with.',
  );
  const missing = await errorOf(loadModel({ name: "m.ham", text: TEXT }, { files, params: "no" }));
  expect(missing.code).toBe("model/no-params-file");
});

test("of equal losses on what is held back the first is the best", async () => {
  using model = await load(TEXT.replace("lr = 0.05, decay = 0.001", "lr = 1e-30, decay = 0"));
  using result = await model.train({ validation: 0.3 });
  expect(new Set(result.validation.map(({ loss }) => loss)).size).toBe(1);
  expect(result.best?.step).toBe(0);
});

describe("what is wrong is said, and nothing is left behind", () => {
  const failure = (options: ModelTrainOptions, text = TEXT, set: string[] = []) =>
    expectNoLeak(async () => {
      using model = await load(text, set);
      return await errorOf(model.train(options));
    });

  test("a loss that is no number names its step and what to try", async () => {
    const text = TEXT.replace("lr = 0.05", "lr = 1e30").replace("  clip = 2", "");
    const { code, message } = await failure({}, text);
    expect(code).toBe("ham/loss-not-finite");
    expect(message).toMatchInlineSnapshot(
      `"The loss of the training "fit" is not a number any more: step 2, in epoch 1. Try a smaller learning rate, clip = 1, or a smaller dt in the recall "clean"; and look for log or / of 0 in the loss."`,
    );
  });

  test("a gradient that is no number, of a loss that is one", async () => {
    const text = `ham 1
dim D = 4
given image: [D] from "image.npy"
param W: [D] = 0
neuron v: [D] as identity
energy e = -sum[i] v[i] * W[i] / (1 + sqrt(sum[k] W[k]^2))
recall go { solver = euler(dt = 0.5) steps = 4 }
train fit { unroll = go loss = sum[i] (v[i] - image[i])^2 optimiser = sgd(lr = 0.1) batch = 2 epochs = 2 }
`;
    const { code, message } = await failure({}, text);
    expect(code).toBe("ham/loss-not-finite");
    expect(message).toMatch(
      /^The gradient of the training "fit" is not a number any more: step 1,/,
    );
  });

  test("gradients whose sum alone is beyond float32 are numbers", async () => {
    const text = `ham 1
dim D = 4, M = 40
given image: [D] from "image.npy"
param W: [M] = 0
neuron v: [D] as identity
recall go { start v = image solver = euler(dt = 0.5) steps = 1 }
train fit { unroll = go loss = sum[m] 2e37 * W[m] optimiser = sgd(lr = 1e-36) batch = 14 epochs = 1 }
`;
    using model = await load(text);
    using result = await model.train();
    expect(result.ending).toBe("finished");
    for (const w of model.entries("W").data) expect(w).toBeCloseTo(-20, 4);
  });

  test("a loss that is a sum over nothing", async () => {
    const above = (least: number) =>
      TEXT.replace("loss = mean[i]", `loss = sum[i where image[i] > ${least}]`);
    const { code, message } = await failure({}, above(9));
    expect(code).toBe("ham/nothing-to-learn");
    expect(message).toMatchInlineSnapshot(
      `"The loss of the training "fit" is 0 on its first examples, and no param changes it: nothing would be learned. A sum over nothing is 0, so look at every \`where\` and mask in the loss, and at examples that are all 0."`,
    );
    const { losses } = await trained({}, above(1));
    expect(losses.at(-1)).toBeGreaterThan(0);
  });

  test("a checkpoint of another model, other examples or another optimiser", async () => {
    const { last } = await trained();
    const otherModel = await failure({ resume: last }, TEXT.replace("dt = 0.5", "dt = 0.4"));
    expect(otherModel.code).toBe("core/bad-checkpoint");
    const otherExamples = await failure({ resume: last, validation: 0.5 });
    expect(otherExamples.message).toBe(
      "The checkpoint is of another training: expected 7 examples to learn from and 7 held back, 4 at a time, found 14 examples to learn from and 0 held back, 4 at a time. Give it the same examples, validation and batch, or start anew without it.",
    );
    const otherOptimiser = await failure(
      { resume: last },
      TEXT.replace("adamw(lr = 0.05, decay = 0.001)", "sgd(lr = 0.1)"),
    );
    expect(otherOptimiser.message).toBe(
      'The checkpoint is of another training: expected "optimiser/velocity/beta" of shape [], found nothing. Go on with the model and the optimiser that wrote it, or start anew without it.',
    );
    const noCheckpoint = await failure({ resume: contents["image.npy"] });
    expect(noCheckpoint.code).toBe("core/bad-safetensors");
  });

  test.each([
    [{ epochs: 0 }, 'expected "epochs" to be a whole number from 1 up, found 0'],
    [{ validation: 1 }, 'expected "validation" to be from 0 to below 1, found 1'],
  ] as const)("an option out of its range: %j", async (options, expected) => {
    const { code, message } = await failure(options);
    expect(code).toBe("ham/bad-setting");
    expect(message).toContain(expected);
  });

  test.each([
    ["lr = 0.05", "lr = -1", "`lr` must be a number above 0", "-1"],
    ["batch = 4", "batch = 2.5", "`batch` must be a whole number from 1 up", "2.5"],
    ["clip = 2", "gradient = equilibrium(sides = 3)", "`sides` must be 1 or 2", "3"],
  ] as const)("a setting out of its range: %s becomes %s", async (from, to, expected, found) => {
    const { code, message } = await errorOf(load(TEXT.replace(from, to)));
    expect(code).toBe("model/file-has-errors");
    expect(message).toContain(`error[E0405] value_out_of_bounds: ${expected}`);
    expect(message).toContain(`this is ${found}`);
  });

  test("a solver that no gradient follows, a setting that is trained, a train block that is missing", async () => {
    const noise = TEXT.replace("euler(dt = 0.5)", "langevin(dt = 0.5, temperature = 1)");
    expect((await failure({}, noise)).code).toBe("ham/no-gradient");
    const setting = TEXT.replace("euler(dt = 0.5)", "euler(dt = beta / 4)");
    expect((await failure({}, setting)).message).toContain('the solver "euler" reads it');
    expect((await failure({ train: "fitt" })).message).toBe(
      'This model has no training called "fitt". It has: fit.',
    );
    const none = TEXT.slice(0, TEXT.indexOf("train fit"));
    expect((await failure({}, none)).message).toContain("This model has no train block");
  });

  test("givens with different numbers of examples", async () => {
    const text = TEXT.replace(
      "given noisy: [D]",
      'given noisy: [D]\ngiven more: [D] from "other.npy"',
    ).replace("loss = mean[i] (v[i] - image[i])^2", "loss = mean[i] (v[i] - image[i] - more[i])^2");
    const { message } = await failure({}, text);
    expect(message).toBe(
      'The givens of the training "fit" hold different numbers of examples:\n  image: 14 examples\n  more: 3 examples\nGive each the same number, or feed one from another.',
    );
  });
});
