import { type LagrangianDefinition } from "@hamlet/graph";
import { lagrEntmax15 } from "./entmax15.ts";
import { lagrExp } from "./exp.ts";
import { lagrGhostmax } from "./ghostmax.ts";
import { lagrIdentity } from "./identity.ts";
import { lagrLayernorm } from "./layernorm.ts";
import { lagrRelu } from "./relu.ts";
import { lagrRepu } from "./repu.ts";
import { lagrRexp } from "./rexp.ts";
import { lagrSigmoid } from "./sigmoid.ts";
import { lagrSign } from "./sign.ts";
import { lagrSoftmax } from "./softmax.ts";
import { lagrSparsemax } from "./sparsemax.ts";
import { lagrSphere } from "./sphere.ts";
import { lagrStep } from "./step.ts";
import { lagrTanh } from "./tanh.ts";

/** Every Lagrangian of the catalogue. */
export const LAGRANGIANS: readonly LagrangianDefinition[] = [
  lagrIdentity,
  lagrRelu,
  lagrRepu,
  lagrExp,
  lagrRexp,
  lagrTanh,
  lagrSigmoid,
  lagrSoftmax,
  lagrGhostmax,
  lagrSparsemax,
  lagrEntmax15,
  lagrLayernorm,
  lagrSphere,
  lagrSign,
  lagrStep,
];
