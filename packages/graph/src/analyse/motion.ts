// What holds of a recall whose layers are driven, where no energy has to fall.
//
// Three things may be known. What drives a layer is not moved by it, as in a chain from one layer to
// the next: once it rests, the drive is a constant, E − drive · x̂ an energy, and all that is known of
// energies holds. Units with two values that all turn at once have finitely many states, each of which
// says the next: sooner or later they repeat. And where all that moves a layer is bounded, its leak
// keeps its states bounded: x goes to a mean of what it was and what moves it.

import { dependsOn } from "../expr/depends.ts";
import {
  activationOf,
  type Drive,
  drivesOf,
  type EnergyGraph,
  type Entrywise,
  type Neuron,
  neuronsOf,
  type Recall,
  targets,
} from "../model/energy-graph.ts";
import type { Tensor } from "../expr/types.ts";
import { checkBoundedness } from "./boundedness.ts";
import { growthOf } from "./growth.ts";
import type { Facts, Ranges } from "./range.ts";
import { freeNeurons } from "./solver-fit.ts";

/** The layers that a drive moves in a recall, each once; those that are held are not moved. */
export function drivenBy(graph: EnergyGraph, recall: Pick<Recall, "clamps">): Neuron[] {
  const driven = new Set(drivesOf(graph).map(({ neuron }) => neuron));
  return freeNeurons(graph, recall).filter((neuron) => driven.has(neuron));
}

/**
 * What holds of a recall with driven layers, beginning with `proven`, `unknown` or `no`.
 * @param falling - what would be said of its energy without drives.
 */
export function motionText(
  graph: EnergyGraph,
  recall: Recall,
  { falling, facts, range }: { falling: string; facts: Facts; range: Ranges },
): string {
  const { solver, schedules } = recall;
  const names = drivenBy(graph, recall).map(({ name }) => name);
  if (isChain(graph, recall) && falling.startsWith("proven: ")) {
    const reason = falling.slice("proven: ".length);
    return `proven: once what drives ${names.join(", ")} rests, E - drive * x falls; ${reason}`;
  }
  if (solver.name === "sync") {
    return schedules.length > 0
      ? `unknown: \`${schedules[0].tensor.name}\` changes while it runs`
      : "proven: states rest or repeat in the end, for there are finitely many and each says the next";
  }
  if (solver.name === "async")
    return "unknown: nothing is known of driven units that turn one by one";
  if (solver.name === "glauber" || solver.name === "langevin") return "no: noise moves it, too";
  return boundText(graph, recall, facts, range);
}

/** Whether no driven layer has a way, by energies and drives, to what drives it. */
function isChain(graph: EnergyGraph, recall: Recall): boolean {
  const free = freeNeurons(graph, recall);
  const reads = ({ value }: Drive, { activation, before }: Neuron) =>
    dependsOn(value, new Set([activation, before]));
  const drives = drivesOf(graph).filter(({ neuron }) => free.includes(neuron));
  const next = new Map<Neuron, readonly Neuron[]>(
    free.map((neuron) => [
      neuron,
      [
        ...graph.terms.map((term) => neuronsOf(graph, term)).filter((all) => all.includes(neuron)),
        drives.flatMap((drive) => (reads(drive, neuron) ? [drive.neuron] : [])),
      ].flat(),
    ]),
  );
  return drives.every((drive) => {
    const reached = new Set([drive.neuron]);
    for (const neuron of reached) for (const other of next.get(neuron) ?? []) reached.add(other);
    return free.every((neuron) => !reached.has(neuron) || !reads(drive, neuron));
  });
}

/**
 * Whether all states stay bounded: those of a layer with a leak do where what moves it is bounded, and
 * then its activation is, too, and may be what moves another.
 */
function boundText(graph: EnergyGraph, recall: Recall, facts: Facts, range: Ranges): string {
  const free = freeNeurons(graph, recall);
  const bare = free.find(({ leak }) => !leak);
  if (bare !== undefined) {
    return `unknown: ${bare.name} has no energy of its own (leak = off) that would hold its states`;
  }
  const forces = targets(graph);
  const bounded = new Set<Tensor>(
    checkBoundedness(graph, facts).confinements.flatMap(({ neuron, bounded: is }) =>
      is ? [neuron.activation, neuron.before] : [],
    ),
  );
  const isHeld = ({ value }: Entrywise) => {
    const loose = (tensor: Tensor) => tensor.kind === "activation" && !bounded.has(tensor);
    const { up, down } = growthOf(value, loose, range);
    return up !== null && down !== null && [...up, ...down].every((each) => each.size === 0);
  };
  let open = free;
  for (let count = Infinity; open.length < count;) {
    count = open.length;
    const held = open.filter((neuron) => isHeld(forces.get(neuron)!));
    for (const neuron of held) {
      if (hasBoundedActivation(neuron, range)) bounded.add(neuron.activation).add(neuron.before);
    }
    open = open.filter((neuron) => !held.includes(neuron));
  }
  const [first] = open;
  if (first !== undefined) return `unknown: what moves ${first.name} is not known to be bounded`;
  const names = free.map(({ name }) => name).join(", ");
  return `proven: the states of ${names} stay bounded, for steps that are small enough`;
}

/** Whether a bounded state has a bounded activation, as far as rules see it. */
function hasBoundedActivation(neuron: Neuron, range: Ranges): boolean {
  const { up, down } = growthOf(activationOf(neuron).value, () => false, range);
  return up !== null && down !== null;
}
