// All states of small binary memories, beside a search that knows nothing but the energy.

import { key } from "@hamlet/core";
import { compile } from "@hamlet/dsl";
import { evaluateScalar, type Tensor } from "@hamlet/graph";
import { binaryAtlas } from "@hamlet/ham/atlas";
import { CATALOGUE } from "@hamlet/model";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../tools/law.ts";

const SCORE = "(sum[i] xi[k, i] * v[i])";
const ENERGIES = [`-sum[k] ${SCORE}^2`, `-sum[k] ${SCORE}^3`, `-logsumexp[k] 2 * ${SCORE}`];

function memory(kind: string, energy: string, patterns: readonly (readonly number[])[]) {
  const [K, D] = [patterns.length, patterns[0].length];
  const text = `ham 1
dim K = ${K}, D = ${D}
data xi: [K, D] = ${JSON.stringify(patterns)}
neuron v: [D] as ${kind}
energy e = ${energy}
`;
  const { graph } = compile({ name: "m.ham", text }, { registry: CATALOGUE });
  const xi = graph.tensors.find(({ name }) => name === "xi")!;
  const space = { sizes: new Map(), tensors: new Map<Tensor, number[]>([[xi, patterns.flat()]]) };
  return { graph, space, v: graph.neurons[0] };
}

/** Where steepest descents from all states end, and from how many. */
function byHand({ graph, space, v }: ReturnType<typeof memory>, [low, high]: readonly number[]) {
  const count = graph.dims.find(({ name }) => name === "D")!.size!;
  const bits = count.kind === "lit" ? count.value : 0;
  const states = Array.from({ length: 2 ** bits }, (_, at) =>
    Array.from({ length: bits }, (__, i) => ((at >> i) & 1 ? high : low)),
  );
  const energies = states.map((state) =>
    evaluateScalar(graph.terms[0].energy, {
      ...space,
      tensors: new Map([...space.tensors, [v.activation, state]]),
    }),
  );
  const scale = Math.max(...energies.map(Math.abs));
  const ends = new Map<string, number>();
  states.forEach((_, start) => {
    let at = start;
    for (;;) {
      const around = Array.from({ length: bits }, (__, i) => at ^ (1 << i));
      const best = around.reduce((a, b) => (energies[b] < energies[a] ? b : a));
      if (!(energies[best] < energies[at] - 1e-12 * scale)) break;
      at = best;
    }
    const name = states[at].join();
    ends.set(name, (ends.get(name) ?? 0) + 1);
  });
  return ends;
}

const model = fc
  .tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 3 }))
  .chain(([D, K]) =>
    fc.record({
      kind: fc.constantFrom("sign", "step"),
      energy: fc.constantFrom(...ENERGIES),
      patterns: fc.array(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: D, maxLength: D }),
        { minLength: K, maxLength: K },
      ),
    }),
  );

test("of few bits every state is tried: the minima are those found by hand", async () => {
  await law(
    fc.asyncProperty(model, async ({ kind, energy, patterns }) => {
      const made = memory(kind, energy, patterns);
      const { minima, exhaustive, starts } = await binaryAtlas(made.graph, made.space);
      const ends = byHand(made, kind === "sign" ? [-1, 1] : [0, 1]);
      expect(exhaustive).toBe(true);
      const found = minima.map(({ states, share }) => [
        [...states.get(made.v)!].join(),
        share * starts,
      ]);
      // Basins may differ where flips are worth the same but for rounding.
      expect(new Set(found.map(([name]) => name))).toEqual(new Set(ends.keys()));
      expect(found.reduce((sum, [, size]) => sum + Number(size), 0)).toBe(starts);
    }),
    25,
  );
});

const PATTERNS = [
  [1, 1, 1, 1, -1, -1, -1, -1],
  [1, -1, 1, -1, 1, -1, 1, -1],
];

test("patterns that do not overlap are minima with their negatives, and basins those found by hand", async () => {
  const made = memory("sign", ENERGIES[0], PATTERNS);
  const { minima, starts } = await binaryAtlas(made.graph, made.space);
  // Whole numbers have no rounding, so that flips that are worth the same are told alike.
  const sizes = minima.map(
    ({ states, share }) => [states.get(made.v)!.join(), share * starts] as const,
  );
  expect(new Map(sizes)).toEqual(byHand(made, [-1, 1]));
  const named = minima.filter(({ pattern }) => pattern !== null);
  const names = ["xi[0]", "-xi[0]", "xi[1]", "-xi[1]"];
  expect(new Set(named.map(({ pattern }) => pattern))).toEqual(new Set(names));
  const [first] = named;
  for (const { share, energy } of named) {
    expect(energy).toBe(first.energy);
    expect(share).toBeGreaterThan(0);
  }
  expect(minima.reduce((sum, { share }) => sum + share, 0)).toBe(1);
});

test("of more bits a sample is: its intervals hold the shares of all states, most of the time", async () => {
  const { graph, space, v } = memory("sign", ENERGIES[0], PATTERNS);
  const all = await binaryAtlas(graph, space);
  const some = await binaryAtlas(graph, space, { bits: 4, starts: 400, key: key(3) });
  expect(some.exhaustive).toBe(false);
  const nameOf = (states: (typeof all.minima)[0]["states"]) => states.get(v)!.join();
  const shares = new Map(all.minima.map(({ states, share }) => [nameOf(states), share]));
  const held = some.minima.filter(({ states, basin }) => {
    const share = shares.get(nameOf(states))!;
    return basin.low <= share && share <= basin.high;
  });
  expect(held.length).toBeGreaterThanOrEqual(0.8 * some.minima.length);
});

test("a layer that moves smoothly is refused", async () => {
  const { graph, space } = memory("tanh", ENERGIES[0], PATTERNS);
  await expect(binaryAtlas(graph, space)).rejects.toThrow('The layer "v" moves smoothly');
});
