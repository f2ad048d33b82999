export { type Descent, lseDescent, type Patterns, rbfKernelOf } from "./exact.ts";
export {
  type FeatureDescription,
  type FeatureOptions,
  FAMILIES,
  KINDS,
  NORMS,
} from "./features/description.ts";
export { FeatureMap, featureScale, type Spread } from "./features/feature-map.ts";
export { type Features, makeFeatures } from "./features/features.ts";
export type { Projection } from "./features/projection.ts";
export type { DescentOptions, DescentResult } from "./tensors/descent.ts";
export {
  type ApproxDescentOptions,
  type DrDAM,
  type EpsOptions,
  makeDrdam,
} from "./tensors/drdam.ts";
export type { Input } from "./tensors/shapes.ts";
