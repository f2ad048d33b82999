// What is known of a model before it runs: three claims, each with its reason.

import type { EnergyGraph, Recall } from "../model/energy-graph.ts";
import { checkBoundedness, printBoundedness } from "./boundedness.ts";
import type { ChordTestOptions } from "./chord-test.ts";
import { mayBendUp, mayHaveKink } from "./convex-kinks.ts";
import { checkConvexity, printConvexity } from "./convexity.ts";
import { isPositive } from "./interval.ts";
import { jumpingTerm } from "./kinks.ts";
import { drivenBy, motionText } from "./motion.ts";
import { factsOf, makeRanges, type Ranges } from "./range.ts";

/** Claims about a model. Each begins with `proven`, `assumed`, `refuted`, `unknown` or `no`. */
export interface Certificate {
  /** By layer: is the Lagrangian convex? */
  readonly convex: Readonly<Record<string, string>>;
  /** Has the total energy a lower bound? */
  readonly bounded: string;
  /** By recall: does the energy never rise? */
  readonly monotone: Readonly<Record<string, string>>;
  /** By recall, of a model with drives: what holds in place of an energy that never rises. */
  readonly holds?: Readonly<Record<string, string>>;
}

/**
 * The certificate of a model. Costs a walk over its expressions; only a Lagrangian that the rules
 * cannot prove is evaluated, at random points.
 */
export function certify(
  graph: EnergyGraph,
  options: Omit<ChordTestOptions, "facts"> = {},
): Certificate {
  const facts = factsOf(graph);
  const verdicts = graph.neurons.map(
    (neuron) => [neuron.name, checkConvexity(neuron, { ...options, facts })] as const,
  );
  const claimed = verdicts.filter(([, { status }]) => status === "assumed").map(([name]) => name);
  const bent = verdicts
    .filter(([, { status }]) => status === "refuted" || status === "unknown")
    .map(([name]) => name);
  const range = makeRanges(facts);
  const holds: Record<string, string> = {};
  return {
    convex: Object.fromEntries(verdicts.map(([name, verdict]) => [name, printConvexity(verdict)])),
    bounded: printBoundedness(checkBoundedness(graph, facts)),
    monotone: Object.fromEntries(
      graph.recalls.map((recall) => {
        const obstacle = obstacleOf(graph, recall.solver.name, range);
        const driven = drivenBy(graph, recall);
        const falling = monotoneText(recall, { bent, claimed, obstacle });
        if (driven.length === 0) return [recall.name, falling];
        holds[recall.name] = motionText(graph, recall, { falling, facts, range });
        const layers = driven.map(({ name }) => name).join(", ");
        return [recall.name, `no: nothing says that the drive of ${layers} leads downhill`];
      }),
    ),
    ...(Object.keys(holds).length > 0 && { holds }),
  };
}

/** What may send a recall uphill that goes where slopes lead it, or null. */
function obstacleOf(graph: EnergyGraph, solver: string, range: Ranges): string | null {
  const hasSteps = solver === "euler" || solver === "heun" || solver === "rk4";
  if (!hasSteps && solver !== "alternate") return null;
  const backwards = graph.neurons.find(({ tau }) => hasSteps && !isPositive(range(tau)));
  if (backwards !== undefined) return `the tau of ${backwards.name} is not known to be above 0`;
  const jumping = jumpingTerm(graph);
  if (jumping !== null) return `"${jumping.name}" may jump, which no slope tells`;
  if (!hasSteps) return null;
  const units = new Set(graph.neurons.map(({ activation }) => activation));
  // Those of a catalogue are smooth, which the rules do not see of all of them.
  const own = graph.neurons.filter(({ made }) => typeof made?.declaration === "string");
  const leaping = own.find(({ lagrangian, state }) =>
    mayHaveKink(lagrangian, new Set([state]), range),
  );
  if (leaping !== undefined) return `the activation of ${leaping.name} may jump`;
  const kinked = graph.terms.find(({ energy }) => mayBendUp(energy, units, range));
  if (kinked === undefined) return null;
  return `across a kink of "${kinked.name}" a step may raise it, the less the smaller dt is`;
}

function monotoneText(
  { schedules, solver }: Recall,
  {
    bent,
    claimed,
    obstacle,
  }: { bent: readonly string[]; claimed: readonly string[]; obstacle: string | null },
): string {
  if (schedules.length > 0) {
    const names = schedules.map(({ tensor }) => `\`${tensor.name}\``).join(", ");
    return `no: ${names} changes while it runs`;
  }
  // These compare energies, whatever the Lagrangians are.
  if (solver.name === "adaptive" || solver.name === "anderson") {
    return "proven: a step that would raise it is refused";
  }
  if (bent.length > 0) {
    return `unknown: the Lagrangian of ${bent.join(", ")} is not known to be convex`;
  }
  if (obstacle !== null) return `unknown: ${obstacle}`;
  const given = claimed.length === 0 ? "" : `, if ${claimed.join(", ")} is convex as assumed`;
  switch (solver.name) {
    case "async":
      return `proven: coordinate descent${given}`;
    case "glauber":
      return "no: its noise also flips units uphill";
    case "alternate":
      return `proven: every layer goes to its minimum given the others${given}`;
    case "cccp":
      return `proven: the synapses are concave, or the recall is refused${given}`;
    case "euler":
    case "heun":
    case "rk4":
      return `proven: for steps that are small enough${given}`;
    default:
      return `unknown: nothing is known about \`${solver.name}\``;
  }
}

/** The certificate as aligned lines of text. */
export function printCertificate({ convex, bounded, monotone, holds = {} }: Certificate): string {
  const rows = [
    ...Object.entries(convex).map(([name, text]) => [`convex ${name}`, text]),
    ["bounded", bounded],
    ...Object.entries(monotone).map(([name, text]) => [`monotone ${name}`, text]),
    ...Object.entries(holds).map(([name, text]) => [`holds ${name}`, text]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join("");
}
