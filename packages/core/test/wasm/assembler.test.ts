// Numbers, places and vectors of any size arrive in memory as they were written.

import { makeDraws } from "@hamlet/graph";
import { expect, test } from "vitest";
import * as assembler from "../../src/wasm/assembler.ts";
import { compiled, functionsOf, makeLinearMemory } from "../../src/wasm/host.ts";
import { samples, seed } from "../../../../tools/samples.ts";

const { assemble, bits, get, i32, procedure, set, store } = assembler;
const VECTOR = 16;

/** What so many vectors are after the statements of a procedure. */
function written(
  vectors: number,
  write: Parameters<typeof procedure>[2],
  parameters: readonly number[] = [],
) {
  const module = compiled(assemble([procedure("write", parameters.length, write)]))!;
  expect(module).not.toBeNull();
  const memory = makeLinearMemory(VECTOR * vectors)!;
  const { write: run } = functionsOf(module, memory) as Record<
    string,
    (...numbers: readonly number[]) => void
  >;
  run(...parameters);
  return new Int32Array(memory.buffer);
}

const { uniform } = makeDraws(seed());
/** A whole number of any length, as 32 bits. */
const word = (): number => Math.floor((uniform() - 0.5) * 2 ** (1 + Math.floor(32 * uniform())));
const ENDS = [0, 63, 64, 127, 128, 8191, 8192, 2 ** 31 - 1].flatMap((n) => [n, ~n]);

test("whole numbers and parameters", () => {
  const numbers = [...ENDS, ...Array.from({ length: samples(200) }, word)];
  const memory = written(
    numbers.length + 1,
    ([parameter]) => [
      ...numbers.map((n, i) => store(i32.of(VECTOR * i), bits.splat(i32.of(n)))),
      store(i32.of(VECTOR * numbers.length), bits.splat(get(parameter))),
    ],
    [-1],
  );
  const found = [...numbers, 0].map((_, i) => memory[4 * i]);
  expect(found).toEqual([...numbers, -1].map((n) => n | 0));
});

test("vectors, those of any bytes and the same ones again, at places of any length", () => {
  const some = Array.from({ length: samples(60) }, () => [word(), word(), word(), word()]);
  const all = (n: number): number[] => Array<number>(4).fill(n);
  // All bits or none are written where they are, others once for all.
  const vectors = [all(0), all(-1), all(0x0100_0100), ...some, ...some];
  const memory = written(vectors.length, (_, local) => {
    const kept = vectors.map(() => local("v128"));
    return [
      ...kept.map((own, i) => set(own, bits.of(...vectors[i]))),
      ...kept.map((own, i) => store(i32.of(0), get(own), VECTOR * i)),
    ];
  });
  expect(vectors.map((_, i) => Array.from(memory.subarray(4 * i, 4 * i + 4)))).toEqual(
    vectors.map((own) => own.map((n) => n | 0)),
  );
});
