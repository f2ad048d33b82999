// Kernel sums by WebAssembly in Chromium, where there is one.

import { join } from "node:path";
import { expectClose } from "@hamlet/testing";
import { expect, test } from "vitest";
import { runInBrowser, whyNoBrowser } from "../../../core/conformance/browser.ts";
import type { FusedRun } from "../../conformance/page.ts";

const PAGE = join(import.meta.dirname, "../../conformance/page.ts");

test.skipIf(whyNoBrowser() !== null)("in Chromium WebAssembly says what float64 says", async () => {
  // The kernels need no graphics; the name of a backend only gives them a page.
  const runs = (await runInBrowser<FusedRun[]>(PAGE, ["webgl"])).get("webgl")!;
  expect(runs).toHaveLength(2);
  for (const { fused, float64 } of runs) {
    expectClose(fused!, float64, { tolerance: 1e-5, floor: float64[0] });
  }
});
