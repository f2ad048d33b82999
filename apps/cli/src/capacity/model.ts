// The memories that `ham capacity` measures, each as the `.ham` file that anybody could write.

/** An energy of binary patterns. */
export type CapacityEnergy =
  | { readonly name: "quadratic" }
  | { readonly name: "polynomial"; readonly n: number }
  | { readonly name: "rectified"; readonly n: number }
  | { readonly name: "exponential" }
  | { readonly name: "log-sum-exp"; readonly beta: number };

export const CAPACITY_ENERGIES = [
  "quadratic",
  "polynomial",
  "rectified",
  "exponential",
  "log-sum-exp",
] as const;

/** How damaged copies are recalled: sweeps until none flips a unit, or one synchronous step. */
export const CAPACITY_RECALLS = ["settle", "step"] as const;
export type CapacityRecall = (typeof CAPACITY_RECALLS)[number];

/** The energy over `agreement[m]`, the agreement of the state with pattern m, and the size D. */
export function energyText(energy: CapacityEnergy): string {
  switch (energy.name) {
    case "quadratic":
      return "-1/2 * sum[m] agreement[m]^2";
    case "polynomial":
      // In halves of D, so that powers stay in range.
      return `-1/${energy.n} * sum[m] (2 * agreement[m] / D)^${energy.n}`;
    case "rectified":
      return `-1/${energy.n} * sum[m] relu(2 * agreement[m] / D)^${energy.n}`;
    case "exponential":
      // The logarithm of the sum falls exactly where the sum grows, and stays in range.
      return "-logsumexp[m] agreement[m]";
    case "log-sum-exp":
      return `-1/${energy.beta} * logsumexp[m] ${energy.beta} * agreement[m]`;
  }
}

/** A model with K patterns of D units: `step` tries every unit once, `settle` recalls. */
export function capacityModel(energy: CapacityEnergy, [K, D]: readonly [number, number]): string {
  return `ham 1

dim K = ${K}, D = ${D}

data xi: sign[K, D] from "patterns"
given query: sign[D]

neuron v: [D] as sign

let agreement[m] = sum[i] xi[m, i] * v[i]

energy memory = ${energyText(energy)}

@allow(sync_may_cycle)
recall step {
  start v = query
  solver = sync
  steps = 1
}

recall settle {
  start v = query
  solver = async(order = permutation)
  steps = 200 * D
  stop when settled
}
`;
}
