// Where the heads of an energy transformer look from a hidden patch of an icon that they have never seen.

import type { Figure, Mark, Panel } from "../../apps/docs/src/notebooks/figure.ts";
import { loadModelFile } from "../../packages/model/src/node.ts";
import { rounded } from "./numbers.ts";

const MODEL = new URL("../../examples/14-inpainting.ham", import.meta.url).pathname;
/** Patches along a side, pixels along a side of one, heads, their width, tokens' width, memories. */
const [SIDE, PATCH, H, Y, D, M] = [12, 4, 4, 12, 48, 128];
const N = SIDE ** 2;
const PIXELS = SIDE * PATCH;
/** Which of the test pictures, and which of its hidden patches: one in the middle of it. */
const PICTURE = 0;

/** The recall of one icon by a model that has learned, and what its heads see; `params` is its file. */
export async function attention(params: string): Promise<Record<string, Figure>> {
  using model = await loadModelFile(MODEL, { params });
  const one = (name: string, size: number) =>
    model.entries(name).data.slice(PICTURE * size, (PICTURE + 1) * size);
  const [picture, seen] = [one("picture", N * PATCH ** 2), one("seen", N)];
  using result = await model.recall({
    givens: {
      picture: { shape: [1, N, PATCH ** 2], data: Float32Array.from(picture) },
      seen: { shape: [1, N], data: Float32Array.from(seen) },
    },
  });
  const [tokens] = await Promise.all([...result.activations.values()].map((each) => each.data()));
  const weights = (name: string) => Float64Array.from(model.entries(name).data);
  const heads = headsOf(tokens, weights("Wq"), weights("Wk"));
  const energy = heads.energy + memoryEnergy(tokens, weights("Xi"));
  const reported = result.energies.at(-1)![0];
  if (!(Math.abs(energy - reported) < 1e-4 * Math.abs(reported))) {
    throw new Error(`the energy by hand is ${energy}, that of the recall ${reported}`);
  }
  const [decode, bias] = [weights("Wdec"), weights("Bdec")];
  const guess = Float64Array.from({ length: N * PATCH ** 2 }, (_, k) => {
    const [n, p] = [Math.floor(k / PATCH ** 2), k % PATCH ** 2];
    let sum = bias[p];
    for (let d = 0; d < D; d++) sum += decode[d * PATCH ** 2 + p] * tokens[n * D + d];
    return seen[n] === 1 ? picture[k] : Math.min(1, Math.max(0, sum));
  });
  const hidden = Array.from(seen, (bit, n) => (bit === 1 ? [] : [n])).flat();
  const middle = (SIDE - 1) / 2;
  const away = (n: number) => Math.hypot((n % SIDE) - middle, Math.floor(n / SIDE) - middle);
  const from = hidden.reduce((a, b) => (away(b) < away(a) ? b : a));
  const star: Mark = {
    as: "stars",
    ink: 1,
    name: "the hidden patch that looks",
    points: [[(from % SIDE) + 0.5, SIDE - 0.5 - Math.floor(from / SIDE)]],
  };
  const panel = (title: string, columns: number, values: readonly (number | null)[]): Panel => ({
    title,
    x: { label: "patch across", low: 0, high: SIDE },
    y: { label: "patch up", low: 0, high: SIDE },
    map: { columns, values: upsideDown(values, columns) },
    marks: [star],
  });
  const ink = (shown: ArrayLike<number>, isShown: (patch: number) => boolean) =>
    Array.from({ length: PIXELS ** 2 }, (_, k) => {
      const [row, column] = [Math.floor(k / PIXELS), k % PIXELS];
      const patch = Math.floor(row / PATCH) * SIDE + Math.floor(column / PATCH);
      if (!isShown(patch)) return null;
      const pixel = (row % PATCH) * PATCH + (column % PATCH);
      return Number((-shown[patch * PATCH ** 2 + pixel]).toPrecision(3)) + 0;
    });
  return {
    "transformer-attention": {
      scale: "lightness of the paper, or how much a head looks there",
      panels: [
        panel(
          "given",
          PIXELS,
          ink(picture, (patch) => seen[patch] === 1),
        ),
        panel(
          "filled in",
          PIXELS,
          ink(guess, () => true),
        ),
        ...heads.looks.map((look, h) =>
          panel(`head ${h + 1}`, SIDE, rounded(look.slice(from * N, (from + 1) * N), 3)),
        ),
      ],
    },
  };
}

/** How much every token hears every other by each head, softmax over b ≠ c of β k·q, and the energy. */
function headsOf(tokens: ArrayLike<number>, Wq: Float64Array, Wk: Float64Array) {
  const beta = 1 / Math.sqrt(Y);
  let energy = 0;
  const looks = Array.from({ length: H }, (_, h) => {
    const by = (W: Float64Array) =>
      Array.from({ length: N }, (_token, n) =>
        Float64Array.from({ length: Y }, (_y, y) => {
          let sum = 0;
          for (let d = 0; d < D; d++) sum += W[(h * Y + y) * D + d] * tokens[n * D + d];
          return sum;
        }),
      );
    const [queries, keys] = [by(Wq), by(Wk)];
    const look = new Float64Array(N * N);
    for (const [c, q] of queries.entries()) {
      const scores = keys.map((k, b) =>
        b === c ? -Infinity : beta * k.reduce((sum, value, y) => sum + value * q[y], 0),
      );
      const highest = Math.max(...scores);
      const total = scores.reduce((sum, score) => sum + Math.exp(score - highest), 0);
      energy -= (highest + Math.log(total)) / beta;
      look.set(
        scores.map((score) => Math.exp(score - highest) / total),
        c * N,
      );
    }
    return look;
  });
  return { looks, energy };
}

function memoryEnergy(tokens: ArrayLike<number>, Xi: Float64Array): number {
  let energy = 0;
  for (let n = 0; n < N; n++) {
    for (let m = 0; m < M; m++) {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += Xi[d * M + m] * tokens[n * D + d];
      energy -= Math.max(0, sum) ** 2 / 2;
    }
  }
  return energy;
}

/** The rows of a picture, the lowest first. */
function upsideDown<Value>(values: readonly Value[], columns: number): Value[] {
  const rows = values.length / columns;
  return Array.from(values, (_, k) => {
    const row = rows - 1 - Math.floor(k / columns);
    return values[row * columns + (k % columns)];
  });
}
