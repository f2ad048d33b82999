// The score network as an expression of the graph.
//
// A time is embedded by sines and cosines of random frequencies and two layers; the point joins it;
// more layers follow, the last of them normalised; what comes out is divided by σ √t.
//
// Song et al., Score-based generative modeling through stochastic differential equations, ICLR
// 2021, arXiv:2011.13456; Tancik et al., Fourier features let networks learn high frequency
// functions in low dimensional domains, NeurIPS 2020, arXiv:2006.10739.

import {
  add,
  apply,
  type Dim,
  type Expr,
  get,
  type Index,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mean,
  mul,
  pow,
  sub,
  sum,
  type Tensor,
} from "@hamlet/graph";
import type { NetworkShape } from "./shape.ts";

/** What is added to a variance before its root is taken, as PyTorch does. */
const EPSILON = 1e-5;

/** A weight and how it starts: drawn as far from 0 as its fan-in allows, or at one value. */
export interface Weight {
  readonly tensor: Tensor;
  readonly shape: readonly number[];
  readonly start: { readonly fanIn: number } | { readonly value: number };
}

/** A score network over its tensors. */
export interface Network {
  readonly shape: NetworkShape;
  /** In the order in which they are drawn and stored. */
  readonly weights: readonly Weight[];
  /** Angular frequency and phase of every entry of the embedding, `[E]`. */
  readonly frequencies: Tensor;
  readonly phases: Tensor;
  /** The dim of a point's coordinates, D. */
  readonly coordinates: Dim;
  /** The time of a point, given. */
  readonly t: Tensor;
  /** `σ √t`. */
  readonly deviation: Expr;
  /** The network before its division: `σ √t · s(point, t)` at one coordinate. */
  scaled(point: (at: Index) => Expr): (at: Index | number) => Expr;
}

/** What the units of a layer hold, over the index that walks them. */
interface Layer {
  readonly at: Index;
  readonly value: Expr;
}

/** The score network of a shape. */
export function network(shape: NetworkShape): Network {
  const { width, embedding, hidden, layers, sigma } = shape;
  const [D, E, H] = [makeDim("D", width), makeDim("E", embedding), makeDim("H", hidden)];
  const weights: Weight[] = [];
  const weight = (name: string, dims: readonly Dim[], start: Weight["start"]) => {
    const tensor = makeTensor(name, "param", dims);
    weights.push({ tensor, shape: dims.map(sizeOf), start });
    return tensor;
  };
  /** Weights of a layer that adds up what reaches it from one or more others. */
  const linear = (names: readonly string[], bias: string, from: readonly Dim[], to: Dim) => {
    const start = { fanIn: from.reduce((total, dim) => total + sizeOf(dim), 0) };
    const matrices = names.map((name, k) => weight(name, [to, from[k]], start));
    const offset = weight(bias, [to], start);
    return (inputs: readonly Layer[], at: Index | number) =>
      add(
        get(offset, [at]),
        ...inputs.map((input, k) =>
          sum([input.at], mul(get(matrices[k], [at, input.at]), input.value)),
        ),
      );
  };
  const single = (name: string, from: Dim, to: Dim) =>
    linear([`${name}.weight`], `${name}.bias`, [from], to);

  const time = [single("time_embed.1", E, E), single("time_embed.3", E, E)];
  const input = linear(["input_proj.point", "input_proj.time"], "input_proj.bias", [D, E], H);
  const inner = Array.from({ length: layers - 1 }, (_, k) => single(`hidden.${2 * k}`, H, H));
  const norm = `hidden.${2 * (layers - 2) + 1}`;
  const gain = weight(`${norm}.weight`, [H], { value: 1 });
  const shift = weight(`${norm}.bias`, [H], { value: 0 });
  const output = single("output", H, D);

  const frequencies = makeTensor("frequencies", "data", [E]);
  const phases = makeTensor("phases", "data", [E]);
  const t = makeTensor("t", "given");

  const embedded = time.reduce(
    (layer, step, k) => {
      const at = makeIndex(`e${k + 1}`, E);
      return { at, value: silu(step([layer], at)) };
    },
    waves(makeIndex("e", E), { frequencies, phases, t }),
  );

  return {
    shape,
    weights,
    frequencies,
    phases,
    coordinates: D,
    t,
    deviation: mul(lit(sigma), apply("sqrt", get(t))),
    scaled(point) {
      const d = makeIndex("d", D);
      const first = makeIndex("h", H);
      const start = { at: first, value: input([{ at: d, value: point(d) }, embedded], first) };
      const last = inner.reduce<Layer>((layer, step, k) => {
        const at = makeIndex(`h${k + 1}`, H);
        const value = step([layer], at);
        const isLast = k === inner.length - 1;
        return { at, value: silu(isLast ? normalised({ at, value }, gain, shift) : value) };
      }, start);
      return (at) => output([last], at);
    },
  };
}

/** Sines and cosines of the time. A cosine is a sine a quarter of a turn ahead. */
function waves(
  at: Index,
  { frequencies, phases, t }: Pick<Network, "frequencies" | "phases" | "t">,
): Layer {
  const angle = add(mul(get(frequencies, [at]), get(t)), get(phases, [at]));
  return { at, value: apply("sin", angle) };
}

/** `x σ(x)`. */
function silu(x: Expr): Expr {
  return mul(x, apply("sigmoid", x));
}

/** `γ (x − mean) / √(variance + ε) + β`. */
function normalised({ at, value }: Layer, gain: Tensor, shift: Tensor): Expr {
  const centred = sub(value, mean([at], value));
  const variance = mean([at], pow(centred, lit(2)));
  const scale = pow(add(variance, lit(EPSILON)), lit(-0.5));
  return add(mul(get(gain, [at]), centred, scale), get(shift, [at]));
}

function sizeOf({ size }: Dim): number {
  return size?.kind === "lit" ? size.value : 0;
}
