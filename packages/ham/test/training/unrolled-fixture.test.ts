// The gradient of a loss through six steps, by backpropagation, against the reference.

import { key } from "@hamlet/core";
import { makeDim, makeTensor } from "@hamlet/graph";
import { type Entries, ENGINES, GRADIENTS, withEngine } from "@hamlet/ham";
import { expectClose, expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { arena } from "../../../core/src/run/simd/arena.ts";
import { withoutBlocks } from "../../../core/test/run/without-blocks.ts";
import { setupOf } from "../models.ts";
import { gradientBy, makeGradient } from "./taken.ts";
import { graph, loss, recall, reference, start, target, W } from "./tanh-model.ts";

beforeAll(() => useBackend("wasm"));

const entries = (rows: number[][]): Entries => ({
  shape: [rows.length, rows[0].length],
  data: Float32Array.from(rows.flat()),
});
const parts = () => ({
  graph,
  recall,
  loss,
  params: new Map([[W, entries(reference.W)]]),
  setup: setupOf(new Map()),
});

describe.each(ENGINES)("on %s", (engine) => {
  test.each([1, 2, 3, 4, 6, 100])("with every %ith state kept", async (every) => {
    const before = arena().taken;
    // Twice the same example: a mean over examples, not a sum.
    const givens = new Map([
      [start, entries([reference.start, reference.start])],
      [target, entries([reference.target, reference.target])],
    ]);
    const minibatch = { givens, batch: 2, key: key(0) };
    const found = await expectNoLeak(() =>
      gradientBy("unroll", engine, { ...parts(), options: { every } }, minibatch),
    );
    expect(arena().taken).toBe(before);
    expect(Math.abs(found.loss - reference.loss)).toBeLessThan(1e-5);
    expect(Math.abs(found.measured.loss - reference.loss)).toBeLessThan(1e-5);
    const slope = found.byName.get("W")!;
    reference.grad_W.flat().forEach((entry, k) => {
      expect(Math.abs(slope[k] - entry), `entry ${k}`).toBeLessThan(1e-5);
    });
    expectClose(slope, reference.grad_W.flat(), { tolerance: 1e-4, floor: 1e-2 });
  });

  test.each([...GRADIENTS.keys()])("%s leaves nothing behind when something is missing", (method) =>
    expectNoLeak(async () => {
      const before = arena().taken;
      // The start is given, so the recall runs; the loss at its end cannot be computed.
      const givens = new Map([[start, entries([reference.start])]]);
      const minibatch = { givens, batch: 1, key: key(0) };
      const failing = gradientBy(method, engine, parts(), minibatch);
      await expect(failing).rejects.toMatchObject({ code: "core/missing-input" });
      expect(arena().taken).toBe(before);
    }),
  );
});

test.each([...GRADIENTS.keys()])("%s leaves nothing behind where there is no room", (method) => {
  const other = makeTensor("other", "data", [makeDim("N", 3)]);
  const setup = setupOf(new Map([[other, [1, 2, 3]]]));
  withoutBlocks(
    () =>
      withEngine("simd", (engine) => {
        using _ = makeGradient(method, engine, { ...parts(), setup });
      }),
    1,
  );
  tf.dispose([...setup.values.values()]);
});
