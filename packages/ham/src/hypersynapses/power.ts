import type { HypersynapseOption } from "@hamlet/graph";

/** The power n of a dense associative memory: larger separates more patterns. */
export function power(usual: number): HypersynapseOption {
  return {
    name: "n",
    meaning: "power, larger separates more",
    default: usual,
    bound: { op: ">=", value: 1 },
  };
}
