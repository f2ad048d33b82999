import {
  add,
  apply,
  div,
  type Expr,
  type HypersynapseDefinition,
  type HypersynapseOption,
  type HypersynapseUse,
  type Index,
  lit,
  makeIndex,
  mul,
  neg,
  type ParamDefinition,
  pow,
  type ReadEntry,
  size,
  sub,
  sum,
} from "@hamlet/graph";
import { BETA, PATTERN_COUNT, PATTERNS } from "./options.ts";

const EPS: HypersynapseOption = {
  name: "eps",
  meaning: "smallest kernel sum, below which the energy is flat",
  default: 1e-10,
  bound: { op: ">", value: 0 },
};
const FEATURES: HypersynapseOption = {
  name: "features",
  meaning: "cosines and sines of the phases, or exponentials, whose sum is always above 0",
  default: "sin_cos",
  words: ["sin_cos", "positive"],
  bound: null,
};
const FAMILY: HypersynapseOption = {
  name: "rows",
  meaning: "how omega is drawn: independent rows, orthogonal ones, or those of fast transforms",
  default: "gaussian",
  words: ["gaussian", "orthogonal", "structured"],
  bound: null,
};
const ROWS: ParamDefinition = {
  name: "omega",
  axes: ["Y", "A"],
  source: { from: "draw", distribution: "normal", args: [lit(0), lit(1)] },
  drawnBy: {
    option: "rows",
    distributions: { orthogonal: "orthogonal_features", structured: "structured_features" },
  },
  bound: null,
};
const PAPER =
  'Hoover, Chau, Strobelt, Ram & Krotov, "Dense associative memory through the lens of random features", NeurIPS 2024, arXiv:2410.24153';
const ONE_LAYER = [{ name: "a", axes: ["A"] }];

/** What the phases of a state make: the two entries of a feature vector without their scale. */
function entriesOf(
  kind: string | undefined,
  { omega, beta, A }: { omega: ReadEntry; beta: Expr; A: HypersynapseUse["dims"][string] },
): (y: Index, state: (at: Index) => Expr) => readonly [Expr, Expr] {
  const sharp = pow(beta, lit(1 / 2));
  return (y, state) => {
    const i = makeIndex("i", A);
    const phase = mul(sharp, sum([i], mul(omega(y, i), state(i))));
    if (kind !== "positive") return [apply("cos", phase), apply("sin", phase)];
    const j = makeIndex("j", A);
    const shift = mul(beta, sum([j], pow(state(j), lit(2))));
    return [apply("exp", sub(phase, shift)), apply("exp", sub(neg(phase), shift))];
  };
}

/** `−(1/β) log max(h, eps)` */
function energyOf(kernelSum: Expr, { beta, eps }: { beta: Expr; eps: Expr }): Expr {
  return neg(div(apply("log", apply("max", kernelSum, eps)), beta));
}

/**
 * Log-sum-exp memory through random features: `E = −(1/β) log max(h, eps)` with
 * `h = (1/Y) Σ_y (cos φ_y Σₘ cos ψ_ym + sin φ_y Σₘ sin ψ_ym)`, `φ = √β ω a` and `ψ = √β ω ξ`; for
 * positive features `h = (1/2Y) Σ_y Σ± e^(±φ_y − β|a|²) Σₘ e^(±ψ_ym − β|ξₘ|²)`.
 *
 * The sums over stored patterns do not change during a recall, so its steps take the same time for
 * any number of them. Below `eps` the energy is flat.
 *
 * Shapes: `a: [A]`, `xi: [K, A]`, one pattern a row, `omega: [Y, A]`. Where it is read from a file
 * that a memory was stored in, `T_cos` and `T_sin` (or `T_plus` and `T_minus`) are `[Y]`.
 * @see Hoover et al. (2024), arXiv:2410.24153.
 */
export const synDrdam: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "drdam",
  summary:
    "E = −log max(Σ_y (cos φ_y Σₘ cos ψ_ym + sin φ_y Σₘ sin ψ_ym) / Y, eps) / β, φ = √β ω a, ψ = √β ω ξ",
  args: ONE_LAYER,
  dims: [PATTERN_COUNT, { name: "Y", meaning: "number of random features", default: 4096 }],
  options: [BETA, EPS, FEATURES, FAMILY],
  params: [PATTERNS, ROWS],
  energy: ({ dims, args: { a }, params: { xi, omega }, options }) => {
    const m = makeIndex("m", dims["K"]);
    const y = makeIndex("y", dims["Y"]);
    const [beta, eps] = [options["beta"] as Expr, options["eps"] as Expr];
    const features = options["features"] as string | undefined;
    const entries = entriesOf(features, { omega, beta, A: dims["A"] });
    const [u, v] = entries(y, (i) => a(i));
    const [s, t] = entries(y, (i) => xi(m, i));
    const shares = add(mul(u, sum([m], s)), mul(v, sum([m], t)));
    const rows = size(dims["Y"]);
    const count = features === "positive" ? mul(lit(2), rows) : rows;
    return energyOf(div(sum([y], shares), count), { beta, eps });
  },
  stored: ({ features }) => STORED[features],
  references: [PAPER],
};

/** The same of a memory that was stored: `h = Σ_y (u_y T_y + v_y T′_y) / √Y`, or `/ √(2Y)`. */
function storedDrdam(features: string, halves: readonly [string, string]): HypersynapseDefinition {
  const half = (name: string): ParamDefinition => ({
    name,
    axes: ["Y"],
    source: { from: "value", value: lit(0) },
    bound: null,
  });
  return {
    ...synDrdam,
    summary: `E = −log max(⟨Φ(a), T⟩, eps) / β with T = Σₘ Φ(ξₘ)`,
    dims: synDrdam.dims.filter(({ name }) => name !== "K"),
    options: [EPS, FEATURES],
    params: [
      ...halves.map(half),
      ROWS,
      {
        name: "beta",
        axes: [],
        source: { from: "value", value: lit(1) },
        bound: { op: ">", value: 0 },
      },
    ],
    energy: ({ dims, args: { a }, params, options }) => {
      const y = makeIndex("y", dims["Y"]);
      const beta = params["beta"]();
      const entries = entriesOf(features, { omega: params["omega"], beta, A: dims["A"] });
      const [u, v] = entries(y, (i) => a(i));
      const shares = add(mul(u, params[halves[0]](y)), mul(v, params[halves[1]](y)));
      const rows = size(dims["Y"]);
      const scale = pow(features === "positive" ? mul(lit(2), rows) : rows, lit(-1 / 2));
      return energyOf(mul(scale, sum([y], shares)), { beta, eps: options["eps"] as Expr });
    },
  };
}

const STORED: Readonly<Record<string, HypersynapseDefinition>> = {
  sin_cos: storedDrdam("sin_cos", ["T_cos", "T_sin"]),
  positive: storedDrdam("positive", ["T_plus", "T_minus"]),
};
