export {
  type LagrangianDefinition,
  makeNeuron,
  makeRegistry,
  type NeuronOptions,
  type OptionDefinition,
  type Registry,
} from "./catalogue.ts";
export { type Closures, type ClosureSpace, makeClosures } from "./closure.ts";
export { contains, dependsOn, tensorsIn } from "./depends.ts";
export { indicesOf, makeDim, makeIndex } from "./dim.ts";
export { gradient, gradients, hessianVectorProduct } from "./differentiate.ts";
export {
  activationOf,
  type Assertion,
  type Clamp,
  type EnergyGraph,
  type Entrywise,
  type Expectation,
  type Feed,
  givensOf,
  inStates,
  type ModelTest,
  type Neuron,
  neuronEnergy,
  neuronsOf,
  type Recall,
  RECALL_QUANTITIES,
  type Start,
  type Term,
  TEST_QUANTITIES,
  totalEnergy,
  type Training,
  velocities,
  VISIT_ORDERS,
  type VisitOrder,
} from "./energy-graph.ts";
export { HamError, invariant } from "./error.ts";
export { type Dense, type Environment, evaluate, evaluateScalar, sizeOfDim } from "./evaluate.ts";
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
} from "./expr.ts";
export { type FlipForm, flipForm } from "./flip.ts";
export { type BinaryLayers, type Named, type Overlap, type OverlapForm } from "./overlaps.ts";
export { printText } from "./print-text.ts";
export { isCondition, SCALAR_FUNCTIONS, type ScalarFunction } from "./scalar-functions.ts";
export { freshIndex, replaceGets, substituteIndices } from "./substitute.ts";
export { makeTensor } from "./tensor.ts";
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
} from "./types.ts";
export { type GraphProblem, verifyExpr, verifyGraph, type VerifyOptions } from "./verify.ts";
