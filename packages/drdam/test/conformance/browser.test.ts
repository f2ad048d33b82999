// Kernel sums on compiled code in Chromium, where there is one.

import { join } from "node:path";
import { expectClose } from "@hamlet/testing";
import { expect, test } from "vitest";
import { runInBrowser } from "../../../core/conformance/browser.ts";
import { withoutChromium } from "../../../../tools/chromium.ts";
import type { CompiledRun } from "../../conformance/page.ts";

const PAGE = join(import.meta.dirname, "../../conformance/page.ts");

test.skipIf(withoutChromium)("in Chromium compiled code says what float64 says", async () => {
  // Compiled code needs no graphics; the name of a backend only gives them a page.
  const runs = (await runInBrowser<CompiledRun[]>(PAGE, ["webgl"])).get("webgl")!;
  expect(runs).toHaveLength(2);
  for (const { compiled, float64 } of runs) {
    expectClose(compiled, float64, { tolerance: 1e-5, floor: float64[0] });
  }
});
