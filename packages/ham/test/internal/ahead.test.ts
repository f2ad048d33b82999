// Steps that are sent ahead change nothing: whatever is asked on the way, a run that goes ahead and back
// tells the same bits as one that takes step by step.

import { foldIn, type Inputs, key, normal, uniform } from "@hamlet/core";
import { lit, type Tensor } from "@hamlet/graph";
import { SOLVERS } from "@hamlet/ham";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { arena } from "../../../core/src/run/simd/arena.ts";
import { law } from "../../../../tools/law.ts";
import { withEngine } from "../../src/recall/engine.ts";
import { makeMotion } from "../../src/recall/motion.ts";
import type { Moving } from "../../src/recall/moving.ts";
import { settingsOf } from "../../src/recall/setting.ts";
import { changeBelow, identity, recallOf, setupOf, softmax, wired } from "../models.ts";
import { solverOf } from "../solvers/running.ts";

beforeAll(() => useBackend("wasm"));

const OPTIONS = { dt: 0.2, temperature: 0.3 };
/** Solvers that take any model. */
const NAMES = ["euler", "heun", "rk4", "adaptive", "langevin"];
const STEPS = 30;

/** What is asked after a step, and which examples move in the next one. */
interface Ask {
  readonly what: "read" | "states" | "before" | "remembered" | "nothing";
  readonly active: readonly boolean[] | undefined;
}

const BATCH = 3;
const active = fc.option(fc.array(fc.boolean(), { minLength: BATCH, maxLength: BATCH }), {
  nil: undefined,
});
const what = fc.constantFrom<Ask["what"][]>(
  ...(["read", "read", "read", "states", "before", "remembered", "nothing"] as const),
);
/** Anything, and as in a recall: examples that end one after the other. */
const asks = fc.oneof(
  fc.array(
    fc.record<Ask>({
      what,
      active: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, active),
    }),
    { minLength: 1, maxLength: STEPS },
  ),
  fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: STEPS }), { minLength: BATCH, maxLength: BATCH }),
      fc.array(what, { minLength: 1, maxLength: STEPS }),
    )
    .map(([ends, list]) =>
      list.map((asked, step): Ask => ({ what: asked, active: ends.map((end) => step < end) })),
    ),
);
const samples = fc.record({
  name: fc.constantFrom(...NAMES),
  asks,
  ahead: fc.integer({ min: 2, max: 9 }),
  seed: fc.nat(1e6),
});

/** All that was told on the way, and the end. */
async function told(
  { name, asks: list, seed }: { name: string; asks: readonly Ask[]; seed: number },
  ahead: number | undefined,
): Promise<unknown[]> {
  const { graph, layers, starts, weights } = wired([identity, softmax], [[0, 1]]);
  const values = new Map<Tensor, ArrayLike<number>>(
    weights.map((weight) => [weight, uniform(key(seed), [9], { min: -0.3, max: 0.3 })]),
  );
  const setup = setupOf(values);
  const solver = SOLVERS.get(name)!;
  const given = Object.fromEntries(
    solver.options
      .filter((option) => option.default === null)
      .map((option) => [option.name, OPTIONS[option.name as keyof typeof OPTIONS]]),
  );
  const recall = recallOf(
    layers.map((layer, n) => [layer, starts[n]] as const),
    { solver: solverOf(name, given), steps: lit(STEPS), stop: changeBelow(0) },
  );
  const settings = settingsOf(recall, setup, solver.options);
  const parts = { graph, recall, setup, solver, settings, groups: [], steps: STEPS };
  const givens: Inputs = new Map(
    starts.map((tensor, n) => [
      tensor,
      tf.tensor2d(normal(foldIn(key(seed), n), [BATCH, 3]), [BATCH, 3]),
    ]),
  );
  const motion = withEngine("simd", (engine) =>
    makeMotion(parts, ahead === undefined ? engine : { ...engine, ahead }),
  );
  try {
    const from = { givens, numbers: new Map(), batch: BATCH, key: key(seed), ahead: true };
    const moving = motion.begin(from);
    const found: unknown[] = [];
    for (const ask of list) {
      moving.advance(ask.active);
      found.push(await answer(moving, ask));
    }
    const active = list.at(-1)!.active;
    found.push(await answer(moving, { what: "read", active }), moving.time);
    found.push(await answer(moving, { what: "states", active }));
    moving.dispose();
    return found;
  } finally {
    motion.dispose();
    tf.dispose([...setup.values.values(), ...givens.values()]);
  }
}

async function answer(moving: Moving, { what, active: moves }: Ask): Promise<unknown> {
  switch (what) {
    case "read": {
      const { energy, change } = await moving.read();
      // How far an example moved that was held is nobody's business.
      return [Array.from(energy), Array.from(change, (x, b) => (moves?.[b] === false ? null : x))];
    }
    case "states":
      return (await moving.states("now")).map((layer) => Array.from(layer));
    case "before":
      return (await moving.states("before")).map((layer) => Array.from(layer));
    case "remembered":
      return (await moving.remembered(["accepted", "smallestStep"]))?.map((all) => Array.from(all));
    case "nothing":
      return undefined;
  }
}

test("a run that goes ahead and back tells the same as one that takes step by step", async () => {
  const before = arena().taken;
  await law(
    fc.asyncProperty(samples, async ({ ahead, ...sample }) => {
      expect(await told(sample, ahead)).toEqual(await told(sample, undefined));
    }),
    30,
  );
  expect(arena().taken).toBe(before);
});
