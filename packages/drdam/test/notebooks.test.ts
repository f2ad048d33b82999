// Every number that the notebooks print, through the class, on every backend of Node.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { type DrDAM, makeDrdam } from "@hamlet/drdam";
import { NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { some } from "../../../tools/samples.ts";
import { earlierNotebook, notebook, rowsOf } from "./notebook.ts";

const ENGINES = ["tensors", "simd", "float64"] as const;
/** Steps of a hundred thousand features by operations take long: on one backend, another in other runs. */
const BY_TENSORS = some(NODE_BACKENDS, 1);

/** A tensor's numbers; disposes it. */
async function read(tensor: tf.Tensor): Promise<number[]> {
  const values = [...(await tensor.data())];
  tensor.dispose();
  return values;
}

describe.each(NODE_BACKENDS)("the notebook on %s", (backend) => {
  const { options, x, y, memories, queries, printed } = notebook();
  const { D } = options;
  const tens = rowsOf(queries, D)
    .slice(0, 10)
    .map((query) => [...query]);
  const patterns = rowsOf(memories, D).map((row) => [...row]);
  let drdam: DrDAM;
  let T: tf.Tensor1D;
  let before = 0;

  beforeAll(async () => {
    await useBackend(backend);
    before = tf.memory().numTensors;
    drdam = makeDrdam(options);
    T = await drdam.distMemories(patterns);
  });

  afterAll(() => {
    T.dispose();
    drdam.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("prints the kernel of the pair, exact and approximate", async () => {
    const [exact] = await read(drdam.sim(x, y));
    const [approx] = await read(drdam.rfApproxSim(x, y));
    expect([exact.toFixed(4), approx.toFixed(4)]).toEqual([printed.kernel, printed.approxKernel]);
  });

  test("prints the energies of the point", async () => {
    expect(T.shape).toEqual([200_000]);
    const [exact] = await read(drdam.energy(x, patterns));
    const [approx] = await read(drdam.rfApproxEnergy(x, T));
    expect([exact.toFixed(4), approx.toFixed(4)]).toEqual([printed.energy, printed.approxEnergy]);
  });

  test("prints the energies of ten queries", async () => {
    const energies = await read(drdam.energy(tens, patterns));
    expect(energies.map((energy) => energy.toFixed(4))).toEqual(printed.energies);
  });

  const engines = ENGINES.filter((name) => name !== "tensors" || BY_TENSORS.includes(backend));

  test.each(engines)("prints the divergences of ten queries, with %s", async (engine) => {
    const steps = { depth: 10, alpha: 0.1 };
    const exact = await drdam.energyDescent(tens, patterns, steps);
    const approx = await drdam.rfApproxEnergyDescent(tens, T, { ...steps, engine });
    const ends = [await exact.state.data(), await approx.state.data()].map((flat) =>
      rowsOf(Float32Array.from(flat), D),
    );
    const found = ends[0].map((end, k) => Math.hypot(...end.map((v, d) => v - ends[1][k][d])));
    found.forEach((value, k) => expect(value.toFixed(4)).toBe(printed.divergences[k].toFixed(4)));
    expect([...(await approx.clipped.data())]).toEqual(tens.map(() => 0));
    tf.dispose([{ ...exact }, { ...approx }]);
  });
});

describe.each(NODE_BACKENDS)("the earlier notebook on %s", (backend) => {
  const { options, x, y, memories, queries, printed, exact: truth } = earlierNotebook();
  const patterns = rowsOf(memories, options.D).map((row) => [...row]);

  beforeAll(() => useBackend(backend));

  test.each(ENGINES)("prints its numbers under its own method names, with %s", async (engine) => {
    const before = tf.memory().numTensors;
    using drdam = makeDrdam(options);
    const T = await drdam.kernelizeMemories(patterns);
    const first = queries.slice(0, options.D);
    const exact = await drdam.recall(first, patterns, { depth: 100, alpha: 1 });
    const approx = await drdam.kernelRecall(first, T, { depth: 100, alpha: 1, engine });
    const a = Array.from(await exact.state.data());
    const b = await approx.state.data();
    const off = a.reduce((sum, v, d) => sum + Math.abs(v - b[d]), 0);

    expect((await read(drdam.sim(x, y)))[0]).toBeCloseTo(printed.kernel, 8);
    expect((await read(drdam.kernelSim(x, y)))[0]).toBeCloseTo(printed.approxKernel, 7);
    expect((await read(drdam.energy(x, patterns)))[0]).toBeCloseTo(printed.energy, 7);
    expect((await read(drdam.kernelEnergy(x, T)))[0]).toBeCloseTo(truth.approxEnergy, 7);
    expect(off).toBeCloseTo(truth.divergence, 6);
    tf.dispose([T, { ...exact }, { ...approx }]);
    drdam.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
