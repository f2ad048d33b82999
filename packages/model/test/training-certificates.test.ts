// Certificates of trainings: what was changed in a journal, its head or the params is found out.

import { writeNpy } from "@hamlet/core";
import { loadModel, type Model, sealOf, type TrainingCertificate } from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import { Ajv } from "ajv";
import { beforeAll, describe, expect, test } from "vitest";
import schema from "../schema/certificate-1.0.schema.json" with { type: "json" };

beforeAll(() => useBackend("cpu"));

const follows = new Ajv({ strictTypes: false, allowUnionTypes: true }).compile(schema);

const TEXT = `ham 1
dim D = 3
param W: [D, D] ~ normal(0, 0.1)
given image: [D] from "images.npy"
neuron v: [D] as tanh
energy pairs = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]
recall settle {
  start v = image
  solver = euler(dt = 0.5)
  steps = 5
}
train fit {
  unroll = settle
  loss = mean[i] (v[i] - image[i])^2
  optimiser = sgd(lr = 0.1)
  batch = 2
  epochs = 3
}
`;

const load = (text = TEXT, entry = 0.5): Promise<Model> => {
  const data = Float32Array.from({ length: 24 }, (_, i) => (i === 0 ? entry : Math.sin(i)));
  const bytes = writeNpy({ shape: [8, 3], dtype: "float32", data });
  const files = { read: () => Promise.resolve(bytes) };
  return loadModel({ name: "m.ham", text }, { files, seed: 1 });
};

/** Trains, and reads what is written. */
async function trained(model: Model, options: Parameters<Model["train"]>[0] = {}) {
  using result = await model.train({ validation: 0.25, ...options, certificate: true });
  const checkpoint = await result.checkpoint();
  const certificate = JSON.parse(JSON.stringify(result.certificate)) as TrainingCertificate;
  return { certificate, checkpoint, losses: result.losses };
}

test("a journal is chained line by line to the params at its end", async () => {
  using model = await load();
  const { certificate, losses } = await trained(model);
  expect(follows(certificate)).toBe(true);
  expect(certificate.journal).toHaveLength(losses.length + 1);
  expect(certificate.journal.slice(1).map(({ loss }) => loss)).toEqual(losses);
  const { refused, proven } = await model.verify(certificate);
  expect(refused).toEqual([]);
  expect(proven.slice(3)).toEqual([
    "settings: fit by sgd(lr = 0.1, momentum = 0)",
    "journal: each of 9 steps follows from the one before, and the first from the settings",
    "params: 1 arrays as the training left them",
  ]);
});

test("a training that went on with another setting says so in its chain", async () => {
  using model = await load();
  const { checkpoint } = await trained(model);
  using slower = await load(TEXT.replace("lr = 0.1", "lr = 0.01"));
  const first = await trained(slower, { resume: checkpoint, epochs: 4 });
  const { certificate } = await trained(slower, { resume: first.checkpoint, epochs: 5 });
  expect(certificate.settings["changed on the way"]).toBe(
    "optimiser = sgd(lr = 0.1, momentum = 0) until 9",
  );
  expect((await slower.verify(certificate)).refused).toEqual([]);
});

describe("what is refused", () => {
  const seal = (certificate: TrainingCertificate) => ({
    ...certificate,
    seal: sealOf(certificate),
  });
  const CHANGES: Record<string, (given: TrainingCertificate) => TrainingCertificate> = {
    "a loss": ({ journal, ...rest }) =>
      seal({ ...rest, journal: journal.with(2, { ...journal[2], loss: journal[2].loss! / 2 }) }),
    "a loss held back": ({ journal, ...rest }) =>
      seal({ ...rest, journal: journal.with(9, { ...journal[9], heldBack: 0 }) }),
    "the last lines left out": ({ journal, ...rest }) =>
      seal({ ...rest, journal: journal.slice(0, 7) }),
    "the last line left out, and its hash kept": ({ journal, ...rest }) =>
      seal({ ...rest, journal: [...journal.slice(0, 8), { ...journal[9], step: 8 }] }),
    "a line left out": ({ journal, ...rest }) =>
      seal({ ...rest, journal: journal.filter(({ step }) => step !== 4) }),
    "two lines exchanged": ({ journal, ...rest }) =>
      seal({ ...rest, journal: journal.with(2, journal[3]).with(3, journal[2]) }),
    "a setting": ({ settings, ...rest }) =>
      seal({ ...rest, settings: { ...settings, optimiser: "adam(lr = 0.1)" } }),
    "what a setting was on the way": ({ settings, ...rest }) =>
      seal({ ...rest, settings: { ...settings, "changed on the way": "clip = 1 until 3" } }),
    "the hash of a param": ({ params, ...rest }) =>
      seal({ ...rest, params: { ...params, W: rest.model } }),
    "the hash of the data": ({ inputs, ...rest }) =>
      seal({ ...rest, inputs: { ...inputs, image: rest.model } }),
    "the model": (given) => seal({ ...given, model: given.params.W }),
    "the kind": (given) => seal({ ...given, kind: "recall" as "training" }),
    "a digit without a seal": ({ journal, ...rest }) => ({
      ...rest,
      journal: journal.with(1, { ...journal[1], loss: journal[1].loss! + 1e-9 }),
    }),
  };

  test.for(Object.keys(CHANGES))("%s", async (name) => {
    using model = await load();
    const { certificate } = await trained(model);
    const { accepted } = await model.verify(CHANGES[name](certificate));
    expect(accepted).toBe(false);
  });

  test("other data, another block and other params, in words that say what to do", async () => {
    using model = await load();
    const { certificate } = await trained(model);
    const words = async (other: Model) => (await other.verify(certificate)).refused.join("\n");
    using data = await load(TEXT, 0.25);
    expect(await words(data)).toContain('"image" holds other numbers: give the same files');
    using block = await load(TEXT.replace("lr = 0.1", "lr = 0.2"));
    expect(await words(block)).toContain("found sgd(lr = 0.2, momentum = 0): another train block");
    using start = await load();
    expect(await words(start)).toContain('"W" is not what the training ended with');
    using none = await load(TEXT.slice(0, TEXT.indexOf("train")));
    expect(await words(none)).toContain("This model has no train block");
  });
});

test("a certificate of a training leaves no tensors", async () => {
  using model = await load();
  await model.verify((await trained(model)).certificate);
  await expectNoLeak(async () => {
    await model.verify((await trained(model)).certificate);
  });
});
