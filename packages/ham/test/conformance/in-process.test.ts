// The recalls of the examples on compiled code, and on the backends that every machine has.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { NODE_BACKENDS, useBackend } from "@hamlet/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { problemsOf } from "../../conformance/check-recalls.ts";
import { recallCases } from "../../conformance/recall-case.ts";
import { type RecallRun, runRecalls } from "../../conformance/run-recalls.ts";

const CASES = recallCases();

test("every kind of recall is there", () => {
  expect(new Set(CASES.map(({ recall }) => recall.solver.name))).toEqual(
    new Set(["async", "euler", "rk4", "sync"]),
  );
  const all = CASES.map(({ recall }) => recall);
  expect(all.some(({ clamps }) => clamps.some(({ where }) => where !== null))).toBe(true);
  expect(all.some(({ clamps }) => clamps.some(({ value }) => value !== null))).toBe(true);
  expect(all.some(({ schedules }) => schedules.length > 0)).toBe(true);
});

describe.each(["simd", ...NODE_BACKENDS] as const)("on %s", (backend) => {
  let runs: readonly RecallRun[] = [];

  beforeAll(async () => {
    const isCompiled = backend === "simd";
    await useBackend(isCompiled ? "wasm" : backend);
    runs = await runRecalls(undefined, isCompiled ? "simd" : "tensors");
  });

  test.each(CASES.map((one, k) => [one.name, one, k] as const))(
    "%s: 20 steps go as in float64",
    (_, one, k) => {
      expect(problemsOf(one, runs[k], backend)).toEqual([]);
    },
  );

  test.each(CASES.map((one, k) => [one.name, one, k] as const))(
    "%s: a wrong step would be seen",
    (_, one, k) => {
      const run = runs[k];
      const path = run.path.map((layers, step) =>
        step === 7 ? layers.map((layer) => layer.map((x) => -x - 1)) : layers,
      );
      expect(problemsOf(one, { ...run, path }, backend)).not.toEqual([]);
    },
  );
});
