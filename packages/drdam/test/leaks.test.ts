// The class leaves no tensor behind, whichever operation fails.

import "@tensorflow/tfjs-backend-cpu";
import { key } from "@hamlet/core";
import { makeDrdam } from "@hamlet/drdam";
import { expectNoLeakOnFailure, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";

const PATTERNS = [
  [1, 0],
  [-1, 0],
];
const QUERY = [0.5, 0.4];

beforeAll(() => useBackend("cpu"));

test.each(["gaussian", "orthogonal", "structured"] as const)("with %s features", async (family) => {
  const ran = await expectNoLeakOnFailure(async () => {
    using drdam = makeDrdam({ D: 2, Y: 40, beta: 4, key: key(0), family });
    drdam.energy(QUERY, PATTERNS).dispose();
    drdam.rfApproxSim(QUERY, [0.1, 0.2]).dispose();
    const T = await drdam.distMemories(PATTERNS);
    try {
      tf.dispose([{ ...(await drdam.rfApproxEnergyDescent(QUERY, T, { depth: 3 })) }]);
    } finally {
      T.dispose();
    }
  });
  expect(ran).toBeGreaterThan(10);
});
