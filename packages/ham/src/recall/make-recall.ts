// From a recall block to the recall that runs it.

import { drivesOf, type EnergyGraph, type Recall } from "@hamlet/graph";
import { BinaryRecall, FLIP_SOLVERS } from "../binary/binary-recall.ts";
import { assertNumbersAdmitted } from "../hypergraph/assert-admitted.ts";
import { assertFit } from "../solvers/assert-fit.ts";
import { EnergyRecall } from "./energy-recall.ts";
import type { CompiledRecall, RecallSetup } from "./recall.ts";
import { assertSchedulesAdmitted } from "./schedule.ts";

/**
 * Compiles a recall block of a model.
 *
 * What its runs are given is checked as the values of `setup` are: by the declarations of the graph.
 * @throws HamError `ham/unknown-solver`, `ham/bad-setting`, `ham/value-refused`, `ham/solver-misfit`.
 */
export function makeRecall(graph: EnergyGraph, recall: Recall, setup: RecallSetup): CompiledRecall {
  assertNumbersAdmitted(graph, setup);
  assertSchedulesAdmitted(recall, setup);
  // Other misfits are found by the solvers that have them.
  if (drivesOf(graph).length > 0) assertFit(graph, recall, setup.numbers);
  return FLIP_SOLVERS.includes(recall.solver.name)
    ? new BinaryRecall(graph, recall, setup)
    : new EnergyRecall(graph, recall, setup);
}
