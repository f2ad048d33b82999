import {
  type Expr,
  HamError,
  type HypersynapseDefinition,
  makeIndex,
  mul,
  neg,
  sum,
} from "@hamlet/graph";
import { KOZACHKOV_2023, KROTOV_2021, weights } from "./options.ts";

/** What a many-body hypersynapse joins. */
export interface ManyBodyOptions {
  /** How many layers, from 2 up. */
  readonly layers: number;
  /**
   * `outer` (default): layers of any sizes, and a weight for every choice of one unit from each.
   * `shared`: layers of one axis; unit i meets unit i of all others, without weights.
   */
  readonly weights?: "outer" | "shared";
}

const GAIN = {
  name: "gain",
  meaning: "strength of the coupling",
  default: 1,
  bound: { op: ">", value: 0 },
} as const;

/**
 * Makes a hypersynapse that couples any number of layers by the product of their activations:
 * `E = −g Σ W[i₁, …, iₙ] a1[i₁] … an[iₙ]`, or `E = −g Σᵢ a1[i] … an[i]` over a shared axis.
 *
 * A signature has a fixed number of layers, so there is one definition for every number:
 * `many_body_4` takes `a1`, `a2`, `a3`, `a4`. A file without it writes the energy out.
 *
 * Shapes: `ak: [Ak]` and `W: [A1, …, An]`, which starts as N(0, 0.02²); or every `ak: [A]`.
 * @throws HamError `ham/bad-setting` when `layers` is not a whole number from 2 up.
 * @see Krotov & Hopfield (2021), arXiv:2008.06996, for n = 2; Kozachkov et al. (2023) for n = 4.
 * @example
 * const registry = makeRegistry(...LAGRANGIANS, ...HYPERSYNAPSES, makeManyBody({ layers: 4 }));
 */
export function makeManyBody({
  layers,
  weights: kind = "outer",
}: ManyBodyOptions): HypersynapseDefinition {
  if (!Number.isInteger(layers) || layers < 2) {
    throw new HamError(
      "ham/bad-setting",
      `A many-body hypersynapse joins a whole number of layers from 2 up, found ${layers}. Use "bias" for one layer.`,
    );
  }
  const shared = kind === "shared";
  const names = Array.from({ length: layers }, (_, k) => `a${k + 1}`);
  const axes = names.map((_, k) => (shared ? "A" : `A${k + 1}`));
  const places = axes.map((_, k) => `i${subscript(shared ? null : k + 1)}`);
  const product = names.map((name, k) => `${name}[${places[k]}]`).join(" ");
  return {
    kind: "hypersynapse",
    name: shared ? `many_body_shared_${layers}` : `many_body_${layers}`,
    summary: shared ? `E = −g Σ ${product}` : `E = −g Σ W[${places.join(", ")}] ${product}`,
    args: names.map((name, k) => ({ name, axes: [axes[k]] })),
    dims: [],
    options: [GAIN],
    params: shared ? [] : [weights("W", ...axes)],
    energy: ({ dims, args, params, options }) => {
      const one = makeIndex("i", dims[axes[0]]);
      const at = axes.map((axis, k) => (shared ? one : makeIndex(`i${k + 1}`, dims[axis])));
      const factors = names.map((name, k) => args[name](at[k]));
      const coupling = shared ? [] : [params["W"](...at)];
      const bound = shared ? [one] : at;
      return neg(mul(options["gain"] as Expr, sum(bound, mul(...coupling, ...factors))));
    },
    references: [KROTOV_2021, KOZACHKOV_2023],
  };
}

/** `₁₂` for 12, nothing for null. */
function subscript(number: number | null): string {
  return number === null
    ? ""
    : Array.from(String(number), (digit) => "₀₁₂₃₄₅₆₇₈₉"[+digit]).join("");
}
