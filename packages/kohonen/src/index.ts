export type { StoreOptions, StoreResult } from "@hamlet/core";
export { type Experiment, gaussianRows, measureRecall } from "./experiment.ts";
export { type KernelOptions, recallKernel } from "./kernel/recall.ts";
export {
  dotSeparation,
  type WrittenSeparation,
  reluSeparation,
  type Separation,
  separationOf,
  softmaxSeparation,
} from "./kernel/separation.ts";
export {
  learnLinear,
  type LinearMemory,
  type LinearOptions,
  recallLinear,
} from "./learn/linear.ts";
export { onlineMemory, type OnlineMemory, type Vector } from "./learn/online.ts";
export type { MatrixLike, Pairs } from "./learn/pairs.ts";
export type { Solution } from "./learn/solution.ts";
export {
  forgetStatistics,
  learnFromStatistics,
  mergeStatistics,
  type Statistics,
  statisticsOf,
} from "./learn/statistics.ts";
export {
  type CorrelationMemory,
  type CorrelationOptions,
  loadCorrelations,
  makeCorrelations,
  type StorePairsOptions,
} from "./memory/memory.ts";
export { type Closeness, compareRows, type Measured } from "./metrics.ts";
export { kernelCosine, type KeyLaw, type Ratio } from "./theory/kernel.ts";
export { linearCosine, linearDistance, randomDistance, type Sizes } from "./theory/linear.ts";
export { dotCosine, reluCosine, softmaxCosine, type UnitKeys } from "./theory/unit-keys.ts";
