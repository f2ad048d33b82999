export { FLIP_SOLVERS } from "./binary/binary-recall.ts";
export { type Flip, frameAt, type LayerStart, type Trajectory } from "./binary/trajectory.ts";
export { HYPERSYNAPSES } from "./hypersynapses/catalogue.ts";
export { synAttention } from "./hypersynapses/attention.ts";
export { synBias } from "./hypersynapses/bias.ts";
export { synConv2d } from "./hypersynapses/conv2d.ts";
export { synDam } from "./hypersynapses/dam.ts";
export { synDense } from "./hypersynapses/dense.ts";
export { synHopfield } from "./hypersynapses/hopfield.ts";
export { synLse } from "./hypersynapses/lse.ts";
export { synLseEuclid } from "./hypersynapses/lse-euclid.ts";
export { synMeanPool } from "./hypersynapses/mean-pool.ts";
export { synMemory } from "./hypersynapses/memory.ts";
export { synThreeBody } from "./hypersynapses/three-body.ts";
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
export { hebb } from "./storage/hebb.ts";
export { type StorageOptions, type StoredPatterns } from "./storage/patterns.ts";
export { pseudoInverse } from "./storage/pseudo-inverse.ts";
export { storkey } from "./storage/storkey.ts";
export { unlearn, type UnlearnOptions } from "./storage/unlearn.ts";
export {
  exponentialRate,
  hebbInstability,
  polynomialCapacity,
  polynomialInstability,
} from "./capacity/theory.ts";
export { type Interval, wilsonInterval } from "./capacity/wilson.ts";
