// An energy transformer: both energies of a block along its steps.

import type { Figure } from "../../apps/docs/src/notebooks/figure.ts";
import { key, normal } from "../../packages/core/src/index.ts";
import { loadModelFile } from "../../packages/model/src/node.ts";
import { energiesAlong } from "./marks.ts";

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
  return {
    "transformer-energies": {
      panels: [
        {
          title: "06-energy-transformer.ham",
          ...energiesAlong(result, {
            step: "step of 0.1",
            energy: "attention and memory energy",
            look: (example) => ({ ink: 2, ...(example === 0 && { name: "one set of tokens" }) }),
          }),
        },
      ],
    },
  };
}
