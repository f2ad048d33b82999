// `pnpm bench [OPTION…] [WORD…]`: the table of whole jobs, see table/bench.ts; `pnpm bench NAME…
// [OPTION…]` the closer looks of these folders.

import { readdirSync } from "node:fs";
import { join } from "node:path";

const all = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const isNames = wanted.length > 0 && wanted.every((name) => all.includes(name));
for (const name of isNames ? wanted : ["table"]) {
  await import(join(import.meta.dirname, name, "bench.ts"));
}
