// The recalls of the examples on WebGL and WebGPU in Chromium, where there is one.

import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runInBrowser } from "../../../core/conformance/browser.ts";
import { withoutChromium as reason } from "../../../../tools/chromium.ts";
import { problemsOf } from "../../conformance/check-recalls.ts";
import { chosenRecalls } from "../../conformance/recall-case.ts";
import type { RecallRun } from "../../conformance/run-recalls.ts";
import { SOME } from "./some.ts";

const BACKENDS = ["webgl", "webgpu"] as const;
const PAGE = join(import.meta.dirname, "../../conformance/page.ts");
const CASES = chosenRecalls(SOME);
console.info(
  reason === null
    ? `Recalls: run on ${BACKENDS.join(" and ")} in Chromium.`
    : `Recalls: skipped on ${BACKENDS.join(" and ")}, because ${reason}.`,
);

// A minute on a machine that does nothing else: shaders are compiled for the processor.
describe.skipIf(reason)("in Chromium", () => {
  let results: ReadonlyMap<string, readonly RecallRun[] | null> = new Map();

  beforeAll(async () => {
    results = await runInBrowser<RecallRun[]>(PAGE, BACKENDS, SOME);
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
