// A page may forbid that code is compiled: recalls then run on tensors.

import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

beforeAll(async () => {
  // Whether code can be compiled is asked once, perhaps by a test before.
  vi.resetModules();
  // What a content security policy without 'wasm-unsafe-eval' does.
  vi.stubGlobal("WebAssembly", {
    Memory: WebAssembly.Memory,
    Module: function forbidden() {
      throw new EvalError("Refused to compile or instantiate WebAssembly module");
    },
  });
  await useBackend("cpu");
});

afterAll(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test("a recall runs on tensors, and says so where compiled code is asked for", async () => {
  const { makeRecall } = await import("@hamlet/ham");
  const { recallOf, setupOf, twoPatterns } = await import("./models.ts");
  const { graph, v, query, values } = twoPatterns();
  const recall = recallOf([[v, query]]);
  const setup = setupOf(values);
  const given = tf.tensor2d([[0.5]]);
  using compiled = makeRecall(graph, recall, setup);
  using result = await compiled.run({ givens: new Map([[query, given]]) });
  expect(result.engine).toBe("tensors");
  expect(() => makeRecall(graph, recall, { ...setup, engine: "simd" })).toThrow(
    "which the page forbids",
  );
  tf.dispose([given, ...setup.values.values()]);
});
