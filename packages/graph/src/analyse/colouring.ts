// Which layers may be updated together: two colours such that no hypersynapse bends in the layers
// of one colour.

import { dependsOn } from "../expr/depends.ts";
import { indicesOf } from "../expr/dim.ts";
import { gradients } from "../rewrite/differentiate.ts";
import type { EnergyGraph, Neuron } from "../model/energy-graph.ts";

/** Two layers that a term joins: the slope of its energy by `a` depends on `b`. */
export interface Joint {
  readonly a: Neuron;
  /** The same as `a` where a term joins a layer to itself. */
  readonly b: Neuron;
  readonly term: string;
}

/** A colour for every layer, or the joints that make it impossible. */
export type Colouring =
  | { readonly colours: ReadonlyMap<Neuron, 0 | 1> }
  | {
      /** An odd cycle: each joint begins where the one before ends, and the last ends at the first. */
      readonly cycle: readonly Joint[];
    };

/**
 * Colours the layers with 0 and 1 such that every term is affine in the layers of one colour, so
 * that each layer has its exact minimum while the other colour is held. Layers that are left out
 * of `neurons` are constants. The first layer of every connected part gets 1, unless one of
 * `last` is in it: then the first of those does.
 */
export function twoColours(
  graph: EnergyGraph,
  neurons: readonly Neuron[],
  last: readonly Neuron[] = [],
): Colouring {
  const joints = jointsOf(graph, neurons);
  const itself = joints.find(({ a, b }) => a === b);
  if (itself !== undefined) return { cycle: [itself] };
  const reached = new Map<Neuron, { colour: 0 | 1; path: readonly Joint[] }>();
  for (const root of [...last.filter((neuron) => neurons.includes(neuron)), ...neurons]) {
    if (reached.has(root)) continue;
    reached.set(root, { colour: 1, path: [] });
    const queue = [root];
    for (let here = queue.shift(); here !== undefined; here = queue.shift()) {
      const { colour, path } = reached.get(here)!;
      for (const joint of joints.filter(({ a }) => a === here)) {
        const there = reached.get(joint.b);
        if (there === undefined) {
          reached.set(joint.b, { colour: colour === 0 ? 1 : 0, path: [...path, joint] });
          queue.push(joint.b);
        } else if (there.colour === colour) {
          return { cycle: closed(path, joint, there.path) };
        }
      }
    }
  }
  return { colours: new Map([...reached].map(([neuron, { colour }]) => [neuron, colour])) };
}

/** The cycle along two paths from one root and the joint between their ends. */
function closed(there: readonly Joint[], joint: Joint, back: readonly Joint[]): Joint[] {
  let common = 0;
  while (common < there.length && there[common] === back[common]) common++;
  const home = back.slice(common).toReversed();
  return [...there.slice(common), joint, ...home.map(({ a, b, term }) => ({ a: b, b: a, term }))];
}

/** Every pair of layers that a term joins, both ways. */
function jointsOf({ terms }: EnergyGraph, neurons: readonly Neuron[]): Joint[] {
  return terms.flatMap(({ name, energy }) => {
    const present = neurons.filter(({ activation }) => dependsOn(energy, new Set([activation])));
    const slopes = gradients(
      energy,
      present.map(({ activation, axes }) => ({ tensor: activation, at: indicesOf(axes) })),
    );
    return present.flatMap((a, i) =>
      present
        .filter((b, j) => {
          const here = dependsOn(slopes[i], new Set([b.activation]));
          return here || dependsOn(slopes[j], new Set([a.activation]));
        })
        .map((b) => ({ a, b, term: name })),
    );
  });
}
