// `solver = …` of a recall: which one, its options, and whether it can move the layers.

import {
  type Clamp,
  type Expr,
  lit,
  type Neuron,
  type Recall,
  VISIT_ORDERS,
  type VisitOrder,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { allows } from "./allow.ts";
import { listText } from "../diagnostics/place.ts";
import { binaryNeedsDiscrete } from "../rules/binary-needs-discrete.ts";
import { missingArgument } from "../rules/missing-argument.ts";
import { solverNeuron } from "../rules/solver-neuron.ts";
import { stepTooLarge } from "../rules/step-too-large.ts";
import { syncMayCycle } from "../rules/sync-may-cycle.ts";
import { type KnownOption, unknownArgument } from "../rules/unknown-argument.ts";
import { unknownTemplate } from "../rules/unknown-template.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Span } from "../source.ts";
import type { Lowering } from "./lowering.ts";
import { knownValue } from "./known-value.ts";

/** An option of a solver. */
export interface SolverOption extends KnownOption {
  /** Null for an option that may be left out; else what a message shows as an example. */
  readonly example: string | null;
}

/** What is known of a solver. */
export interface SolverKind {
  /** What it moves: states along a velocity, or units from one value to the other. */
  readonly moves: "smooth" | "binary";
  /** True where a step above 2 τ makes the leak alone unstable. */
  readonly explicit: boolean;
  readonly options: readonly SolverOption[];
}

const DT: SolverOption = { name: "dt", meaning: "the step size", example: "0.1" };
const TEMPERATURE: SolverOption = {
  name: "temperature",
  meaning: "strength of the noise",
  example: "0.1",
};
const FIRST_DT: SolverOption = { ...DT, meaning: "the first step size", example: null };
const NEWTON: SolverOption = {
  name: "newton",
  meaning: "Newton steps at the end",
  example: null,
};
const MEMORY: SolverOption = {
  name: "memory",
  meaning: "how many steps it looks back",
  example: null,
};
const ORDER: SolverOption = {
  name: "order",
  meaning: "random, cyclic or permutation",
  example: null,
};

/** Every solver of a recall. */
export const SOLVERS: ReadonlyMap<string, SolverKind> = new Map([
  ["euler", { moves: "smooth", explicit: true, options: [DT] }],
  ["heun", { moves: "smooth", explicit: true, options: [DT] }],
  ["rk4", { moves: "smooth", explicit: false, options: [DT] }],
  ["langevin", { moves: "smooth", explicit: true, options: [DT, TEMPERATURE] }],
  ["adaptive", { moves: "smooth", explicit: false, options: [FIRST_DT] }],
  ["alternate", { moves: "smooth", explicit: false, options: [] }],
  ["cccp", { moves: "smooth", explicit: false, options: [NEWTON] }],
  ["anderson", { moves: "smooth", explicit: false, options: [MEMORY] }],
  ["async", { moves: "binary", explicit: false, options: [ORDER] }],
  ["sync", { moves: "binary", explicit: false, options: [] }],
  ["glauber", { moves: "binary", explicit: false, options: [TEMPERATURE, ORDER] }],
]);

/** Whether a solver flips units instead of following a velocity. */
export function movesUnits(name: string): boolean {
  return SOLVERS.get(name)?.moves === "binary";
}

/** A solver as it was written, for checks that need the whole recall. */
export interface WrittenSolver {
  readonly solver: Recall["solver"];
  readonly span: Span;
  /** Where `dt` was given; null when it came from outside. */
  readonly dtSpan: Span | null;
}

/** Lowers `solver = …`, or reports and returns null. */
export function lowerSolver(
  model: Lowering,
  value: ast.Expression,
  recall: string,
): WrittenSolver | null {
  const reference = value.kind === "reference" ? value : null;
  const name = reference?.path.segments[0];
  const kind = name === undefined ? undefined : SOLVERS.get(name.text);
  if (reference === null || name === undefined || kind === undefined) {
    const written = name ?? { text: model.expressions.written(value.span), span: value.span };
    unknownTemplate(model.diagnostics, written, "solver", [...SOLVERS.keys()]);
    return null;
  }
  const options = new Map<string, Expr>();
  let order: VisitOrder | undefined;
  let dtSpan: Span | null = null;
  for (const arg of reference.args ?? []) {
    const option = arg.name ?? { text: kind.options[0]?.name ?? "", span: arg.span };
    if (!kind.options.some((other) => other.name === option.text)) {
      unknownArgument(model.diagnostics, name.text, option, kind.options);
      return null;
    }
    if (option.text === ORDER.name) {
      order = lowerOrder(model, arg.value);
      if (order === undefined) return null;
      continue;
    }
    const lowered = model.expressions.lower(arg.value);
    if (lowered === null) return null;
    options.set(option.text, lowered);
    if (option.text === DT.name) dtSpan = arg.value.span;
  }
  for (const option of kind.options) {
    if (option === ORDER) continue;
    const override = model.overrides.take(`recall.${recall}.${option.name}`);
    if (override !== undefined) {
      options.set(option.name, lit(override.value));
      if (option.name === DT.name) dtSpan = null;
    }
    if (options.has(option.name) || option.example === null) continue;
    const given = (reference.args ?? []).map((arg) => `${model.expressions.written(arg.span)}, `);
    missingArgument(
      model.diagnostics,
      name.text,
      { name: option.name, example: option.example, before: given.join("") },
      value.span,
    );
    return null;
  }
  const solver = { name: name.text, options, ...(order === undefined ? {} : { order }) };
  return { solver, span: name.span, dtSpan };
}

function lowerOrder(model: Lowering, value: ast.Expression): VisitOrder | undefined {
  const word = model.expressions.written(value.span);
  const order = VISIT_ORDERS.find((known) => known === word);
  if (order === undefined) {
    const near = suggest(word, VISIT_ORDERS);
    const all = listText(VISIT_ORDERS.map((known) => `\`${known}\``));
    model.diagnostics.report("E0404", value.span, {
      message: `there is no order called \`${word}\``,
      help: [
        near === undefined ? `orders are ${all}` : `did you mean \`${near}\`? orders are ${all}`,
      ],
    });
  }
  return order;
}

/** Whether the solver can move every layer that is free; false when it was reported. */
export function checkSolver(
  model: Lowering,
  item: ast.RecallItem,
  written: WrittenSolver,
  clamps: readonly Clamp[],
): boolean {
  const { solver, span, dtSpan } = written;
  const { moves, explicit } = SOLVERS.get(solver.name)!;
  const free = freeNeurons(model, clamps);
  for (const { neuron, declared } of free) {
    if (neuron.kind === moves) continue;
    const place = { name: neuron.name, span: declared.lagrangian.span };
    if (moves === "binary") solverNeuron(model.diagnostics, { name: solver.name, span }, place);
    else {
      const lagrangian = neuron.lagrangianName;
      binaryNeedsDiscrete(model.diagnostics, { name: solver.name, span }, { ...place, lagrangian });
    }
    return false;
  }
  if (solver.name === "sync" && !model.isDriven && !allows(item, "sync_may_cycle")) {
    syncMayCycle(model.diagnostics, span);
  }
  const dt = knownValue(solver.options.get("dt") ?? lit(0));
  if (explicit && dt !== null && dtSpan !== null && !allows(item, "step_too_large")) {
    const tight = free
      .filter(({ neuron, tau }) => neuron.leak && tau !== null && dt > 2 * tau)
      .sort((a, b) => a.tau! - b.tau!)[0];
    if (tight !== undefined) {
      const { neuron, tau } = tight;
      stepTooLarge(model.diagnostics, { dt, span: dtSpan }, { name: neuron.name, tau: tau! });
    }
  }
  return true;
}

interface DeclaredNeuron {
  readonly neuron: Neuron;
  readonly declared: ast.NeuronItem;
  /** Its time constant, where the text alone says it. */
  readonly tau: number | null;
}

/** The neurons of a file, found once for all of its recalls. */
const DECLARED = new WeakMap<Lowering, readonly DeclaredNeuron[]>();

function declaredNeurons(model: Lowering): readonly DeclaredNeuron[] {
  let found = DECLARED.get(model);
  if (found === undefined) {
    found = [...model.scope.declarations.values()].flatMap(({ name, item }) => {
      const meaning = item.kind === "neuron" ? model.scope.peek(name.text) : undefined;
      if (item.kind !== "neuron" || meaning?.kind !== "neuron") return [];
      const { neuron } = meaning;
      return [{ neuron, declared: item, tau: knownValue(neuron.tau) }];
    });
    DECLARED.set(model, found);
  }
  return found;
}

/** The neurons of the file that no clamp holds as a whole. */
function freeNeurons(model: Lowering, clamps: readonly Clamp[]): readonly DeclaredNeuron[] {
  const held = new Set(clamps.filter(({ where }) => where === null).map(({ neuron }) => neuron));
  return declaredNeurons(model).filter(({ neuron }) => !held.has(neuron));
}
