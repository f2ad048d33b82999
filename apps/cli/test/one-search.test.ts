// One model, four doors to its fixed points: they list the same ones, of the same kinds.

import "@tensorflow/tfjs-backend-cpu";
import { energyCensus, type Points } from "@hamlet/diffusion";
import { samples, seed } from "../../../tools/samples.ts";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answers } from "../../docs/src/play/answer.ts";
import { startBackend } from "../src/backend.ts";
import { type Bench, makeBench } from "./ham.ts";

let bench: Bench;
beforeAll(async () => {
  bench = makeBench();
  await startBackend("wasm");
});
afterAll(() => bench[Symbol.dispose]());

/** As on the landscape page: the command line reads the file beside it. */
const textOf = (beta: number) => `ham 1

dim D = 2, K
const beta: real > 0 = ${beta}

data xi: [K, D] from "xi.npy"

neuron v: [D] as identity { leak = off }

energy lse = -1/beta * logsumexp[m] (-beta/2 * sum[i] (v[i] - xi[m, i])^2)
`;

interface Mark {
  readonly kind: string;
  readonly at: readonly number[];
}

/** In an order that rounding does not change. */
const ordered = (marks: readonly Mark[]) =>
  marks.toSorted(
    (a, b) =>
      a.kind.localeCompare(b.kind) ||
      Math.round(1e4 * (a.at[0] - b.at[0])) ||
      Math.round(1e4 * (a.at[1] - b.at[1])),
  );

async function listed(command: string): Promise<Record<string, unknown>> {
  const { stdout } = await bench.inProcess([command, "m.ham", "--json"]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function wholeAnswer(text: string, { shape, data }: Points) {
  const points = Array.from(
    { length: shape[0] },
    (_, i) => [data[2 * i], data[2 * i + 1]] as const,
  );
  const parts = answers({ text, points, ball: [0, 0], span: 2 });
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return value;
  }
}

const coordinate = fc.integer({ min: -150, max: 150 }).map((n) => Math.fround(n / 100));

test("a model has the same fixed points at every door", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }).map((n) => n / 4),
      async (rows, beta) => {
        const patterns: Points = {
          shape: [rows.length, 2],
          data: Float64Array.from(rows.flat()),
        };
        bench.write("m.ham", textOf(beta));
        bench.writeArray("xi.npy", {
          shape: [rows.length, 2],
          data: Float32Array.from(rows.flat()),
        });
        const { points } = (await listed("fixed-points")) as {
          points: { kind: string; states: { v: number[] }; eigenvalues: number[] }[];
        };
        // Where a point is about to turn into others, rounding decides what it is.
        fc.pre(points.every(({ eigenvalues }) => eigenvalues.every((x) => Math.abs(x) > 1e-3)));
        const expected = ordered(points.map(({ kind, states }) => ({ kind, at: states.v })));
        const diffusion = await energyCensus(patterns, { beta: beta / 2 });
        const { fixedPoints } = (await listed("landscape")) as {
          fixedPoints: { kind: string; state: number[] }[];
        };
        const doors: Record<string, readonly Mark[]> = {
          diffusion: diffusion.points.map(({ kind, at }) => ({ kind, at: [...at] })),
          landscape: fixedPoints.map(({ kind, state }) => ({ kind, at: state })),
          page: (await wholeAnswer(textOf(beta), patterns)).drawing!.marks,
        };
        for (const [door, marks] of Object.entries(doors)) {
          const found = ordered(marks);
          expect([door, found.map(({ kind }) => kind)]).toEqual([
            door,
            expected.map(({ kind }) => kind),
          ]);
          found.forEach(({ at }, i) =>
            at.forEach((x, d) => expect(x).toBeCloseTo(expected[i].at[d], 5)),
          );
        }
        expect(diffusion.morse).toBe(1);
      },
    ),
    { numRuns: samples(6), seed: seed() },
  );
});
