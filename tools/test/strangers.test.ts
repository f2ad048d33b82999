import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { STRANGERS } from "../release/strangers.ts";

test("the parts of the workflow have each stranger once", () => {
  const path = join(import.meta.dirname, "../../.github/workflows/strangers.yml");
  const parts = /who: \[(.*)\]/.exec(readFileSync(path, "utf8"))![1].split(", ");
  const found = parts.flatMap((part) =>
    Object.keys(STRANGERS).filter((what) => what.includes(part)),
  );
  expect(found.sort()).toEqual(Object.keys(STRANGERS).sort());
});
