export { CATALOGUE } from "./catalogue.ts";
export type { ModelAtlas } from "./atlas.ts";
export type * from "./certificates/certificate.ts";
export { type CertifiedModel, sealOf, type Verdict } from "./certificates/check/findings.ts";
export { verifyCertificate } from "./certificates/check/verify.ts";
export { type ModelFiles } from "./files.ts";
export { type LoadOptions } from "./load.ts";
export { type Entries } from "@hamlet/ham";
export {
  type FixedPointsOptions,
  type GivenValue,
  loadModel,
  type Model,
  type ModelRecallOptions,
  type ModelRecallResult,
  type ModelTrainResult,
} from "./model.ts";
export { readSeparation, type SeparationFormula } from "./separation.ts";
export { type ModelTrainOptions } from "./training.ts";
export { readUses } from "./uses.ts";
export { type FailedExpectation, failureText, type TestOptions, type TestReport } from "./tests.ts";
