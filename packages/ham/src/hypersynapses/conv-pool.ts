import {
  add,
  apply,
  type Dim,
  div,
  type Expr,
  type HypersynapseDefinition,
  type Index,
  lit,
  makeIndex,
  mul,
  neg,
  position,
  size,
  sub,
  sum,
} from "@hamlet/graph";
import { HOOVER_2022, weights } from "./options.ts";

/** One of the two directions of the plane. */
interface Direction {
  readonly fine: Dim;
  readonly kernel: number;
  readonly pool: number;
  readonly same: boolean;
}

/** The units of the convolution in between, which no layer holds. */
function between({ fine, kernel, same }: Direction): Expr {
  return same ? size(fine) : sub(size(fine), lit(kernel - 1));
}

/** The size of the coarse axis: whole windows of the pooling only. */
function coarse(direction: Direction): Expr {
  const last = sub(between(direction), lit(direction.pool - 1));
  return apply("ceil", div(last, lit(direction.pool)));
}

/** Whether coarse unit y sees fine unit i through entry r of the window of both. */
function seen(i: Index, { y, r }: { y: Index; r: Index }, { kernel, pool, same }: Direction): Expr {
  // Half of what stands out, rounded down, comes before the first unit.
  const before = same ? Math.floor((kernel - 1) / 2) : 0;
  const place = add(mul(lit(pool), position(y)), position(r));
  return apply("eq", position(i), add(place, lit(-before)));
}

/** Whether entry r of the window of both is entry k of the kernel, moved by 0 … p − 1. */
function moved(r: Index, k: Index, { pool }: Direction): Expr {
  const by = sub(position(r), position(k));
  return apply("and", apply("le", lit(0), by), apply("lt", by, lit(pool)));
}

function pairOf(value: unknown): readonly number[] {
  return value as readonly number[];
}

/**
 * Convolution and mean pooling as one edge: `E = −Σ b[y, x, f] mean_{u, v} c[p·y + u, q·x + v, f]`
 * with the convolution `c[y, x, f] = Σ W[f, k, ky, kx] a[y + ky − r, x + kx − s, k]`.
 *
 * No layer holds c. `−∂E/∂b` is the mean of the convolution over p × q places, `−∂E/∂a` its
 * transpose. As both are linear they are one convolution of stride p × q, whose window is larger by
 * p − 1 and q − 1 and holds the means of W; it is made once, before a recall.
 *
 * The convolution itself has stride 1; `pad = same` keeps the size of `a`, `valid` takes windows
 * that lie inside. The pooling takes whole windows that do not overlap.
 *
 * Shapes: `a: [height, width, C]`, `b: [height₂, width₂, F]`, `W: [F, C, kh, kw]`.
 * @see Hoover et al. (2022), the HAMUX catalogue, for the convolution.
 */
export const synConvPool: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "conv_pool",
  summary: "E = −Σ b[y, x, f] mean_{u, v} W[f, c, ky, kx] a[p·y + u + ky − r, q·x + v + kx − s, c]",
  args: [
    { name: "a", axes: ["height", "width", "C"] },
    { name: "b", axes: ["height2", "width2", "F"] },
  ],
  dims: [],
  options: [
    { name: "kernel", meaning: "rows and columns of the window", default: [3, 3], bound: null },
    { name: "pool", meaning: "rows and columns that are pooled", default: [2, 2], bound: null },
    {
      name: "pad",
      meaning: "what happens at the edge",
      default: "same",
      bound: null,
      words: ["same", "valid"],
    },
  ],
  params: [weights("W", "F", "C", "kh", "kw")],
  derived: {
    kh: ({ options }) => lit(pairOf(options["kernel"])[0]),
    kw: ({ options }) => lit(pairOf(options["kernel"])[1]),
    rh: ({ options }) => lit(pairOf(options["kernel"])[0] + pairOf(options["pool"])[0] - 1),
    rw: ({ options }) => lit(pairOf(options["kernel"])[1] + pairOf(options["pool"])[1] - 1),
    height2: ({ dims, options }) => coarse(directionOf("height", 0, { dims, options })),
    width2: ({ dims, options }) => coarse(directionOf("width", 1, { dims, options })),
  },
  energy: ({ dims, args: { a, b }, params: { W }, options }) => {
    const [i, j, c] = ["height", "width", "C"].map((axis) => makeIndex(axis[0], dims[axis]));
    const [y, x] = [makeIndex("y", dims["height2"]), makeIndex("x", dims["width2"])];
    const f = makeIndex("f", dims["F"]);
    const [ky, kx] = [makeIndex("ky", dims["kh"]), makeIndex("kx", dims["kw"])];
    const [ry, rx] = [makeIndex("ry", dims["rh"]), makeIndex("rx", dims["rw"])];
    const rows = directionOf("height", 0, { dims, options });
    const columns = directionOf("width", 1, { dims, options });
    const entries = apply("and", moved(ry, ky, rows), moved(rx, kx, columns));
    const means = div(sum([ky, kx], W(f, c, ky, kx), entries), lit(rows.pool * columns.pool));
    const inside = apply("and", seen(i, { y, r: ry }, rows), seen(j, { y: x, r: rx }, columns));
    return neg(sum([y, x, f, c, ry, rx, i, j], mul(b(y, x, f), means, a(i, j, c)), inside));
  },
  references: [HOOVER_2022],
};

function directionOf(
  axis: "height" | "width",
  at: 0 | 1,
  {
    dims,
    options,
  }: { dims: Readonly<Record<string, Dim>>; options: Readonly<Record<string, unknown>> },
): Direction {
  return {
    fine: dims[axis],
    kernel: pairOf(options["kernel"])[at],
    pool: pairOf(options["pool"])[at],
    same: options["pad"] === "same",
  };
}
