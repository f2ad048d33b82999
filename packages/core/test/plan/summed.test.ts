// An output that is summed over the examples is the sum of what each example gives.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { get, gradient, lit, mul } from "@hamlet/graph";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { ENERGIES } from "../../conformance/energies.ts";
import { beta, i, j, m, v, world, xi } from "../../conformance/world.ts";
import { runReference } from "../../conformance/reference-run.ts";
import { runPlanned } from "./compare.ts";

const setting = world({ batch: 5 });

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test.each(Object.keys(ENERGIES))("%s and its slopes sum over the batch", (name) => {
    const energy = ENERGIES[name];
    const values = [
      { name: "energy", value: energy, indices: [] },
      { name: "by state", value: gradient(energy, v, [j]), indices: [j] },
      { name: "by pattern", value: gradient(energy, xi, [m, i]), indices: [m, i] },
      { name: "of no example", value: mul(lit(3), get(beta)), indices: [] },
    ].map((output) => ({ ...output, batched: false }));
    const each = runReference(values, setting);
    const found = expectNoLeak(() =>
      runPlanned(
        values.map((output) => ({ ...output, summed: true })),
        setting,
      ),
    );
    for (const [key, examples] of each) {
      const count = examples.length / 5;
      const expected = Array.from({ length: count }, (_, k) =>
        [0, 1, 2, 3, 4].reduce((total, b) => total + examples[b * count + k], 0),
      );
      expectClose(found.get(key)!, expected, { tolerance: 1e-4, floor: 1, what: key });
      expect(expected.every(Number.isFinite)).toBe(true);
    }
  });
});
