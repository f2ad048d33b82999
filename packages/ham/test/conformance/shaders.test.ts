// Recalls in shaders: they go as on compiled code, take no more than one dispatch a step, stop where a
// run that takes step by step stops, and leave nothing.

import { join } from "node:path";
import { expectClose } from "@hamlet/testing";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { samples, seed } from "../../../../tools/samples.ts";
import { runWebgpuInNode, whyNoDriver } from "../../../core/conformance/webgpu-in-node.ts";
import type { ShaderRuns, ShaderSample } from "../../conformance/run-shaders.ts";

const SCRIPT = join(import.meta.dirname, "../../conformance/run-shaders.ts");

/** To begin, for the numbers of the end, and for clips and records that TensorFlow.js puts together. */
const AROUND = 12;

const drawn = fc.sample(
  fc.record<ShaderSample>({
    kinds: fc.array(fc.constantFrom("identity", "softmax", "tanh"), {
      minLength: 2,
      maxLength: 2,
    }),
    solver: fc.constantFrom("euler", "heun", "adaptive", "langevin"),
    batch: fc.integer({ min: 1, max: 4 }),
    steps: fc.integer({ min: 20, max: 40 }),
    limit: fc.constantFrom(0, 0.02, 0.05),
    seed: fc.nat(1e6),
  }),
  { numRuns: samples(2), seed: seed() },
);
/** Always there: examples that end apart, and a batch of one. */
// Fixed: these are known to end apart.
const FIXED: readonly ShaderSample[] = [
  { kinds: ["identity", "tanh"], solver: "euler", batch: 3, steps: 40, limit: 0.03, seed: 7 },
  { kinds: ["identity", "tanh"], solver: "euler", batch: 1, steps: 30, limit: 0, seed: 8 },
];
const SAMPLES = [...FIXED, ...drawn];

describe.skipIf(whyNoDriver() !== null)("in shaders", () => {
  let all: readonly ShaderRuns[] = [];

  beforeAll(async () => {
    const found = await runWebgpuInNode<ShaderRuns[]>(SCRIPT, SAMPLES);
    if (found === null) throw new Error("The driver is there, but WebGPU found no device.");
    all = found;
  });

  test("examples of a fixed sample end apart, among steps that were sent ahead", () => {
    const steps = all[0].shaders.endings.map(([, taken]) => taken);
    expect(new Set(steps).size).toBeGreaterThan(1);
    expect(Math.max(...steps)).toBeLessThan(40);
  });

  describe.each(SAMPLES.map((sample, n) => [JSON.stringify(sample), sample, n] as const))(
    "%s",
    (_, { solver, steps, limit }, n) => {
      test("WebGPU chooses shaders, and they go as compiled code", () => {
        const { shaders, compiled } = all[n];
        expect(shaders.engine).toBe("webgpu");
        // A step whose size is halved elsewhere, or a stop a step later, leads to nearly the same end.
        const tolerance = solver === "adaptive" || limit > 0 ? 5e-2 : 2e-5;
        expectClose(shaders.states, compiled.states, { tolerance, floor: 1 });
        if (tolerance > 1e-4) return;
        expectClose(shaders.energies.flat(), compiled.energies.flat(), { tolerance, floor: 1 });
      });

      test("they end where a run ends that is looked at in every step", () => {
        const { shaders, recorded } = all[n];
        expect(shaders.endings).toEqual(recorded.endings);
        expect(shaders.energies).toHaveLength(recorded.energies.length);
        expectClose(shaders.states, recorded.states, { tolerance: 1e-6, floor: 1 });
        expectClose(shaders.energies.flat(), recorded.energies.flat(), {
          tolerance: 1e-6,
          floor: 1,
        });
      });

      test("a step is one dispatch or less, and nothing is left", () => {
        const { dispatches, recordedDispatches, recorded, tensors, bytes } = all[n];
        const taken = recorded.energies.length - 1;
        expect(recordedDispatches).toBeLessThanOrEqual(taken + AROUND);
        expect(dispatches).toBeGreaterThan(0);
        if (limit === 0 && solver !== "langevin") {
          // Of 4, 8, 16 … steps each.
          expect(dispatches).toBeLessThanOrEqual(Math.ceil(Math.log2(steps / 4 + 1)) + AROUND);
        }
        expect([tensors, bytes]).toEqual([0, 0]);
      });
    },
  );
});
