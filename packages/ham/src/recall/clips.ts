// Does an example stand still because a formula holds its floor, rather than in a minimum?

import type { Output } from "@hamlet/core";
import {
  apply,
  drivenBy,
  type EnergyGraph,
  type Expr,
  type Facts,
  factsOf,
  flatnessOf,
  type Flatness,
  type Get,
  freeNeurons,
  type Hold,
  lit,
  type Neuron,
  type Recall,
  substituteIndices,
  type Term,
  dependsOn,
} from "@hamlet/graph";
import { type Evaluate, leniently } from "./evaluate.ts";
import { type WrittenOf, wordingOf } from "./wording.ts";

/** A part of an energy that holds a value, so that the energy passes no gradient on to a layer. */
export interface Clip {
  /** The energy whose gradient is exactly 0. */
  readonly energy: string;
  /** The layer that nothing pulls for that reason. */
  readonly neuron: string;
  /** The part that holds, as it was written, such as `max(h, eps)`. */
  readonly formula: string;
  /** Where that was written, `FILE:LINE:COLUMN`, where it is known. */
  readonly place: string | null;
  /** `max` and `relu` have a floor, `min` a ceiling; a guard is a `where` or a branch. */
  readonly kind: Hold["kind"];
}

/** One energy and one layer, and where the first is flat in the second. */
interface Pull {
  readonly term: Term;
  readonly neuron: Neuron;
  readonly flatness: Flatness;
}

/** What is asked of a state to find its clips, and what the answers say. */
export interface ClipSearch {
  readonly outputs: readonly Output[];
  /** The clips of every example; `values` are those of the outputs. */
  find(values: ReadonlyMap<string, ArrayLike<number>>): Clip[][];
}

/**
 * How the clips of a model are found; null for one that cannot be clipped. An example is
 * clipped where all energies that a free layer takes part in are flat in it, and one of them on a
 * plateau: it would be lower if the part that holds let go.
 */
export function makeClipSearch(
  graph: EnergyGraph,
  recall: Recall,
  { written }: { readonly written?: WrittenOf },
): ClipSearch | null {
  // What is driven is moved without a gradient, too.
  if (drivenBy(graph, recall).length > 0) return null;
  const facts = factsOf(graph);
  const layers = freeNeurons(graph, recall).flatMap((neuron) => {
    const pulls = pullsOn(graph, neuron, { facts, ...freeEntries(recall, neuron) });
    return pulls === null ? [] : [pulls];
  });
  if (layers.length === 0) return null;
  const pulls = layers.flat();
  const outputs = pulls.flatMap(({ flatness: { flat, holds } }, p) => [
    output(`${p} flat`, flat),
    ...holds.flatMap(({ holds: held, plateau }, h) => [
      output(`${p} ${h} holds`, held),
      output(`${p} ${h} plateau`, plateau),
    ]),
  ]);
  const find = (values: ReadonlyMap<string, ArrayLike<number>>): Clip[][] =>
    Array.from(values.get("0 flat")!, (_, b) => {
      const is = (name: string) => values.get(name)![b] !== 0;
      return layers
        .filter((those) => those.every((pull) => is(`${pulls.indexOf(pull)} flat`)))
        .flatMap((those) =>
          those.flatMap((pull) => {
            const p = pulls.indexOf(pull);
            const holding = pull.flatness.holds.filter(
              (_hold, h) => is(`${p} ${h} holds`) && is(`${p} ${h} plateau`),
            );
            const nodes = new Set<Expr>(holding.map(({ node }) => node));
            return holding
              .filter(({ within }) => !within.some((part) => nodes.has(part)))
              .map((hold) => clipOf(pull, hold, written));
          }),
        );
    });
  return { outputs, find };
}

/**
 * The clips of every example at a state; null for a model that cannot be clipped, or whose conditions
 * have more axes than a tensor.
 */
export async function findClips(
  search: ClipSearch | null,
  evaluate: Evaluate,
): Promise<Clip[][] | null> {
  if (search === null) return null;
  const values = await leniently(evaluate)(search.outputs);
  // Nothing is said about formulas that no program can hold.
  return values.size < search.outputs.length ? null : search.find(values);
}

/** The energies that a layer takes part in; null unless all of them can be flat. */
function pullsOn(
  { terms }: EnergyGraph,
  neuron: Neuron,
  options: { readonly facts: Facts; readonly isFree?: (entry: Get) => Expr },
): Pull[] | null {
  const activation = new Set([neuron.activation]);
  const pulls: Pull[] = [];
  for (const term of terms) {
    if (!dependsOn(term.energy, activation)) continue;
    const flatness = flatnessOf(term.energy, neuron.activation, options);
    if (flatness === null) return null;
    pulls.push({ term, neuron, flatness });
  }
  return pulls.length === 0 ? null : pulls;
}

/** Which entries of a layer no clamp holds; nothing where all are free. */
function freeEntries({ clamps }: Recall, neuron: Neuron): { isFree?: (entry: Get) => Expr } {
  const guards = clamps.flatMap(({ neuron: layer, indices, where }) =>
    layer === neuron && where !== null ? [{ indices, where }] : [],
  );
  if (guards.length === 0) return {};
  const isHeld = ({ at }: Get) =>
    guards.map(({ indices, where }) =>
      substituteIndices(where, new Map(indices.map((index, axis) => [index, at[axis]]))),
    );
  return {
    isFree: (entry) =>
      isHeld(entry).reduce((free, held) => apply("and", free, apply("not", held)), lit(1) as Expr),
  };
}

function clipOf({ term, neuron }: Pull, { node, kind }: Hold, written?: WrittenOf): Clip {
  const { text: formula, place } = wordingOf([node], written);
  return { energy: term.name, neuron: neuron.name, formula, place, kind };
}

function output(name: string, value: Expr): Output {
  return { name, value, indices: [], batched: true };
}
