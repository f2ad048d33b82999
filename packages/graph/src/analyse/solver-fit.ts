// Can a solver without a step size move this model? Two of them can move some models only.

import { contains, dependsOn } from "../expr/depends.ts";
import {
  activationOf,
  type Drive,
  drivesOf,
  type EnergyGraph,
  type Neuron,
  type Recall,
} from "../model/energy-graph.ts";
import { lit } from "../expr/expr.ts";
import { printText } from "../print/print-text.ts";
import { replaceGets } from "../rewrite/substitute.ts";
import type { Tensor } from "../expr/types.ts";
import { type Joint, twoColours } from "./colouring.ts";
import { checkConcavity, type Concavity } from "./concavity.ts";

/** How a name is set off in a message. */
export type Quote = (name: string) => string;

/** Why a solver cannot move a model. */
export interface Misfit {
  readonly reason: (quote: Quote) => string;
  /** What to do. */
  readonly help: string;
  /** The terms and layers that are to blame. */
  readonly terms: readonly string[];
  readonly neurons: readonly Neuron[];
}

/** The layers that no clamp holds as a whole. */
export function freeNeurons(graph: EnergyGraph, { clamps }: Pick<Recall, "clamps">): Neuron[] {
  return graph.neurons.filter(
    (neuron) => !clamps.some((clamp) => clamp.neuron === neuron && clamp.where === null),
  );
}

/**
 * Why the solver of a recall cannot move the model, or null where it can.
 * @param numbers - values of consts that are known; a schedule's are not used.
 */
export function misfitOf(
  graph: EnergyGraph,
  recall: Recall,
  numbers: ReadonlyMap<Tensor, ArrayLike<number>> = new Map(),
): Misfit | null {
  const { name } = recall.solver;
  const free = freeNeurons(graph, recall);
  const drive = drivesOf(graph).find(({ neuron }) => free.includes(neuron));
  if (drive !== undefined) return driveMisfit(graph, name, drive);
  if (name !== "alternate" && name !== "cccp") return null;
  const mixed = mixedUnits(recall, free);
  if (mixed !== null) return mixed;
  if (name === "alternate") return bareLayer(free) ?? oddCycle(graph, free);
  return notConcave(checkConcavity(withNumbers(graph, recall, numbers), free));
}

/** Solvers that go where an energy falls have no way along a drive; one unit a step has no past. */
function driveMisfit(graph: EnergyGraph, solver: string, { neuron }: Drive): Misfit | null {
  const about = { terms: [], neurons: [neuron] };
  if (["adaptive", "alternate", "cccp", "anderson"].includes(solver)) {
    return {
      reason: (quote) =>
        `it goes where the energy falls, and the drive of ${quote(neuron.name)} may lead uphill`,
      help: "Use euler, heun or rk4, which follow it",
      ...about,
    };
  }
  const past = new Set(graph.neurons.map(({ before }) => before));
  const looksBack = drivesOf(graph).some(({ value }) => dependsOn(value, past));
  if (!looksBack || (solver !== "async" && solver !== "glauber")) return null;
  return {
    reason: () => "one step of it is one unit, and a drive asks for layers one step ago",
    help: "Use sync",
    ...about,
  };
}

/**
 * Holding the state of one unit does not hold its activation where activations depend on each
 * other, and a step-free update of the rest may then raise the energy.
 */
function mixedUnits({ clamps }: Recall, free: readonly Neuron[]): Misfit | null {
  const mixed = free.find(
    (neuron) => clamps.some((clamp) => clamp.neuron === neuron) && mixesUnits(neuron),
  );
  if (mixed === undefined) return null;
  return {
    reason: (quote) =>
      `some units of ${quote(mixed.name)} are held, and the activations of a ${mixed.lagrangianName} layer depend on each other`,
    help: "Clamp the whole layer, or use adaptive",
    terms: [],
    neurons: [mixed],
  };
}

function mixesUnits(neuron: Neuron): boolean {
  const states = new Set([neuron.state]);
  return contains(
    activationOf(neuron).value,
    (node) => (node.kind === "reduce" || node.kind === "softmax") && dependsOn(node, states),
  );
}

function bareLayer(free: readonly Neuron[]): Misfit | null {
  const bare = free.find(({ leak }) => !leak);
  if (bare === undefined) return null;
  return {
    reason: (quote) =>
      `the layer ${quote(bare.name)} has no energy of its own (leak = off), so it has no minimum while the others are held`,
    help: "Remove leak = off, or use adaptive",
    terms: [],
    neurons: [bare],
  };
}

function oddCycle(graph: EnergyGraph, free: readonly Neuron[]): Misfit | null {
  const found = twoColours(graph, free);
  if (!("cycle" in found)) return null;
  const { cycle } = found;
  return {
    reason: (quote) => `it needs layers of two colours, and ${cycleText(cycle, quote)}`,
    help: "Clamp one of these layers, or use adaptive",
    terms: cycle.map(({ term }) => term),
    neurons: cycle.map(({ a }) => a),
  };
}

function cycleText([first, ...rest]: readonly Joint[], quote: Quote): string {
  if (first.a === first.b) {
    return `${quote(first.term)} joins the layer ${quote(first.a.name)} to itself`;
  }
  const links = [first, ...rest].map(({ term, b }) => ` –(${term})– ${b.name}`);
  return `an odd cycle joins them: ${first.a.name}${links.join("")}`;
}

function notConcave(concavity: Concavity): Misfit | null {
  if (concavity.status === "proven") return null;
  const { term, neuron, culprit } = concavity;
  const part = culprit === null ? null : printText(culprit.expr);
  const sign = culprit?.because === "sign";
  return {
    reason: (quote) => {
      if (term === null) {
        return `the layer ${quote(neuron?.name ?? "")} has no energy of its own (leak = off), and nothing bounds how the synapses bend in it`;
      }
      const blame = part === null ? "" : `: ${sign ? "" : "look at "}${quote(part)}`;
      return `${quote(term)} is not known to be concave in the activations${blame}${sign ? " may be negative" : ""}`;
    },
    help: "Use adaptive, whose energy never rises in any model",
    terms: term === null ? [] : [term],
    neurons: neuron === null ? [] : [neuron],
  };
}

/** The model with the values of its scalar consts, but for those that a schedule changes. */
function withNumbers(
  graph: EnergyGraph,
  { schedules }: Recall,
  numbers: ReadonlyMap<Tensor, ArrayLike<number>>,
): EnergyGraph {
  const changing = new Set(schedules.map(({ tensor }) => tensor));
  const terms = graph.terms.map(({ name, energy }) => {
    const known = replaceGets(energy, ({ tensor }) => {
      const fixed = tensor.kind === "const" && tensor.axes.length === 0 && !changing.has(tensor);
      const value = fixed ? numbers.get(tensor)?.[0] : undefined;
      return value === undefined ? null : lit(value);
    });
    return { name, energy: known };
  });
  return { ...graph, terms };
}
