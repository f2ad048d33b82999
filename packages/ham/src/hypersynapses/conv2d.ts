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

/** The size of the coarse axis: ⌈n / s⌉ with padding, ⌈(n − k + 1) / s⌉ without. */
function coarse(fine: Dim, kernel: number, stride: Expr, pad: unknown): Expr {
  const places = pad === "same" ? size(fine) : sub(size(fine), lit(kernel - 1));
  return apply("ceil", div(places, stride));
}

/** The fine unit that a coarse unit sees through entry `k` of the kernel: `s·y + k − before`. */
function seen(i: Index, { y, k }: { y: Index; k: Index }, stride: Expr, pad: unknown): Expr {
  const covered = add(mul(sub(size(y.dim), lit(1)), stride), size(k.dim));
  const outside = apply("max", sub(covered, size(i.dim)), lit(0));
  // Half of what stands out, rounded down, comes before the first unit.
  const before = pad === "same" ? neg(apply("ceil", mul(lit(-1 / 2), outside))) : lit(0);
  return apply("eq", position(i), sub(add(mul(stride, position(y)), position(k)), before));
}

/** How far the window moves along rows and columns. */
function stridesOf(options: Readonly<Record<string, unknown>>): readonly [Expr, Expr] {
  const stride = options["stride"];
  if (!Array.isArray(stride)) return [stride as Expr, stride as Expr];
  const [rows, columns] = stride as readonly number[];
  return [lit(rows), lit(columns)];
}

/** Rows and columns of the kernel. */
function kernelOf(options: Readonly<Record<string, unknown>>): readonly number[] {
  return options["kernel"] as readonly number[];
}

/**
 * Convolution: `E = −Σ b[y, x, f] W[f, c, ky, kx] a[s·y + ky − p, t·x + kx − q, c]`, where the
 * window moves by s rows and t columns: `stride = [s, t]`, or one number for both.
 *
 * `−∂E/∂b` is the convolution of `a`, `−∂E/∂a` the transposed convolution of `b`: both ways share
 * every weight. `pad = same` keeps ⌈size / stride⌉ units, as XLA pads; `valid` only those whose
 * window lies inside.
 *
 * Shapes: `a: [height, width, C]`, `b: [height₂, width₂, F]`, `W: [F, C, kh, kw]`.
 * @see Hoover et al. (2022), the HAMUX catalogue.
 */
export const synConv2d: HypersynapseDefinition = {
  kind: "hypersynapse",
  name: "conv2d",
  summary: "E = −Σ b[y, x, f] W[f, c, ky, kx] a[s·y + ky − p, t·x + kx − q, c]",
  args: [
    { name: "a", axes: ["height", "width", "C"] },
    { name: "b", axes: ["height2", "width2", "F"] },
  ],
  dims: [],
  options: [
    { name: "kernel", meaning: "rows and columns of the window", default: [3, 3], bound: null },
    {
      name: "stride",
      meaning: "how far the window moves, or rows and columns",
      default: 1,
      list: 2,
      bound: { op: ">=", value: 1 },
    },
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
    kh: ({ options }) => lit(kernelOf(options)[0]),
    kw: ({ options }) => lit(kernelOf(options)[1]),
    height2: ({ dims, options }) =>
      coarse(dims["height"], kernelOf(options)[0], stridesOf(options)[0], options["pad"]),
    width2: ({ dims, options }) =>
      coarse(dims["width"], kernelOf(options)[1], stridesOf(options)[1], options["pad"]),
  },
  energy: ({ dims, args: { a, b }, params: { W }, options }) => {
    const [i, j, c] = ["height", "width", "C"].map((axis) => makeIndex(axis[0], dims[axis]));
    const y = makeIndex("y", dims["height2"]);
    const x = makeIndex("x", dims["width2"]);
    const f = makeIndex("f", dims["F"]);
    const ky = makeIndex("ky", dims["kh"]);
    const kx = makeIndex("kx", dims["kw"]);
    const [s, t] = stridesOf(options);
    const rows = seen(i, { y, k: ky }, s, options["pad"]);
    const columns = seen(j, { y: x, k: kx }, t, options["pad"]);
    const product = mul(b(y, x, f), W(f, c, ky, kx), a(i, j, c));
    return neg(sum([y, x, f, c, ky, kx, i, j], product, apply("and", rows, columns)));
  },
  references: [HOOVER_2022],
};
