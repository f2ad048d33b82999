// The numbers that the notebooks print, and what they were printed for.

import { type Key, key, split, uniform } from "@hamlet/core";

/** Signs of a fair coin as 0 and `1/√D`, in float32, as the notebooks draw states. */
export function coins(from: Key, shape: readonly [number, number], D: number): Float32Array {
  const high = Math.fround(1 / Math.fround(Math.sqrt(D)));
  return Float32Array.from(uniform(from, shape), (u) => (u > 0.5 ? high : 0));
}

/** Rows of a matrix. */
export function rowsOf(flat: Float32Array, D: number): Float32Array[] {
  return Array.from({ length: flat.length / D }, (_, k) => flat.slice(k * D, (k + 1) * D));
}

/** The notebook: D = 30, Y = 100 000, K = 20, β = 25. */
export function notebook() {
  const D = 30;
  const keys = split(key(779), 10);
  const pairs = coins(keys[0], [D, 2], D);
  return {
    options: { D, Y: 100_000, beta: 25, key: keys[9] },
    x: pairs.filter((_, i) => i % 2 === 0),
    y: pairs.filter((_, i) => i % 2 === 1),
    memories: coins(keys[2], [20, D], D),
    queries: coins(keys[6], [100, D], D),
    printed: {
      kernel: "0.0013",
      approxKernel: "0.0030",
      energy: "0.0847",
      approxEnergy: "0.0886",
      energies: "0.0950 0.1262 0.1140 0.0997 0.1023 0.1107 0.0991 0.1278 0.1082 0.1035".split(" "),
      divergences: [0.0238, 0.0269, 0.0436, 0.0285, 0.0306, 0.0352, 0.0269, 0.0383, 0.0325, 0.0356],
    },
  };
}

/** The earlier notebook: D = 10, Y = 100, K = 20, β = 10. */
export function earlierNotebook() {
  const D = 10;
  const [k1, k2, k3, k4, k5] = split(key(0), 6);
  return {
    options: { D, Y: 100, beta: 10, key: k1 },
    x: coins(k2, [1, D], D),
    y: coins(k3, [1, D], D),
    memories: coins(k4, [20, D], D),
    queries: coins(k5, [100, D], D),
    printed: {
      kernel: 0.011108992,
      approxKernel: 0.006203072,
      energy: -0.07309916,
    },
    /** In float64. The notebook prints −.08676291 and .13190839: its T is of rounded products. */
    exact: {
      approxEnergy: -0.086716925,
      divergence: 0.131961926,
    },
  };
}
