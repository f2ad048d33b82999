// What moves on the first page: half-hidden digits that a memory of a thousand completes.

import { readFileSync } from "node:fs";
import { loadModel } from "../../packages/model/src/index.ts";
import { diskFiles } from "../../packages/model/src/node.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;
/** Pictures of `damaged.npz` that are shown, and the most states of each. */
const [SHOWN, FRAMES] = [[1, 12, 23, 34, 45, 56, 67, 78], 24];
const SIDE = 8;

export async function home(): Promise<Record<string, object>> {
  const file = `${EXAMPLES}digits.ham`;
  const text = readFileSync(file, "utf8").replace("  stop when", "  record v every 1\n  stop when");
  using model = await loadModel({ name: file, text }, { files: diskFiles(file) });
  const [picture, known] = ["picture", "known"].map((name) => {
    const { data } = model.entries(name);
    const size = SIDE ** 2;
    const rows = SHOWN.flatMap((row) => [...data.subarray(row * size, (row + 1) * size)]);
    return { shape: [SHOWN.length, SIDE, SIDE], data: Float32Array.from(rows) };
  });
  using result = await model.recall({ givens: { picture, known } });
  const [{ activations, steps }] = result.trajectories.values();
  const all = await activations.data();
  const frames = Math.min(FRAMES, steps.length);
  const size = SIDE ** 2;
  return {
    home: {
      side: SIDE,
      engine: result.engine,
      digits: SHOWN.map((row, digit) => {
        const { ending, steps: made } = result.outcomes[digit];
        return {
          row,
          ending,
          steps: made,
          known: Array.from(known.data.subarray(digit * size, (digit + 1) * size), Number),
          // Sixteen grey levels, as the digits have.
          states: Array.from({ length: frames }, (_frame, at) => {
            const from = (at * SHOWN.length + digit) * size;
            return Array.from(all.subarray(from, from + size), (grey) =>
              Math.round(15 * Math.min(1, Math.max(0, grey))).toString(16),
            ).join("");
          }),
          energies: Array.from({ length: frames }, (_frame, at) =>
            Number(result.energies[at][digit].toPrecision(4)),
          ),
        };
      }),
    },
  };
}
