// Random hypergraphs as `.ham` text: layers with any Lagrangian, joined by any hypersynapse.

import type { LagrangianDefinition } from "@hamlet/graph";
import { LAGRANGIANS } from "@hamlet/lagrangians";

/** What the synapses may join: anything; two colours of layers; or concave in all activations. */
export type Wiring = "any" | "two colours" | "concave";

const SMOOTH = LAGRANGIANS.filter(({ kind }) => kind === "smooth");

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Layer {
  readonly name: string;
  readonly axes: readonly string[];
  readonly colour: number;
}

/** A model of one to five layers with a recall by each solver that starts every layer at random. */
export function randomHypergraph(seed: number, wiring: Wiring, solvers: readonly string[]): string {
  const draw = stream(seed);
  const below = (n: number) => Math.floor(draw() * n);
  const one = <T>(items: readonly T[]): T => items[below(items.length)];
  const sizes = ["A", "B", "C", "D"].map((name) => `${name} = ${2 + below(4)}`);
  const layers = Array.from({ length: 1 + below(5) }, (_, i): Layer => {
    const matrix = draw() < 0.25;
    return {
      name: `x${i}`,
      axes: matrix ? [one(["A", "B"]), one(["C", "D"])] : [one(["A", "B", "C", "D"])],
      colour: i % 2,
    };
  });
  const lines = ["ham 1", `dim ${sizes.join(", ")}`];
  const held = layers.length > 1 && draw() < 0.2 ? one(layers) : null;
  const entries = draw() < 0.3 ? one(layers.filter((layer) => layer !== held)) : null;
  for (const layer of layers) {
    // Holding some units of a layer that mixes them is refused by solvers without a step.
    const kinds = layer === entries ? SMOOTH.filter(({ coupled }) => !coupled) : SMOOTH;
    lines.push(
      `neuron ${layer.name}: [${layer.axes.join(", ")}] as ${lagrangian(layer)(one(kinds))}`,
    );
  }
  lines.push(...synapses(layers, wiring, { below, one, draw }));
  for (const solver of solvers) {
    lines.push(
      `recall ${/^\w+/.exec(solver)![0]} {`,
      ...layers.map(({ name }) => `start ${name} ~ normal(0, 1)`),
      ...(held === null ? [] : [`clamp ${held.name}`]),
      ...(entries === null ? [] : [heldEntries(entries)]),
      `solver = ${solver}`,
      "steps = 20",
      "}",
    );
  }
  return `${lines.join("\n")}\n`;

  function lagrangian({ axes }: Layer) {
    return ({ name, options, coupled }: LagrangianDefinition) => {
      const args = options.flatMap(({ name: option, default: value, bound }) =>
        option === "beta"
          ? [`beta = ${(0.5 + 2 * draw()).toFixed(2)}`]
          : value === null
            ? [`${option} = ${bound === null ? 1 : bound.value + 1}`]
            : [],
      );
      if (coupled && axes.length > 1) args.push(`over = ${axes[1]}`);
      const tau = draw() < 0.3 ? ` { tau = ${(0.5 + draw()).toFixed(2)} }` : "";
      return `${name}${args.length === 0 ? "" : `(${args.join(", ")})`}${tau}`;
    };
  }
}

function heldEntries({ name, axes }: Layer): string {
  const names = axes.map((_, i) => `i${i}`);
  return `clamp ${name}[${names.join(", ")}] where i0 < 1`;
}

interface Dice {
  readonly below: (n: number) => number;
  readonly one: <T>(items: readonly T[]) => T;
  readonly draw: () => number;
}

/** A bias on every layer, and synapses between layers as the wiring allows. */
function synapses(layers: readonly Layer[], wiring: Wiring, { below, one, draw }: Dice): string[] {
  const lines = layers.flatMap((layer) => biases(layer));
  const alone = (layer: Layer): string => {
    const [name, matrix] = [layer.name, layer.axes.length > 1];
    if (matrix) {
      const width = wiring === "any" && draw() < 0.5;
      return width ? `attention(${name}, width = 3)` : `memory(${name}, K = ${2 + below(3)})`;
    }
    const k = `K = ${2 + below(4)}`;
    const concave = [`lse(${name}, ${k}, beta = 2)`, `dam(${name}, ${k}, n = 2)`];
    const more = [`hopfield(${name})`, `lse_euclid(${name}, ${k}, beta = 2)`];
    return one(wiring === "concave" ? concave : [...concave, ...more]);
  };
  layers.forEach((layer, i) => {
    if (wiring !== "two colours" && draw() < 0.6) lines.push(`connect own${i}: ${alone(layer)}`);
    for (const other of wiring === "concave" ? [] : layers.slice(i + 1)) {
      if (wiring === "two colours" && layer.colour === other.colour) continue;
      if (draw() < 0.6) lines.push(...between(layer, other, `${i}_${other.name}`));
    }
  });
  return lines;
}

function biases({ name, axes }: Layer): string[] {
  if (axes.length === 1) return [`connect b_${name}: bias(${name})`];
  return [
    `param b_${name}: [${axes.join(", ")}] ~ normal(0, 0.3)`,
    `energy bias_${name} = -sum[i, j] b_${name}[i, j] * ${name}[i, j]`,
  ];
}

/** A dense synapse between two vectors; between others, the sum of all pairs of their units. */
function between(a: Layer, b: Layer, name: string): string[] {
  if (a.axes.length === 1 && b.axes.length === 1) {
    return [`connect w${name}: dense(${a.name}, ${b.name})`];
  }
  const at = (layer: Layer, letter: string) => layer.axes.map((_, i) => `${letter}${i}`);
  const [p, q] = [at(a, "p"), at(b, "q")];
  const weight = `w${name}`;
  return [
    `param ${weight}: [${[...a.axes, ...b.axes].join(", ")}] ~ normal(0, 0.3)`,
    `energy e${name} = -sum[${[...p, ...q].join(", ")}] ${weight}[${[...p, ...q].join(", ")}] * ${a.name}[${p.join(", ")}] * ${b.name}[${q.join(", ")}]`,
  ];
}
