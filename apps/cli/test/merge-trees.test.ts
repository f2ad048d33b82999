// Every tree of merges, through files and their bytes, gives the bytes of the whole.
// The seeds are fixed: rows and features are any, the trees are drawn.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { key, normal } from "@hamlet/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../tools/law.ts";
import { mergeFiles } from "../src/memories/merge.ts";
import {
  emptyMemoryOf,
  memoryOf,
  type PatternMemory,
  type RuleFlags,
} from "../src/memories/memory.ts";

const [K, D, M] = [13, 3, 2];
const rows = Float64Array.from(normal(key(3), [K, D]), (x) => x / 2);
const values = Float64Array.from(normal(key(4), [K, M]), (x) => 1000 * x);
const going = { aborted: false };

const RULES: readonly RuleFlags[] = [
  { rule: "drdam", beta: 2, features: 4, seed: 1 },
  { rule: "drdam", beta: 1, features: 4, seed: 1, kind: "positive", family: "structured" },
  { rule: "linear", seed: 0 },
  { rule: "hebb", seed: 0 },
];

/** The file of rows from one up to another. */
async function fileOf(flags: RuleFlags, from: number, to: number): Promise<Uint8Array> {
  const isLinear = flags.rule === "linear";
  const memory = await emptyMemoryOf(flags, { width: D, values: isLinear ? M : null });
  const some = rows.slice(from * D, to * D);
  const piece = {
    rows: flags.rule === "hebb" ? some.map(Math.sign) : some,
    values: isLinear ? values.slice(from * M, to * M) : null,
    source: { id: "sha256:1", name: "all.npy", from },
  };
  await memory.add(piece, 1, going);
  return memory.save();
}

test.each(RULES)("$rule $kind", async (flags) => {
  const whole = await fileOf(flags, 0, K);
  const read = (bytes: Uint8Array): Promise<PatternMemory> => memoryOf(bytes, "part");
  await law(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: K - 1 }), { maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      async (cuts, choices) => {
        const ends = [0, ...cuts.sort((a, b) => a - b), K];
        const parts = await Promise.all(ends.slice(1).map((to, i) => fileOf(flags, ends[i], to)));
        const take = () => parts.splice(choices.next().value! % parts.length, 1)[0];
        while (parts.length > 1) {
          const memory = await read(take());
          memory.merge(await read(take()));
          parts.push(memory.save());
        }
        expect(parts[0]).toEqual(whole);
      },
    ),
    250,
  );
});

test("files on a disk merge in groups of any size, and a part that is given twice counts once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ham-trees-"));
  const [flags] = RULES;
  const whole = await fileOf(flags, 0, K);
  let written = 0;
  const write = (bytes: Uint8Array) => {
    const path = join(folder, `${written++}.safetensors`);
    writeFileSync(path, bytes);
    return path;
  };
  const parts: string[] = [];
  for (let row = 0; row < K; row++) parts.push(write(await fileOf(flags, row, row + 1)));
  try {
    await law(
      fc.asyncProperty(fc.infiniteStream(fc.nat()), async (choices) => {
        const next = (most: number) => choices.next().value! % most;
        const left = [...parts];
        while (left.length > 1) {
          const size = 2 + next(Math.min(4, left.length - 1));
          const take = () => left.splice(next(left.length), 1)[0];
          const [first, ...others] = Array.from({ length: size }, take);
          const again = others.slice(0, next(2));
          const merged = await mergeFiles([first, ...others, ...again], { twice: "once" });
          expect([merged.parts, merged.passedOver]).toEqual([size, again.length]);
          left.push(write(merged.whole.save()));
        }
        const { whole: found } = await mergeFiles([left[0]], { twice: "refuse" });
        expect(found.save()).toEqual(whole);
      }),
      25,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
