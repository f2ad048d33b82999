// The notebooks' numbers on WebGPU in Node, where there is a Vulkan driver.

import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runWebgpuInNode, whyNoDriver } from "../../../core/conformance/webgpu-in-node.ts";
import { NOTEBOOKS, type NotebookRun } from "../../conformance/run-notebooks.ts";
import { some } from "../../../../tools/samples.ts";
import { earlierNotebook, notebook } from "../notebook.ts";

const SCRIPT = join(import.meta.dirname, "../../conformance/run-node.ts");
/** One of them, the other in other runs: a software renderer takes long for both. */
const WANTED = some(NOTEBOOKS, 1);
const reason = whyNoDriver();
console.info(
  reason === null
    ? "Notebooks: run on webgpu in Node."
    : `Notebooks: skipped on webgpu in Node, because ${reason}.`,
);

// Up to a minute on a machine that does nothing else: shaders are compiled for the processor.
describe.skipIf(reason !== null)("on webgpu in Node", () => {
  let run: NotebookRun = { late: null, early: null, tensorsLeft: -1 };

  beforeAll(async () => {
    const found = await runWebgpuInNode<NotebookRun>(SCRIPT, WANTED);
    if (found === null) throw new Error("The driver is there, but WebGPU found no device.");
    run = found;
  });

  test.runIf(WANTED.includes("late"))("the notebook's digits come out", () => {
    const { kernel, approxKernel, energy, approxEnergy } = notebook().printed;
    expect(run.late!.map((number) => number.toFixed(4))).toEqual([
      kernel,
      approxKernel,
      energy,
      approxEnergy,
    ]);
  });

  test.runIf(WANTED.includes("early"))("the earlier notebook's numbers come out", () => {
    const { printed, exact } = earlierNotebook();
    const expected = [...Object.values(printed), ...Object.values(exact)];
    expect(run.early!).toHaveLength(expected.length);
    run.early!.forEach((number, k) => expect(number).toBeCloseTo(expected[k], 6));
  });

  test("no tensor is left", () => {
    expect(run.tensorsLeft).toBe(0);
  });
});
