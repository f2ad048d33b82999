// The recalls of the examples on WebGPU in Node, where there is a Vulkan driver: on tensors, and in
// shaders.

import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runWebgpuInNode, whyNoDriver } from "../../../core/conformance/webgpu-in-node.ts";
import { problemsOf } from "../../conformance/check-recalls.ts";
import { chosenRecalls } from "../../conformance/recall-case.ts";
import type { RecallRun } from "../../conformance/run-recalls.ts";
import { SOME } from "./some.ts";

const SCRIPT = join(import.meta.dirname, "../../conformance/run-node.ts");
const CASES = chosenRecalls(SOME);
const reason = whyNoDriver();
console.info(
  reason === null
    ? "Recalls: run on webgpu in Node."
    : `Recalls: skipped on webgpu in Node, because ${reason}.`,
);

// Up to a minute each on a machine that does nothing else: shaders are compiled for the processor.
describe.skipIf(reason !== null).each(["tensors", "webgpu"] as const)(
  "on webgpu in Node, engine %s",
  (engine) => {
    let runs: readonly RecallRun[] = [];

    beforeAll(async () => {
      const found = await runWebgpuInNode<RecallRun[]>(SCRIPT, { ...SOME, engine });
      if (found === null) throw new Error("The driver is there, but WebGPU found no device.");
      runs = found;
    });

    test.each(CASES.map((one, k) => [one.name, one, k] as const))(
      "%s: the steps go as in float64",
      (_, one, k) => {
        expect(problemsOf(one, runs[k], "webgpu")).toEqual([]);
      },
    );
  },
);
