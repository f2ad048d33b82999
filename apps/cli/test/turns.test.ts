// Every loop of every package gives timers and signals their turn, and stops when it is asked to.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { LOOPS, stop } from "../conformance/loops.ts";
import { measureCapacity } from "../src/capacity/measure.ts";
import { valuesAt } from "../src/landscape/field.ts";
import { followDown } from "../src/landscape/paths.ts";
import { some } from "../../../tools/samples.ts";

const ROOT = join(import.meta.dirname, "../../..");

/**
 * The home of turns, parts of work that has one, and what tests of its command run: reproductions, the
 * hash of a large file, the zoo, recalls over shards.
 */
const INSIDE = [
  "apps/cli/src/census/worker.ts",
  "apps/cli/src/commands/zoo.ts",
  "apps/cli/src/memories/source.ts",
  "apps/cli/src/reproduce/drdam/figures.ts",
  "apps/cli/src/reproduce/ring.ts",
  "apps/cli/src/shards/descend.ts",
  "packages/core/src/turn.ts",
  "packages/diffusion/src/exact/exact-score.ts",
  "packages/ham/src/training/flow.ts",
];

/** Energies `½x²` and the way down, each of the command's loops over them. */
const BOWL = {
  size: 1,
  at: async (states: Float64Array) => ({
    energies: states.map((x) => (x * x) / 2),
    velocities: states.map((x) => -x),
  }),
};

/** Eight tests of a model that has nothing to recall. */
const TESTED = `ham 1
dim D = 2
neuron v: [D] as tanh
energy bowl = sum[i] v[i]^2
recall settle {
  start v ~ normal(0, 1)
  solver = euler(dt = 0.1)
  steps = 1
}
${Array.from({ length: 8 }, (_, i) => `test "${i}" {\n  run settle\n  expect falling(energy)\n}`).join("\n")}
`;

/** Loops of commands, which run until they are done. */
const COMMANDS: readonly {
  readonly file: string;
  readonly run: () => Promise<unknown>;
}[] = [
  {
    file: "apps/cli/src/capacity/measure.ts",
    run: () =>
      measureCapacity({
        energy: { name: "quadratic" },
        recall: "settle",
        size: 8,
        counts: [1],
        noises: [0],
        trials: 8,
        overlap: 1,
        // Fixed: what is measured is told to nobody.
        seed: 0,
        *sets() {
          const patterns = Int8Array.of(1, -1, 1, -1, 1, 1, -1, -1);
          for (let set = 0; set < 8; set++) yield { patterns, tried: [0], fixed: false };
        },
      }),
  },
  {
    file: "packages/model/src/model.ts",
    async run() {
      using model = await loadModel({ name: "m.ham", text: TESTED });
      expect(await model.runTests()).toHaveLength(8);
    },
  },
  {
    file: "apps/cli/src/landscape/field.ts",
    run: () => valuesAt(BOWL, new Float64Array(256 * 8)),
  },
  {
    file: "apps/cli/src/landscape/paths.ts",
    run: () => followDown(BOWL, Float64Array.of(1), { extent: 1, onProgress: () => undefined }),
  },
];

beforeAll(() => tf.setBackend("cpu"));
afterEach(() => {
  vi.restoreAllMocks();
});

/** Every look at the clock is 25 ms later, so that others have a turn after every step. */
function slowClock(): void {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 25));
}

test("no loop that gives others their turn is missing here", () => {
  const sources = globSync("{packages,apps}/*/src/**/*.ts", { cwd: ROOT });
  const found = sources
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\bmakeTurn\(/u.test(readFileSync(join(ROOT, path), "utf8")));
  const listed = [...LOOPS, ...COMMANDS].map(({ file }) => file);
  expect(found.sort()).toEqual([...new Set([...listed, ...INSIDE])].sort());
});

describe("stops when somebody else has a turn", () => {
  test.each(LOOPS.map((loop) => [loop.name, loop] as const))("%s", async (name, loop) => {
    slowClock();
    const before = tf.memory().numTensors;
    expect(await stop(loop, (abort) => setImmediate(abort))).toEqual({ name, ending: "stopped" });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("lets a timer of 100 ms through, long before its end", () => {
  test.each(some(LOOPS).map((loop) => [loop.name, loop] as const))("%s", async (name, loop) => {
    const ended = stop(loop, (abort) => setTimeout(abort, 100));
    expect(await ended).toEqual({ name, ending: "stopped" });
  });
});

test.each(COMMANDS.map(({ file, run }) => [file, run] as const))(
  "%s lets others through after every step",
  async (_, run) => {
    slowClock();
    let turns = 0;
    let waiting = setImmediate(function again() {
      turns++;
      waiting = setImmediate(again);
    });
    await run();
    clearImmediate(waiting);
    expect(turns).toBeGreaterThanOrEqual(7);
  },
);
