// `pnpm bench [NAME…]`: runs the benchmarks of these folders, or all of them.

import { readdirSync } from "node:fs";
import { join } from "node:path";

const all = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark called ${unknown.join(", ")}. There are: ${all.join(", ")}.`,
  );
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : all) {
  await import(join(import.meta.dirname, name, "bench.ts"));
}
