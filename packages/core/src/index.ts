export { type Leaf, type Output, plan, type PlanOptions } from "./plan/planner.ts";
export { BATCH, BATCH_INDEX, type Instruction, type Plan, type Stage } from "./plan/instruction.ts";
export { type Inputs, makeProgram, type Program } from "./run/program.ts";
