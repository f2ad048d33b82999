// An energy transformer: both energies of a block along its steps.

import type { Figure, Mark } from "../../apps/docs/src/notebooks/figure.ts";
import { key, normal } from "../../packages/core/src/index.ts";
import { loadModelFile } from "../../packages/model/src/node.ts";
import { around } from "./numbers.ts";

const MODEL = new URL("../../examples/06-energy-transformer.ham", import.meta.url).pathname;
const [EXAMPLES, TOKENS, WIDTH] = [6, 17, 32];

export async function transformer(): Promise<Record<string, Figure>> {
  using model = await loadModelFile(MODEL);
  const tokens = Float32Array.from(normal(key(0), [EXAMPLES * TOKENS, WIDTH]));
  // Every other token is hidden.
  const visible = Float32Array.from({ length: EXAMPLES * TOKENS }, (_, k) => (k % TOKENS) % 2);
  using result = await model.recall({
    batch: EXAMPLES,
    givens: {
      tokens: { shape: [EXAMPLES, TOKENS, WIDTH], data: tokens },
      visible: { shape: [EXAMPLES, TOKENS], data: visible },
    },
  });
  const marks = Array.from({ length: EXAMPLES }, (_, example): Mark => ({
    as: "line",
    ink: 2,
    points: result.energies.map((energy, at) => [
      result.energySteps[at],
      Number(energy[example].toPrecision(6)),
    ]),
    ...(example === 0 && { name: "one set of tokens" }),
  }));
  const all = marks.flatMap(({ points }) => points);
  return {
    "transformer-energies": {
      panels: [
        {
          title: "06-energy-transformer.ham",
          x: { label: "step of 0.1", low: 0, high: Math.max(...all.map(([step]) => step)) },
          y: around(
            "attention and memory energy",
            all.map(([, energy]) => energy),
          ),
          marks,
        },
      ],
    },
  };
}
