// Many linear systems at once, against solutions that are known.

import { key, makeTurn, normal } from "@hamlet/core";
import { expectClose } from "@hamlet/testing";
import { describe, expect, test } from "vitest";
import { gmres, type SolveOptions } from "../../src/training/gmres.ts";

const [B, N] = [3, 12];
const wanted = Float32Array.from(normal(key(2), B * N));

/** The identity times −1 and a random part: not symmetric, not positive. */
const regular = Float32Array.from(normal(key(1), B * N * N), (x, k) => {
  const [row, column] = [Math.floor(k / N) % N, k % N];
  return 0.2 * x - Number(row === column);
});

/** Solves for what the matrices make of `solution`. */
async function solve(
  matrices: Float32Array,
  solution: Float32Array,
  options: Omit<SolveOptions, "turn" | "systems">,
) {
  const apply = (x: Float64Array) =>
    x.map((_, k) => {
      const system = Math.floor(k / N);
      let sum = 0;
      for (let j = 0; j < N; j++) sum += matrices[k * N + j] * x[system * N + j];
      return Math.fround(sum);
    });
  const rhs = apply(Float64Array.from(solution));
  const { solution: found, ...solved } = await gmres(apply, rhs, {
    ...options,
    systems: B,
    turn: makeTurn(),
  });
  return { ...solved, found, again: apply(found), rhs };
}

describe("in vectors that are rounded to float32", () => {
  test.each([30, 5])("finds known solutions with %i directions at a time", async (restart) => {
    const { found, residuals } = await solve(regular, wanted, { tolerance: 1e-6, restart });
    expectClose(found, wanted, { tolerance: 1e-4, floor: 1 });
    expect(Math.max(...residuals)).toBeLessThanOrEqual(1e-6);
  });

  test("solves a singular system whose right-hand side it can reach", async () => {
    // Diagonal, with three zeros.
    const diagonal = Float32Array.from({ length: B * N * N }, (_, k) => {
      const [row, column] = [Math.floor(k / N) % N, k % N];
      return row === column && row >= 3 ? 1 + row / N : 0;
    });
    const { again, rhs, residuals } = await solve(diagonal, wanted, { tolerance: 1e-5 });
    expectClose(again, rhs, { tolerance: 1e-4, floor: 1 });
    expect(Math.max(...residuals)).toBeLessThanOrEqual(1e-5);
  });

  test("needs no work for a zero, and says how far it came when it must stop", async () => {
    const zero = await solve(regular, new Float32Array(B * N), { tolerance: 1e-6 });
    expect([...zero.residuals, zero.applications]).toEqual([0, 0, 0, 0]);
    const { residuals, applications } = await solve(regular, wanted, { tolerance: 1e-6, most: 3 });
    expect(Math.min(...residuals)).toBeGreaterThan(1e-6);
    expect(Math.max(...residuals)).toBeLessThan(1);
    expect(applications).toBeLessThanOrEqual(4);
  });
});
