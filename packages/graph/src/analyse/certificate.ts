// What is known of a model before it runs: three claims, each with its reason.

import type { EnergyGraph, Recall } from "../model/energy-graph.ts";
import { checkBoundedness, printBoundedness } from "./boundedness.ts";
import type { ChordTestOptions } from "./chord-test.ts";
import { checkConvexity, printConvexity } from "./convexity.ts";
import { factsOf } from "./range.ts";

/** Claims about a model. Each begins with `proven`, `assumed`, `refuted`, `unknown` or `no`. */
export interface Certificate {
  /** By layer: is the Lagrangian convex? */
  readonly convex: Readonly<Record<string, string>>;
  /** Has the total energy a lower bound? */
  readonly bounded: string;
  /** By recall: does the energy never rise? */
  readonly monotone: Readonly<Record<string, string>>;
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
  return {
    convex: Object.fromEntries(verdicts.map(([name, verdict]) => [name, printConvexity(verdict)])),
    bounded: printBoundedness(checkBoundedness(graph, facts)),
    monotone: Object.fromEntries(
      graph.recalls.map((recall) => [recall.name, monotoneText(recall, bent, claimed)]),
    ),
  };
}

function monotoneText(
  { schedules, solver }: Recall,
  bent: readonly string[],
  claimed: readonly string[],
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
export function printCertificate({ convex, bounded, monotone }: Certificate): string {
  const rows = [
    ...Object.entries(convex).map(([name, text]) => [`convex ${name}`, text]),
    ["bounded", bounded],
    ...Object.entries(monotone).map(([name, text]) => [`monotone ${name}`, text]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join("");
}
