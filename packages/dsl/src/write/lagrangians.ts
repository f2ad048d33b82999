// The Lagrangians that a flat file declares itself. Bodies are closed, so a definition means the
// same wherever its text stands; only its name may have to change, when two parts bring two
// definitions of one name, or one that the catalogue has too.

import type { Neuron } from "@hamlet/graph";

/** Texts to declare, and what to write after `as`. */
export interface WrittenLagrangians {
  readonly declarations: readonly string[];
  readonly nameFor: (neuron: Neuron) => string;
}

/** The definitions behind these neurons. */
export function writtenLagrangians(neurons: readonly Neuron[]): WrittenLagrangians {
  const taken = new Set(
    neurons.flatMap(({ made, lagrangianName }) =>
      made?.declaration == null ? [lagrangianName] : [],
    ),
  );
  const names = new Map<string, string>();
  const declarations: string[] = [];
  for (const { made, lagrangianName } of neurons) {
    const text = made?.declaration ?? null;
    if (text === null || names.has(text)) continue;
    let name = lagrangianName;
    for (let n = 2; taken.has(name); n++) name = `${lagrangianName}_${n}`;
    taken.add(name);
    names.set(text, name);
    declarations.push(renamed(text, lagrangianName, name));
  }
  return {
    declarations,
    nameFor({ made, lagrangianName }) {
      const text = made?.declaration ?? null;
      return text === null ? lagrangianName : names.get(text)!;
    },
  };
}

/** The name is the first thing behind the word `lagrangian`. */
function renamed(text: string, from: string, to: string): string {
  const head = "lagrangian".length;
  const at = text.indexOf(from, head);
  return text.slice(0, at) + to + text.slice(at + from.length);
}
