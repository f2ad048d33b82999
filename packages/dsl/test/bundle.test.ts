// What an editor or a page has to load to check `.ham` text, and to colour it.

import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

/** What one of the entries weighs in a page, and what it is made of. */
async function bundled(entry: string) {
  const input = fileURLToPath(new URL(`../src/${entry}`, import.meta.url));
  const bundle = await rolldown({ input, platform: "browser" });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const [{ code, moduleIds }] = output;
  return { bytes: gzipSync(code).length, moduleIds };
}

test("the browser bundle is at most 100 kB gzip and holds no tensor library", async () => {
  const { bytes, moduleIds } = await bundled("index.ts");
  expect(bytes).toBeLessThanOrEqual(100_000);
  expect(moduleIds.filter((id) => id.includes("tensorflow"))).toEqual([]);
});

test("the colours are at most 4 kB gzip, without the parser", async () => {
  const { bytes, moduleIds } = await bundled("highlight.ts");
  expect(bytes).toBeLessThanOrEqual(4000);
  expect(moduleIds.filter((id) => id.includes("chevrotain"))).toEqual([]);
});
