// The recalls of the examples on WebGL and WebGPU in Chromium, where there is one.

import { join } from "node:path";
import { EXAMPLE_STEPS } from "@hamlet/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { runInBrowser, whyNoBrowser } from "../../../core/conformance/browser.ts";
import { samples } from "../../../../tools/samples.ts";
import { problemsOf } from "../../conformance/check-recalls.ts";
import { recallCases } from "../../conformance/recall-case.ts";
import type { RecallRun } from "../../conformance/run-recalls.ts";

const BACKENDS = ["webgl", "webgpu"] as const;
const PAGE = join(import.meta.dirname, "../../conformance/page.ts");
/** Of the twenty, as many as the run wants: a software renderer takes long for each. */
const STEPS = Math.min(EXAMPLE_STEPS, samples(3));
const CASES = recallCases(STEPS);
const reason = whyNoBrowser();
console.info(
  reason === null
    ? `Recalls: run on ${BACKENDS.join(" and ")} in Chromium.`
    : `Recalls: skipped on ${BACKENDS.join(" and ")}, because ${reason}.`,
);

// A minute on a machine that does nothing else: shaders are compiled for the processor.
describe.skipIf(reason !== null)("in Chromium", () => {
  let results: ReadonlyMap<string, readonly RecallRun[] | null> = new Map();

  beforeAll(async () => {
    results = await runInBrowser<RecallRun[]>(PAGE, BACKENDS, STEPS);
  });

  describe.each(BACKENDS)("on %s", (backend) => {
    test.each(CASES.map((one, k) => [one.name, one, k] as const))(
      "%s: the steps go as in float64",
      (_, one, k) => {
        const runs = results.get(backend);
        if (runs == null) throw new Error(`Chromium has no device for ${backend}.`);
        expect(problemsOf(one, runs[k], backend)).toEqual([]);
      },
    );
  });
});
