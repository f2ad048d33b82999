// The formulas of the block in float64, in plain loops: what the tests hold the tensors against.

import type { BlockConfig } from "@hamlet/energy-transformer";

/** The weights of a block, row-major. */
export interface Weights {
  readonly Wq: ArrayLike<number>;
  readonly Wk: ArrayLike<number>;
  readonly Xi: ArrayLike<number>;
}

/** The layer norm of every token, with γ = 1 and δ = 0. */
export function layerNorm(x: ArrayLike<number>, D: number, eps = 1e-5): Float64Array {
  const g = new Float64Array(x.length);
  for (let t = 0; t < x.length; t += D) {
    const token = Array.from({ length: D }, (_, d) => x[t + d]);
    const mean = token.reduce((a, b) => a + b, 0) / D;
    const variance = token.reduce((a, b) => a + (b - mean) ** 2, 0) / D;
    token.forEach((value, d) => (g[t + d] = (value - mean) / Math.sqrt(variance + eps)));
  }
  return g;
}

/** The energy of layer-normalised tokens. */
export function energy(g: ArrayLike<number>, weights: Weights, config: BlockConfig): number {
  const { width: D, heads: H, headWidth: Y, memories: M, selfAttention = false } = config;
  const beta = config.beta ?? 1 / Math.sqrt(Y);
  const N = g.length / D;
  let total = 0;
  for (let h = 0; h < H; h++) {
    const project = (W: ArrayLike<number>, t: number, y: number) => {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += W[(h * D + d) * Y + y] * g[t * D + d];
      return sum;
    };
    const rows = (W: ArrayLike<number>) =>
      Array.from({ length: N }, (_, t) => Array.from({ length: Y }, (__, y) => project(W, t, y)));
    const [q, k] = [rows(weights.Wq), rows(weights.Wk)];
    for (let c = 0; c < N; c++) {
      const scores = k.map((key, b) =>
        b === c && !selfAttention ? -Infinity : beta * key.reduce((s, x, y) => s + x * q[c][y], 0),
      );
      const top = Math.max(...scores);
      total -= (top + Math.log(scores.reduce((s, x) => s + Math.exp(x - top), 0))) / beta;
    }
  }
  for (let t = 0; t < N; t++) {
    for (let m = 0; m < M; m++) {
      let overlap = 0;
      for (let d = 0; d < D; d++) overlap += weights.Xi[m * D + d] * g[t * D + d];
      total -= Math.max(overlap, 0) ** 2 / 2;
    }
  }
  return total;
}
