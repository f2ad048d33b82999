// A few of the situations that `node tools/fuzz-files.ts` makes by the thousand.

import { rmSync } from "node:fs";
import { dirname } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkSituation, situation } from "../hostile-files.ts";
import { law } from "../law.ts";

test("no command loses a file, runs foreign code or fails by a mistake of its own", async () => {
  await law(
    fc.asyncProperty(situation, async (what) => {
      await checkSituation(what);
    }),
    200,
  );
});

test("what is typed is nothing, and not waited for", async () => {
  expect(await checkSituation({ about: "output", command: "fmt", to: "-" })).toBe(0);
});

test("a folder that somebody else tidies away in the middle is laid out again", async () => {
  const form = { about: "reading", command: "store", form: "n.csv", rows: [[1, -1, 1]] } as const;
  const code = checkSituation(form);
  // The command has begun, and works there.
  const ground = dirname(process.cwd());
  expect(ground).toContain("ham-hostile-");
  rmSync(ground, { recursive: true });
  expect(await code).toBe(0);
});
