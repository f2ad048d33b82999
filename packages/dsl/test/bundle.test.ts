// What an editor or a page has to load to check `.ham` text.

import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

test("the browser bundle is at most 100 kB gzip and holds no tensor library", async () => {
  const input = fileURLToPath(new URL("../src/index.ts", import.meta.url));
  const bundle = await rolldown({ input, platform: "browser" });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const [{ code, moduleIds }] = output;
  expect(gzipSync(code).length).toBeLessThanOrEqual(100_000);
  expect(moduleIds.filter((id) => id.includes("tensorflow"))).toEqual([]);
});
