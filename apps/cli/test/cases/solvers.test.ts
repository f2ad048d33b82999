// Needs from outside about solvers; see fixtures/cases/README.md.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readNpz } from "@hamlet/core";
import { loadModelFile } from "@hamlet/model/node";
import { beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../../src/backend.ts";

beforeAll(() => startBackend("wasm"));

const at = (name: string) =>
  fileURLToPath(new URL(`../../../../fixtures/cases/34-sixty-cues/${name}`, import.meta.url));

describe("sixty cues of four patterns", () => {
  test.each(["c.ham", "c1.ham"])("reach their pattern by every solver (%s)", async (file) => {
    const data = Object.fromEntries(
      ["W", "I", "q"].map((name) => [name, `${at("w2.npz")}#${name}`]),
    );
    using model = await loadModelFile(at(file), { data });
    const patterns = readNpz(readFileSync(at("w2.npz"))).get("P")!.data;
    for (const recall of ["go", "rk", "safe", "fast"]) {
      using result = await model.recall({ recall });
      const [layer] = result.activations.values();
      const rows = (await layer.array()) as number[][];
      const reached = rows.filter((row, b) =>
        row.every((x, i) => Math.sign(x) === Number(patterns[(b % 4) * 64 + i])),
      );
      expect([recall, reached.length]).toEqual([recall, 60]);
      expect(new Set(result.outcomes.map(({ ending }) => ending))).toEqual(new Set(["converged"]));
    }
  });
});
