// Writes fixtures/models: every example as a small model with what it should compute.
//
//     node tools/make-example-models.ts

import { mkdirSync, writeFileSync } from "node:fs";
import { exampleNames, exampleText } from "./example-models.ts";

const folder = new URL("../fixtures/models/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const name of exampleNames()) {
  writeFileSync(new URL(`${name}.json`, folder), await exampleText(name));
}
