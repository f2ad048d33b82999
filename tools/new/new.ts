// `pnpm new lagrangian|command|diagnostic|solver NAME`: a new entry that passes its laws, to fill in.

import { join } from "node:path";
import { make } from "./make.ts";

try {
  const { written, changed, next } = make(
    join(import.meta.dirname, "../.."),
    process.argv[2],
    process.argv[3],
  );
  const lines = [
    ...written.map((path) => `made     ${path}`),
    ...changed.map((path) => `changed  ${path}`),
    "",
    "It works already. Fill in what says TODO, then:",
    ...next.map((step) => `  ${step}`),
  ];
  console.log(lines.join("\n"));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
