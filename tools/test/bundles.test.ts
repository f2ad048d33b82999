// What a page, an editor or a server has to load for an entry of a package, all that it needs included.

import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { entriesIn } from "../published.ts";
import { some } from "../samples.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Kilobytes of every entry, as gzip: what it weighed when this was last looked at, and a twelfth more. */
const MOST: Readonly<Record<string, number>> = {
  // With BullMQ and ioredis; a program that waits for jobs loads it, no page.
  "@hamlet/cluster": 311,
  "@hamlet/core": 127,
  "@hamlet/core/files": 9,
  "@hamlet/core/numbers": 11,
  // With hyparquet, which is loaded for a Parquet file alone.
  "@hamlet/core/rows": 50,
  "@hamlet/core/wasm": 4,
  "@hamlet/diffusion": 144,
  "@hamlet/drdam": 105,
  // See docs/decisions/2026-11-29-weight-of-the-checker.md.
  "@hamlet/dsl": 100,
  "@hamlet/dsl/data": 10,
  "@hamlet/dsl/editor": 64,
  "@hamlet/dsl/format": 60,
  "@hamlet/dsl/frame": 2,
  "@hamlet/dsl/highlight": 4,
  "@hamlet/dsl/soundness": 27,
  "@hamlet/dsl/write": 74,
  "@hamlet/energy-transformer": 169,
  "@hamlet/graph": 59,
  "@hamlet/ham": 192,
  "@hamlet/ham/atlas": 88,
  "@hamlet/ham/hypersynapses": 8,
  "@hamlet/ham/zoo": 7,
  "@hamlet/kohonen": 48,
  "@hamlet/lagrangians": 6,
  "@hamlet/language-server": 201,
  "@hamlet/language-server/node": 224,
  "@hamlet/language-server/worker": 209,
  // Certificates and atlases, which only those load who ask for them, are counted too.
  "@hamlet/model": 365,
  "@hamlet/model/check": 68,
  "@hamlet/model/disk": 81,
  "@hamlet/model/export": 35,
  "@hamlet/model/needs-node": 2,
  "@hamlet/model/node": 517,
  "@hamlet/model/web": 412,
  "@hamlet/testing": 37,
};

/** Entries that a page cannot load. */
const IN_NODE = /\/(?:cluster|node|disk|needs-node)$/;

/** Entries that must do without a library, however little of it they would load. */
const WITHOUT: readonly (readonly [entry: string, library: string])[] = [
  ["@hamlet/dsl", "tensorflow"],
  ["@hamlet/dsl/highlight", "chevrotain"],
  ["@hamlet/language-server/worker", "tensorflow"],
  ["@hamlet/model/check", "tensorflow"],
  ["@hamlet/model/disk", "tensorflow"],
];

const SOURCES = new Map(entriesIn(ROOT).map(({ name, source }) => [name, join(ROOT, source)]));

async function bundled(entry: string) {
  const bundle = await rolldown({
    input: SOURCES.get(entry)!,
    platform: IN_NODE.test(entry) ? "node" : "browser",
    logLevel: "silent",
  });
  const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false });
  await bundle.close();
  const [{ code, moduleIds }] = output;
  return { kilobytes: gzipSync(code).length / 1000, moduleIds };
}

test("every entry is held to a weight", () => {
  expect(Object.keys(MOST)).toEqual([...SOURCES.keys()].sort());
});

test.each(some([...SOURCES.keys()]))(
  "%s weighs no more, and holds nothing it must do without",
  async (entry) => {
    const { kilobytes, moduleIds } = await bundled(entry);
    expect(kilobytes).toBeLessThanOrEqual(MOST[entry]);
    for (const [from, library] of WITHOUT) {
      if (from === entry) expect(moduleIds.filter((id) => id.includes(library))).toEqual([]);
    }
  },
);
