// The recalls of the examples: each with its own starts, clamps, schedule, solver and stop condition.

import { type EnergyGraph, lit, type Recall } from "@hamlet/graph";
import { EXAMPLE_STEPS, type ExampleModel, readExample } from "@hamlet/testing";
import { type Choice, chosen } from "../../core/conformance/choice.ts";
import { EXAMPLES } from "../../core/conformance/examples.ts";

/** A recall of an example. */
export interface RecallCase {
  /** The example and the recall. */
  readonly name: string;
  readonly model: ExampleModel;
  readonly recall: Recall;
}

/** Every recall of every example, cut to the same number of steps. */
export function recallCases(steps = EXAMPLE_STEPS): RecallCase[] {
  return Object.entries(EXAMPLES).flatMap(([file, content]) => {
    const model = readExample(content);
    return model.graph.recalls.map((recall): RecallCase => ({
      name: `${file}, ${recall.name}`,
      model,
      recall: { ...recall, steps: lit(steps), record: [{ name: "energy", every: 1 }] },
    }));
  });
}

/** How much of the recalls a software renderer runs. */
export interface Some extends Choice {
  readonly steps: number;
}

/** The chosen recalls of every solver. */
export function chosenRecalls({ steps, ...choice }: Some): RecallCase[] {
  return chosen(recallCases(steps), ({ recall }) => recall.solver.name, choice);
}

/** Whether the recall flips units. */
export function flips({ neurons }: EnergyGraph): boolean {
  return neurons.some(({ kind }) => kind === "binary");
}
