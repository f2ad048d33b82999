export type { StoreOptions, StoreResult } from "@hamlet/core";
export { type ExactDescent, lseDescent, type Patterns, rbfKernelOf } from "./exact.ts";
export {
  type FeatureDescription,
  type FeatureOptions,
  FAMILIES,
  KINDS,
  NORMS,
} from "./features/description.ts";
export { FeatureMap, featureScale } from "./features/feature-map.ts";
export { drawFeatures, type Features, makeFeatures } from "./features/features.ts";
export type { Projection } from "./features/projection.ts";
export type { DescentOptions, DescentResult } from "./tensors/descent.ts";
export { descendEnergy, type OwnEnergy } from "./tensors/own-energy.ts";
export { type ApproxDescentOptions, type DrDAM, makeDrdam } from "./tensors/drdam.ts";
export { openMemory } from "./memory/file.ts";
export { type DistributedMemory, loadMemory, makeMemory } from "./memory/memory.ts";
export type { MemoryRecall, MemoryRecallOptions } from "./memory/recall.ts";
export {
  divergence,
  divergenceBound,
  type DivergenceBoundOptions,
  largestStep,
} from "./theory/divergence.ts";
export {
  type ErrorBar,
  type ErrorBarOptions,
  expectedError,
  type TrustedBar,
} from "./theory/error-bar.ts";
export { featuresFor, type FeaturesForOptions } from "./theory/features-for.ts";
export { kernelVariance, rowMoments } from "./theory/variance.ts";
export {
  exactLandscape,
  featureLandscape,
  featureOverGrid,
  type PlaneGrid,
  kernelScatter,
  spaced,
} from "./figures/landscape.ts";
