// The conformance suite on WebGPU in Node, where there is a Vulkan driver: on tensors, and in shaders.

import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { writeResult } from "../../conformance/results.ts";
import { allRows, type RowResult } from "../../conformance/suite.ts";
import { CHOICE } from "./choice.ts";
import { runWebgpuInNode, whyNoDriver } from "../../conformance/webgpu-in-node.ts";

const SCRIPT = join(import.meta.dirname, "../../conformance/run-node.ts");
const reason = whyNoDriver();
console.info(
  reason === null
    ? "Conformance: runs on webgpu in Node."
    : `Conformance: skipped on webgpu in Node, because ${reason}.`,
);

// Up to a minute each on a machine that does nothing else: shaders are compiled for the processor.
describe.skipIf(reason !== null).each([
  ["on webgpu in Node", CHOICE],
  // A case takes a shader of its own, where tensors share theirs.
  [
    "in shaders on webgpu in Node",
    // A mask from positions that are known, beside numbers that are computed before it.
    { ...CHOICE, share: CHOICE.share / 4, shaders: true, always: ["a general power"] },
  ],
] as const)("%s", (_, choice) => {
  let results: readonly RowResult[] = [];

  beforeAll(async () => {
    const found = await runWebgpuInNode<RowResult[]>(SCRIPT, choice);
    if (found === null) throw new Error("The driver is there, but WebGPU found no device.");
    results = found;
    if (choice.share === 1) writeResult("webgpu in Node", results);
  });

  test.each(allRows())("%s: every check passes or is excused by name", (row) => {
    const result = results.find((one) => one.row === row);
    expect(result?.failures).toEqual([]);
    expect(result?.missing).toEqual([]);
  });
});
