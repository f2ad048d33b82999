// Has the energy a lower bound?
//
// The own energy of a layer is the Legendre transform of its Lagrangian. If L grows at most like
// |x|^p, its transform grows at least like |x̂|^q with 1/p + 1/q = 1; if L grows at most linearly,
// x̂ is bounded; and if L is finite everywhere, its transform grows faster than any multiple of
// |x̂|. A term cannot pull the energy below every bound when it falls strictly slower than the
// layers it touches rise: Σ aᵢ/qᵢ < 1 for every monomial Π |x̂ᵢ|^aᵢ of its fall (Young). What rises in
// a layer beside its own energy, such as a weight decay Σ x̂², holds it too. A Lagrangian that has no
// value everywhere, such as −log x, says nothing about its transform.

import { dependsOn, readersOf } from "../expr/depends.ts";
import { gradient } from "../rewrite/differentiate.ts";
import { indicesOf } from "../expr/dim.ts";
import type { EnergyGraph, Neuron, Term } from "../model/energy-graph.ts";
import type { Tensor } from "../expr/types.ts";
import { curvatureOf } from "./curvature.ts";
import { checkDomains } from "./domain.ts";
import { growthOf, type Monomial } from "./growth.ts";
import { isBounded } from "./interval.ts";
import { type Facts, factsOf, makeRanges, type Ranges } from "./range.ts";
import { addendsOf, riseOf } from "./rise.ts";

/** How a layer keeps its activation from running away. */
export interface Confinement {
  readonly neuron: Neuron;
  /** Whether x̂ stays in a bounded set whatever the state. */
  readonly bounded: boolean;
  /** Its own energy, or a part of a term, grows at least like |x̂|^exponent; 0 for nothing. */
  readonly exponent: number;
}

/** The verdict on a whole graph. */
export type Boundedness =
  | { readonly status: "proven"; readonly confinements: readonly Confinement[] }
  | {
      readonly status: "unknown";
      readonly confinements: readonly Confinement[];
      /**
       * The term that may fall too fast; null when a Lagrangian is to blame, which is not known to be
       * convex or has no value everywhere.
       */
      readonly term: Term | null;
      /** The layers that it may run away in. */
      readonly neurons: readonly Neuron[];
      /**
       * Its fall as exponents of these layers; null when no power bounds it, as where a logarithm or
       * a division comes to 0.
       */
      readonly fall: Monomial | null;
    };

/** Faster than linear, by as little as one likes: the transform of something exponential. */
const SUPERLINEAR = 1 + 1e-6;

/** Whether the total energy of a graph is bounded below; see above. */
export function checkBoundedness(graph: EnergyGraph, facts: Facts = factsOf(graph)): Boundedness {
  const range = makeRanges(facts);
  const layers = new Set(graph.neurons.map(({ activation }) => activation));
  const parts = graph.terms.flatMap((term) =>
    addendsOf(term.energy, layers).map((part) => ({ term, part })),
  );
  const readers = readersOf(parts, ({ part }) => part);
  const curvature = (neuron: Neuron) =>
    curvatureOf(neuron.lagrangian, neuron.state, facts).curvature;
  const isConvex = (neuron: Neuron) =>
    neuron.assumed?.includes("convex") === true ||
    ["constant", "affine", "convex"].includes(curvature(neuron));
  const confinements = graph.neurons.map((neuron) => {
    const own = confinementOf(neuron, { range, facts, isConvex: isConvex(neuron) });
    // What does not read a layer does not rise in it.
    const rises = (readers.get(neuron.activation) ?? []).map(({ part }) =>
      riseOf(part, neuron.activation, range),
    );
    return { ...own, exponent: Math.max(own.exponent, 0, ...rises) };
  });
  const free = new Map(
    confinements.flatMap((confinement): [Tensor, Confinement][] =>
      confinement.bounded ? [] : [[confinement.neuron.activation, confinement]],
    ),
  );
  const tooFast = (monomial: Monomial) =>
    [...monomial].reduce((total, [tensor, a]) => {
      const { exponent } = free.get(tensor)!;
      return total + (a === 0 ? 0 : exponent === 0 ? Infinity : a / exponent);
    }, 0) >= 1;
  const bent = graph.neurons.filter((neuron) => neuron.leak && !isConvex(neuron));
  if (bent.length > 0) {
    return { status: "unknown", confinements, term: null, neurons: bent, fall: null };
  }
  const partial = confinements.find(
    ({ neuron, bounded }) => neuron.leak && !bounded && !hasValueEverywhere(neuron, facts),
  )?.neuron;
  if (partial !== undefined) {
    // With a value at some y alone, ⟨x, x̂⟩ − L(x) ≥ ⟨y, x̂⟩ − L(y) for a convex L, and no more.
    const fall = new Map([[partial.activation, 1]]);
    return { status: "unknown", confinements, term: null, neurons: [partial], fall };
  }
  for (const { term, part } of parts) {
    const { down } = growthOf(part, (tensor) => free.has(tensor), range);
    const fall = down?.find(tooFast);
    if (down !== null && fall === undefined) continue;
    const touched = graph.neurons.filter(({ activation }) =>
      fall === undefined ? dependsOn(part, new Set([activation])) : fall.has(activation),
    );
    return { status: "unknown", confinements, term, neurons: touched, fall: fall ?? null };
  }
  return { status: "proven", confinements };
}

function confinementOf(
  neuron: Neuron,
  { range, facts, isConvex }: { range: Ranges; facts: Facts; isConvex: boolean },
): Confinement {
  const { state, lagrangian, axes, leak, assumed = [] } = neuron;
  const isWhole = hasValueEverywhere(neuron, facts);
  const { up } = growthOf(lagrangian, (tensor) => tensor === state, range);
  const degree = isWhole
    ? up?.reduce((most, monomial) => Math.max(most, monomial.get(state) ?? 0), 0)
    : undefined;
  // Where a clamp holds the layer, its activation does not move at all.
  const inRange = isBounded(range(gradient(lagrangian, state, indicesOf(axes))));
  // A convex function that grows no faster than linearly is nowhere steeper than it is far out.
  const bounded =
    inRange || assumed.includes("bounded") || (isConvex && degree !== undefined && degree <= 1);
  const exponent = degree !== undefined ? degree / (degree - 1) : isWhole ? SUPERLINEAR : 0;
  return { neuron, bounded, exponent: leak ? exponent : 0 };
}

/** Whether every state has a value, as far as that is up to the state. */
function hasValueEverywhere({ lagrangian, state }: Neuron, facts: Facts): boolean {
  const states = new Set([state]);
  return checkDomains(lagrangian, facts).every(({ argument }) => !dependsOn(argument, states));
}

/** The verdict in one line. */
export function printBoundedness(verdict: Boundedness): string {
  if (verdict.status === "proven") {
    const parts = verdict.confinements.map(({ neuron, bounded, exponent }) => {
      if (bounded) return `${neuron.name} is bounded`;
      return exponent === 0
        ? `no term falls in ${neuron.name}`
        : `${neuron.name} ${rise(exponent)}`;
    });
    return parts.length === 0 ? "proven: there is no layer" : `proven: ${parts.join(", ")}`;
  }
  const { term, neurons, fall } = verdict;
  const layers = neurons.map(({ name }) => name).join(", ");
  if (term === null) {
    const blame = fall === null ? "is not known to be convex" : "may have no value at some states";
    return `unknown: the Lagrangian of ${layers} ${blame}`;
  }
  const held = verdict.confinements.filter(({ neuron }) => neurons.includes(neuron));
  if (fall === null && held.every(({ bounded }) => bounded)) {
    return `unknown: "${term.name}" may fall without end at a place that ${layers} comes near to`;
  }
  if (fall === null) return `unknown: no power of ${layers} bounds the fall of "${term.name}"`;
  const product = neurons
    .map(({ name, activation }) => `|${name}|^${short(fall.get(activation)!)}`)
    .join(" ");
  const against = neurons.map((neuron) => {
    const { exponent } = verdict.confinements.find((other) => other.neuron === neuron)!;
    return `${neuron.name} ${rise(exponent)}`;
  });
  return `unknown: "${term.name}" may fall like ${product}, but ${against.join(", ")}`;
}

function rise(exponent: number): string {
  if (exponent === 0) return "has no energy of its own";
  if (exponent === SUPERLINEAR) return "rises faster than linearly";
  return `rises like |x|^${short(exponent)}`;
}

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}
