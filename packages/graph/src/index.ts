export {
  demandOf,
  declaredRange,
  firstRefused,
  holds,
  losesDigits,
  placeOf,
  type Refusal,
  refusalOf,
  type RefusedEntry,
} from "./analyse/admit.ts";
export { argumentFault, type ArgumentFault } from "./analyse/argument-fault.ts";
export { type Unattained, unattained } from "./analyse/attained.ts";
export { type Boundedness, checkBoundedness, type Confinement } from "./analyse/boundedness.ts";
export { type Certificate, certify, printCertificate } from "./analyse/certificate.ts";
export { type ChordTestOptions, type CounterExample } from "./analyse/chord-test.ts";
export { checkConvexity, type Convexity, printConvexity } from "./analyse/convexity.ts";
export { type Culprit } from "./analyse/curvature.ts";
export { type Colouring, type Joint, twoColours } from "./analyse/colouring.ts";
export { checkDomains, type DomainRisk, isWhole } from "./analyse/domain.ts";
export { makeDraws, type Draws } from "./analyse/draws.ts";
export {
  NUMBER_FORMATS,
  type NumberFormat,
  type PossibleFault,
  possibleFaults,
} from "./analyse/faults.ts";
export { type Flatness, flatnessOf, type Hold } from "./analyse/flat.ts";
export { type Monomial } from "./analyse/growth.ts";
export { includes, type Interval, isPositive, printInterval } from "./analyse/interval.ts";
export { kinksOf } from "./analyse/kinks.ts";
export { drivenBy } from "./analyse/motion.ts";
export { freeNeurons, type Misfit, misfitOf, type Quote } from "./analyse/solver-fit.ts";
export { assumedRange, type Facts, factsOf, makeRanges, type Ranges } from "./analyse/range.ts";
export { type PositionUse, positionUses } from "./analyse/positions.ts";
export {
  type MisplacedRead,
  misplacedReads,
  type MissedSchedule,
  missedSchedules,
} from "./analyse/reads.ts";
export {
  type Asymmetry,
  asymmetryOf,
  type SymmetricProduct,
  symmetricProducts,
  type SymmetricUse,
  symmetricUses,
} from "./analyse/symmetric-part.ts";
export { checkSlopes, type SlopeRisk } from "./analyse/slope.ts";
export { keeps } from "./expr/bound.ts";
export { digest, exprKey, makeKeys, spelled } from "./rewrite/canonical.ts";
export { decided } from "./rewrite/decided.ts";
export {
  type CatalogueEntry,
  type HypersynapseDefinition,
  type HypersynapseOption,
  type HypersynapseUse,
  type LagrangianDefinition,
  makeNeuron,
  makeRegistry,
  type NeuronOptions,
  type OptionDefinition,
  type OptionValue,
  type OwnDimDefinition,
  type ParamDefinition,
  type ReadEntry,
  type Registry,
  type SignatureEntry,
  sourceOfParam,
} from "./model/catalogue.ts";
export { type Closures, type ClosureSpace, makeClosures } from "./expr/closure.ts";
export { defaultRecall } from "./model/default-recall.ts";
export { contains, dependsOn, tensorsIn } from "./expr/depends.ts";
export { indicesOf, makeDim, makeIndex } from "./expr/dim.ts";
export { gradient, gradients, hessianVectorProduct } from "./rewrite/differentiate.ts";
export {
  activationGradients,
  activationOf,
  type Assertion,
  type Clamp,
  type Drive,
  drivesOf,
  type EnergyGraph,
  type Entrywise,
  type Expectation,
  type Feed,
  givensOf,
  inStates,
  type Metric,
  type ModelTest,
  type Neuron,
  neuronEnergy,
  type NeuronOrigin,
  neuronsOf,
  type Recall,
  RECALL_QUANTITIES,
  type Start,
  targets,
  type Term,
  TEST_QUANTITIES,
  totalEnergy,
  type Training,
  type TrainingChoice,
  velocities,
  VISIT_ORDERS,
  type VisitOrder,
} from "./model/energy-graph.ts";
export { assertMatrix, type Matrix, type NumberArray } from "./array.ts";
export { HamError, invariant } from "./error.ts";
export {
  type Dense,
  type Environment,
  evaluate,
  evaluateScalar,
  sizeOfDim,
} from "./expr/evaluate.ts";
export {
  explain,
  explainLatex,
  explainText,
  type Explanation,
  explanationRows,
  type Formula,
  type LatexRow,
} from "./print/explain.ts";
export {
  add,
  apply,
  children,
  div,
  get,
  isLit,
  isValue,
  lit,
  logsumexp,
  mean,
  mul,
  neg,
  position,
  pow,
  reduce,
  select,
  size,
  softmax,
  sub,
  sum,
  time,
} from "./expr/expr.ts";
export { eachPart, makeFold, mapChildren, withChildren } from "./expr/parts.ts";
export { exportJax, type JaxOptions } from "./export/jax/export-jax.ts";
export { exportOnnx, type OnnxStepOptions } from "./export/onnx/export-onnx.ts";
export type { OnnxOptions } from "./export/onnx/ports.ts";
export { exportOnnxRecall, onnxRecall } from "./export/onnx/recall.ts";
export type {
  OnnxConstant,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxPort,
} from "./export/onnx/model.ts";
export {
  type ExprEntry,
  type ExprJson,
  type HamIr,
  type IrMeta,
  type SourceMeta,
} from "./json/format.ts";
export { fromJson, type ReadIr } from "./json/read.ts";
export { printJson, toJson } from "./json/write.ts";
export { modelId } from "./model/model-id.ts";
export { printDot } from "./print/print-dot.ts";
export { type LatexOptions, printLatex } from "./print/print-latex.ts";
export { freshNames, printText, signed, type TextOptions } from "./print/print-text.ts";
export { type Reach, reachOf } from "./model/reach.ts";
export { followSchedules, heldBy, pinnedBy } from "./model/recall-parts.ts";
export { SETTING_RANGES, type SettingRange } from "./model/settings.ts";
export { isCondition, SCALAR_FUNCTIONS, type ScalarFunction } from "./expr/scalar-functions.ts";
export { energyOfStates, layerEnergy } from "./model/layer-energy.ts";
export {
  nameSharedParts,
  type SharedPart,
  type SharedPartsOptions,
} from "./rewrite/shared-parts.ts";
export { freshIndex, replaceGets, substituteIndices } from "./rewrite/substitute.ts";
export { assertNoDrive } from "./model/assert-no-drive.ts";
export { makeTensor } from "./expr/tensor.ts";
export type {
  Apply,
  Bound,
  Dim,
  Elem,
  Expr,
  Get,
  Index,
  Lit,
  Position,
  Reduce,
  ReduceOp,
  Select,
  Size,
  Softmax,
  Tensor,
  TensorKind,
  TensorSource,
  Time,
} from "./expr/types.ts";
export { type GraphProblem, verifyExpr, verifyGraph, type VerifyOptions } from "./model/verify.ts";
