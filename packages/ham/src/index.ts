export { FLIP_SOLVERS } from "./binary/binary-recall.ts";
export { type Flip, type FlipPath, frameAt, type LayerStart } from "./binary/trajectory.ts";
export { type TensorsByName } from "./hypergraph/batch.ts";
export { type HypersynapseSetting } from "./hypergraph/connect.ts";
export { type HypergraphParts, makeEnergyGraph } from "./hypergraph/energy-graph.ts";
export {
  type EnergyAndGradient,
  type EnergyTree,
  type Hypergraph,
  type HypergraphOptions,
  makeHypergraph,
} from "./hypergraph/hypergraph.ts";
export { addInitialEntries, type Entries, nameHash } from "./hypergraph/initial-entries.ts";
export { basinOf } from "./fixed-points/basin.ts";
export { census, type Census, type CensusOptions, type FixedPoint } from "./fixed-points/census.ts";
export { exactScalar } from "./hypergraph/exact-consts.ts";
export { equidistantPoints } from "./fixed-points/equidistant.ts";
export { patternsOf, startsAmong } from "./fixed-points/starts.ts";
export { classify, type Classification, type FixedPointKind } from "./fixed-points/classify.ts";
export {
  type Curvature,
  type Landscape,
  type LandscapeSpace,
  makeLandscape,
  type Place,
  type Site,
  type StateVector,
} from "./fixed-points/landscape.ts";
export { directionsAt, type Directions } from "./fixed-points/directions.ts";
export { refine, type Refined } from "./fixed-points/refine.ts";
export { makeSearcher, type Searcher } from "./fixed-points/searcher.ts";
export { HYPERSYNAPSES } from "./hypersynapses/catalogue.ts";
export { synAttention } from "./hypersynapses/attention.ts";
export { synBias } from "./hypersynapses/bias.ts";
export { synConv2d } from "./hypersynapses/conv2d.ts";
export { synDam } from "./hypersynapses/dam.ts";
export { synDrdam } from "./hypersynapses/drdam.ts";
export { synDenseBias } from "./hypersynapses/dense-bias.ts";
export { type DenseAxes, makeDense } from "./hypersynapses/dense-axes.ts";
export { synDense } from "./hypersynapses/dense.ts";
export { synHopfield } from "./hypersynapses/hopfield.ts";
export { synLse } from "./hypersynapses/lse.ts";
export { synLseEuclid } from "./hypersynapses/lse-euclid.ts";
export { makeManyBody, type ManyBodyOptions } from "./hypersynapses/many-body.ts";
export { synConvPool } from "./hypersynapses/conv-pool.ts";
export { synCrossAttention } from "./hypersynapses/cross-attention.ts";
export { synMeanPool } from "./hypersynapses/mean-pool.ts";
export { synMemory } from "./hypersynapses/memory.ts";
export { synThreeBody } from "./hypersynapses/three-body.ts";
export { type Among } from "./recall/among.ts";
export { type Clip } from "./recall/clips.ts";
export { type RecallDescription, type StepPart } from "./recall/describe.ts";
export {
  type Engine,
  type EngineChoice,
  engineFor,
  ENGINES,
  RECALL_ENGINES,
  type RecallEngine,
  withEngine,
} from "./recall/engine.ts";
export { RegisterFile } from "./recall/register-file.ts";
export { type Fault } from "./recall/fault.ts";
export { type Descending, follow, type FollowOptions, type Reading } from "./recall/follow.ts";
export { type Drawn, type FeedSpace, makeFeed } from "./recall/feed.ts";
export { type Descent, type Ending, ENERGY_ROUNDING, type Outcome } from "./recall/outcome.ts";
export { makeRecall } from "./recall/make-recall.ts";
export type {
  CompiledRecall,
  RecallOptions,
  RecallProgress,
  RecallResult,
  RecallSetup,
  RecallStep,
} from "./recall/recall.ts";
export { type Trajectory } from "./recall/record.ts";
export { type EnergyPart, startEnergies, type StartEnergies } from "./recall/start-energies.ts";
export { type Wording, type WrittenOf } from "./recall/wording.ts";
export { SOLVERS } from "./solvers/catalogue.ts";
export {
  type Groups,
  type Layers,
  type Memory,
  type Point,
  type Solver,
  type SolverOption,
  type SolverSettings,
  type StepFrom,
  type StepTo,
} from "./solvers/solver.ts";
export { GRADIENTS } from "./training/catalogue.ts";
export type { Minibatch } from "./training/minibatch.ts";
export type { Dealt } from "./training/examples.ts";
export { Journal } from "./training/journal.ts";
export { type Dealer, learn, type Lesson, type LoopOptions } from "./training/loop.ts";
export { Weights, type WeightOptions } from "./training/weights.ts";
export type {
  GradientMethod,
  GradientParts,
  GradientResult,
  LossAndMetrics,
  LossGradient,
} from "./training/loss-gradient.ts";
export type {
  BestParams,
  MetricCurve,
  TrainProgress,
  TrainResult,
  ValidationPoint,
} from "./training/progress.ts";
export { type ChangedSetting, fingerprint, toldSettings } from "./training/told.ts";
export { train, type TrainOptions, type TrainSetup } from "./training/train.ts";
export { hebb } from "./storage/hebb.ts";
export { type StorageOptions, type StoredPatterns } from "./storage/patterns.ts";
export { pseudoInverse } from "./storage/pseudo-inverse.ts";
export { storkey } from "./storage/storkey.ts";
export { unlearn, type UnlearnOptions } from "./storage/unlearn.ts";
export { classicalRatio, hebbInstability } from "./capacity/classical.ts";
export { exponentialRate, logSumExpRate } from "./capacity/exponential.ts";
export {
  polynomialCapacity,
  polynomialInstability,
  type PolynomialOptions,
} from "./capacity/polynomial.ts";
export {
  type SequenceSeparation,
  sequenceCapacity,
  sequenceInstability,
  type SequenceOptions,
} from "./capacity/sequence.ts";
export {
  type Cluster,
  clusterInterval,
  type ConfidenceInterval,
  wilsonInterval,
} from "./capacity/wilson.ts";
