export { NODE_BACKENDS, useBackend, type NodeBackend } from "./backends.ts";
export { expectClose, maxRelativeError, type CloseOptions, type ErrorOptions } from "./close.ts";
export {
  EXAMPLE_STEPS,
  type ExampleEntries,
  type ExampleFile,
  type ExampleModel,
  exampleTensors,
  readExample,
} from "./example-model.ts";
export {
  differenceGradient,
  differenceHessianVector,
  type DifferenceOptions,
  type RealFunction,
} from "./finite-differences.ts";
export { expectNoLeakOnFailure, type FailureOptions, InjectedFailure } from "./failures.ts";
export { checkLagrangian, type LagrangianCheck } from "./lagrangian-laws.ts";
export { expectNoLeak } from "./leak.ts";
export { TOLERANCES, type BackendName, type Tolerances } from "./tolerance.ts";
export {
  type EngineName,
  errorOf,
  type Exemption,
  EXEMPTIONS,
  exemptionFor,
  PRECISION,
  type Precision,
  precisionOf,
} from "./precision.ts";
