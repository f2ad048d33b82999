import {
  add,
  apply,
  div,
  type Expr,
  type HypersynapseDefinition,
  lit,
  makeIndex,
  mul,
  neg,
  pow,
  size,
  sum,
} from "@hamlet/graph";
import { BETA, PATTERN_COUNT, PATTERNS } from "./options.ts";

/**
 * Log-sum-exp memory through random features: `E = −(1/β) log max(h, eps)` with
 * `h = (1/Y) Σ_y (cos φ_y Σₘ cos ψ_ym + sin φ_y Σₘ sin ψ_ym)`, `φ = √β ω a` and `ψ = √β ω ξ`.
 *
 * The sums over stored patterns do not change during a recall, so its steps take the same time for
 * any number of them. Below `eps` the energy is flat.
 *
 * Shapes: `a: [A]`, `xi: [K, A]`, one pattern a row, `omega: [Y, A]`.
 * @see Hoover et al. (2024), arXiv:2410.24153.
 */
export const synDrdam: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "drdam",
  summary:
    "E = −log max(Σ_y (cos φ_y Σₘ cos ψ_ym + sin φ_y Σₘ sin ψ_ym) / Y, eps) / β, φ = √β ω a, ψ = √β ω ξ",
  args: [{ name: "a", axes: ["A"] }],
  dims: [PATTERN_COUNT, { name: "Y", meaning: "number of random features", default: 4096 }],
  options: [
    BETA,
    {
      name: "eps",
      meaning: "smallest kernel sum, below which the energy is flat",
      default: 1e-10,
      bound: { op: ">", value: 0 },
    },
  ],
  params: [
    PATTERNS,
    {
      name: "omega",
      axes: ["Y", "A"],
      source: { from: "draw", distribution: "normal", args: [lit(0), lit(1)] },
      bound: null,
    },
  ],
  energy: ({ dims, args: { a }, params: { xi, omega }, options }) => {
    const i = makeIndex("i", dims["A"]);
    const m = makeIndex("m", dims["K"]);
    const y = makeIndex("y", dims["Y"]);
    const beta = options["beta"] as Expr;
    const sharp = pow(beta, lit(1 / 2));
    const phase = mul(sharp, sum([i], mul(omega(y, i), a(i))));
    const stored = mul(sharp, sum([i], mul(omega(y, i), xi(m, i))));
    const memory = (wave: "cos" | "sin") => mul(apply(wave, phase), sum([m], apply(wave, stored)));
    const kernelSum = div(sum([y], add(memory("cos"), memory("sin"))), size(dims["Y"]));
    return neg(div(apply("log", apply("max", kernelSum, options["eps"] as Expr)), beta));
  },
  references: [
    'Hoover, Chau, Strobelt, Ram & Krotov, "Dense associative memory through the lens of random features", NeurIPS 2024, arXiv:2410.24153',
  ],
};
