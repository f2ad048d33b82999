export {
  type SampleClasses,
  classifySamples,
  type ClassifyOptions,
  type SampleKind,
} from "./clusters/classify.ts";
export { type Clusters, wardClusters } from "./clusters/ward.ts";
export { circlePoints, type CircleOptions, polygonPoints } from "./data/circle.ts";
export { type GridOptions, gridPoints } from "./data/grid.ts";
export { type Points, pointsFromArray, pointsOf } from "./data/points.ts";
export { subset } from "./data/subset.ts";
export {
  type EnergyCensus,
  energyCensus,
  type EnergyCensusOptions,
  type EnergyPoint,
} from "./exact/census.ts";
export { denseMemoryEnergy, type PointEnergies } from "./exact/dense-memory.ts";
export { type ExactScore, exactScore } from "./exact/exact-score.ts";
export { inverseTemperatureAt, rbfBeta } from "./exact/inverse-temperature.ts";
export { ringEnergy, ringMinimum, ringScore } from "./exact/ring.ts";
export {
  collapseTime,
  type CollapseOptions,
  type CollapseTime,
  speciationTime,
} from "./exact/times.ts";
export { type StepControl } from "./likelihood/dormand-prince.ts";
export { hutchinson, type HutchinsonOptions } from "./likelihood/hutchinson.ts";
export { energiesOf, logLikelihood, type LikelihoodOptions } from "./likelihood/log-likelihood.ts";
export { type DirectionOptions } from "./network/directions.ts";
export { readScore, type ScoreFile, writeScore } from "./network/file.ts";
export { initialModel, type InitialOptions, type ScoreModel } from "./network/model.ts";
export {
  type NetworkScore,
  type NetworkScoreOptions,
  networkScore,
} from "./network/network-score.ts";
export { type NetworkShape } from "./network/shape.ts";
export { type Noise, varianceExploding } from "./noise.ts";
export { sampleEulerMaruyama } from "./sample/euler-maruyama.ts";
export {
  type PredictorCorrectorOptions,
  samplePredictorCorrector,
} from "./sample/predictor-corrector.ts";
export { sampleProbabilityFlow } from "./sample/probability-flow.ts";
export { type SamplerOptions, type SamplerStep } from "./sample/sampler.ts";
export {
  type TimeSpacing,
  type TimeStepOptions,
  type TimeSteps,
  timeSteps,
} from "./sample/time-steps.ts";
export type { Score, ScoreAndDivergence } from "./score.ts";
export { type Settings as ScoreSettings } from "./training/settings.ts";
export {
  type ScoreProgress,
  type TrainedScore,
  trainScore,
  type TrainScoreOptions,
} from "./training/train.ts";
