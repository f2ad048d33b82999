export { OPTIMISERS } from "./optimisers/catalogue.ts";
export type { Moved, Optimiser, Settings, Standing } from "./optimisers/optimiser.ts";
export { type Output, plan } from "./plan/planner.ts";
export {
  type Instruction,
  type Leaf,
  type Plan,
  type PlanOptions,
  type Stage,
} from "./plan/instruction.ts";
export { float64, type Numbers } from "./run/float64.ts";
export { KERNELS, type RunOp } from "./run/kernels.ts";
export { type Part, type PartArray } from "./run/part.ts";
export {
  type DescribeOptions,
  type Inputs,
  makeProgram,
  type Program,
  type ProgramOptions,
  type Register,
  type Registers,
  type WiredStep,
} from "./run/program.ts";
export { hasSimd } from "./run/simd/here.ts";
export { type Limits, type LimitsOptions, measureLimits } from "./run/simd/limits.ts";
export { simd } from "./run/simd/simd.ts";
export { TransformedRows } from "./run/simd/transforms.ts";
export { useThreads } from "./run/simd/threads.ts";
export { type Turbo, useTurbo } from "./run/simd/turbo.ts";
export { tensors } from "./run/tensors.ts";
export type { CardArray } from "./run/webgpu/array.ts";
export { hasWebgpu, readArrays, toTensor, webgpu } from "./run/webgpu/webgpu.ts";
export type { SimdArray } from "./run/simd/array.ts";
export type { Run, StageWork, Target, Task } from "./run/target.ts";
export {
  type ArrayData,
  type ArrayEntry,
  type ArrayHeader,
  type TypedArray,
} from "./files/array-data.ts";
export {
  inspectArrayFile,
  openArrayFile,
  readArrayFile,
  type ArrayFileHeader,
} from "./files/array-file.ts";
export { arrayFormatOf, type ArrayFormat } from "./files/array-format.ts";
export {
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
  type CheckpointOptions,
} from "./files/checkpoint.ts";
export { openDataFile } from "./files/data-file.ts";
export {
  assertHeldRows,
  assertNewRows,
  commonHeld,
  countHeld,
  describeHeld,
  type HeldSources,
  type HeldRows,
  heldRows,
  type RowInterval,
  parseHeld,
  printHeld,
  type SourceRows,
  uniteHeld,
  withoutHeld,
} from "./files/held.ts";
export {
  type Incoming,
  parseStored,
  printStored,
  type StoredSums,
  type StoreOptions,
  type StoreResult,
  StreamedSums,
} from "./files/streamed-sums.ts";
export { asFloat32, asFloat64, exactNumbers } from "./files/typed-numbers.ts";
export { readNpy, writeNpy } from "./files/npy.ts";
export { type FileBytes, type OpenFile } from "./files/payload.ts";
export { readNpz, writeNpz, type NpzOptions } from "./files/npz.ts";
export {
  readSafetensors,
  writeSafetensors,
  type Safetensors,
  type SafetensorsOptions,
} from "./files/safetensors.ts";
export {
  atOnce,
  inTurns,
  makeTurn,
  type Progress,
  type Signal,
  type StopOptions,
  throwIfAborted,
  type Turn,
  type Work,
} from "./turn.ts";
export { bernoulli } from "./random/bernoulli.ts";
export { bits } from "./random/bits.ts";
export { categorical } from "./random/categorical.ts";
export { choice, type ChoiceOptions } from "./random/choice.ts";
export { gumbel } from "./random/gumbel.ts";
export { foldIn, key, split, type Key } from "./random/key.ts";
export { drawNormal, normal } from "./random/normal.ts";
export { permutation } from "./random/permutation.ts";
export { randint } from "./random/randint.ts";
export { type DrawSize } from "./random/size.ts";
export type { RowOptions } from "./random/rows/norms.ts";
export { drawOrthogonalRows, orthogonalRows } from "./random/rows/orthogonal.ts";
export { StructuredRows } from "./random/rows/structured.ts";
export { truncatedNormal, type TruncatedNormalOptions } from "./random/truncated-normal.ts";
export { uniform, type UniformOptions } from "./random/uniform.ts";
