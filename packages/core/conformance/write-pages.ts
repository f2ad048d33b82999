// `node packages/core/conformance/write-pages.ts`, after HAMLET_SAMPLES=4 pnpm vitest run
// packages/core/test/conformance: writes the two pages of the site from the results of the last run of
// all cases, which must have been on every backend.

import { writeFileSync } from "node:fs";
import { operationsPage, precisionPage } from "./pages.ts";
import { PAGES } from "./page-files.ts";
import { PLACES, readResults } from "./results.ts";

const results = readResults();
const absent = PLACES.filter((place) => !results.has(place));
if (absent.length > 0) {
  console.error(
    `There is no result for ${absent.join(", ")}. Run HAMLET_SAMPLES=4 pnpm vitest run packages/core/test/conformance on a machine with Chromium, then try again.`,
  );
  process.exitCode = 1;
} else {
  writeFileSync(PAGES.operations, operationsPage(results));
  writeFileSync(PAGES.precision, precisionPage(results));
  console.log(`written: ${Object.values(PAGES).join(", ")}`);
}
