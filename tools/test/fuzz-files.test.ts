// A few of the situations that `node tools/fuzz-files.ts` makes by the thousand.

import * as fc from "fast-check";
import { test } from "vitest";
import { checkSituation, situation } from "../hostile-files.ts";

test("no command loses a file, runs foreign code or fails by a mistake of its own", async () => {
  await fc.assert(
    fc.asyncProperty(situation, async (what) => {
      await checkSituation(what);
    }),
    { numRuns: 200 },
  );
});
