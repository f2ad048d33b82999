// Multiply-adds that round once, on a machine that has none: no machine of ours.

import { beforeEach, expect, test, vi } from "vitest";

// What a machine lacks is remembered.
beforeEach(() => vi.resetModules());

const CODE = {};

/** Which ways were tried for two modules, one after the other, on a machine that compiles some. */
async function tried(compiles: (isFused: boolean) => boolean) {
  const { fusedOrNot } = await import("../../src/wasm/host.ts");
  const ways: boolean[] = [];
  const found = [1, 2].map(() =>
    fusedOrNot((isFused) => {
      ways.push(isFused);
      return compiles(isFused) ? CODE : null;
    }),
  );
  return { ways, found };
}

test.each([
  ["that has them", () => true, [true, true], CODE],
  ["that lacks them", (isFused: boolean) => !isFused, [true, false, false], CODE],
  ["that compiles nothing", () => false, [true, false, true, false], null],
] as const)("a machine %s is asked no more than it needs", async (_, compiles, ways, module) => {
  expect(await tried(compiles)).toEqual({ ways, found: [module, module] });
});
