import { HamError, twoColours } from "@hamlet/graph";
import { assertUnitsApart, freeNeurons } from "./free.ts";
import { sweep } from "./sweep.ts";
import type { Solver } from "./solver.ts";

/**
 * Even–odd alternation: the layers have two colours, and no hypersynapse joins two layers of one
 * colour. First all layers of one colour go to the exact minimum given the other,
 * `x ← −∂E_synapses/∂x̂`, then those of the other. Free of step size and time constants; two
 * evaluations a step. Layers that the recall starts somewhere move second, so that the others are
 * computed from them.
 */
export const alternate: Solver = {
  name: "alternate",
  order: null,
  options: [],
  targets: true,
  descends: true,
  groups: (graph, recall) => {
    const free = freeNeurons(graph, recall);
    const bare = free.find(({ leak }) => !leak);
    if (bare !== undefined) {
      throw new HamError(
        "ham/no-minimum",
        `The recall "${recall.name}" moves by "alternate", but the layer "${bare.name}" has no energy of its own (leak = off), so that it has no minimum while the others are held. Remove leak = off, or use adaptive.`,
      );
    }
    assertUnitsApart(recall, free);
    const found = twoColours(
      graph,
      free,
      recall.starts.map(({ neuron }) => neuron),
    );
    if ("cycle" in found) throw notTwoColours(recall.name, found.cycle);
    return [0, 1]
      .map((colour) =>
        graph.neurons.flatMap((neuron, i) => (found.colours.get(neuron) === colour ? [i] : [])),
      )
      .filter((group) => group.length > 0);
  },
  advance: sweep,
  references: [
    "Smolensky, Information processing in dynamical systems: foundations of harmony theory, 1986",
    "Hoover, Chau, Strobelt & Krotov, A universal abstraction for hierarchical Hopfield networks, 2022",
  ],
};

function notTwoColours(
  recall: string,
  cycle: readonly { a: { name: string }; b: { name: string }; term: string }[],
): HamError {
  const [{ a, b, term }] = cycle;
  const why =
    a === b
      ? `"${term}" joins the layer "${a.name}" to itself`
      : `an odd cycle joins them: ${a.name}${cycle.map((joint) => ` –(${joint.term})– ${joint.b.name}`).join("")}`;
  return new HamError(
    "ham/not-two-colours",
    `The recall "${recall}" moves by "alternate", which needs layers of two colours, but ${why}. Clamp one of these layers, or use adaptive.`,
    { cycle: cycle.map((joint) => ({ a: joint.a.name, b: joint.b.name, term: joint.term })) },
  );
}
