export { DISTRIBUTION_NAMES, drawEntries } from "./recall/draw.ts";
export { type Ending, ENERGY_ROUNDING, type Outcome } from "./recall/outcome.ts";
export {
  type CompiledRecall,
  makeRecall,
  type RecallOptions,
  type RecallProgress,
  type RecallResult,
  type RecallSetup,
  type RecallStep,
} from "./recall/recall.ts";
export { SOLVERS } from "./solvers/catalogue.ts";
export { type Layers, type Solver, type StepFrom, type Velocity } from "./solvers/solver.ts";
