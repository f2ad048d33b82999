// The conformance suite on WebGL and WebGPU in Chromium, where there is one.

import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runInBrowser } from "../../conformance/browser.ts";
import { withoutChromium as reason } from "../../../../tools/chromium.ts";
import { writeResult } from "../../conformance/results.ts";
import { allRows, type RowResult } from "../../conformance/suite.ts";
import { CHOICE } from "./choice.ts";

const BACKENDS = ["webgl", "webgpu"] as const;
const PAGE = join(import.meta.dirname, "../../conformance/page.ts");
console.info(
  reason === null
    ? `Conformance: runs on ${BACKENDS.join(" and ")} in Chromium.`
    : `Conformance: skipped on ${BACKENDS.join(" and ")}, because ${reason}.`,
);

// A minute or two on a machine that does nothing else: shaders are compiled for the processor.
describe.skipIf(reason)("in Chromium", () => {
  let results: ReadonlyMap<string, readonly RowResult[] | null> = new Map();

  beforeAll(async () => {
    results = await runInBrowser<RowResult[]>(PAGE, BACKENDS, CHOICE);
    for (const backend of BACKENDS) {
      const rows = results.get(backend);
      if (rows == null) throw new Error(`Chromium has no device for ${backend}.`);
      if (CHOICE.share === 1) writeResult(backend, rows);
    }
  });

  describe.each(BACKENDS)("on %s", (backend) => {
    test.each(allRows())("%s: every check passes or is excused by name", (row) => {
      const result = results.get(backend)?.find((one) => one.row === row);
      expect(result?.failures).toEqual([]);
      expect(result?.missing).toEqual([]);
    });
  });
});
