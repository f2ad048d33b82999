// Recall blocks: how to run the model.

import {
  type Clamp,
  defaultRecall,
  type Dim,
  type Expr,
  get,
  type Index,
  indicesOf,
  lit,
  apply,
  type Neuron,
  type Recall,
  RECALL_QUANTITIES,
  refusalOf,
  type Start,
  time,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { clampValue } from "../rules/clamp-value.ts";
import { emptyWhere } from "../rules/empty-where.ts";
import { scheduleTarget } from "../rules/schedule-target.ts";
import { unknownArgument } from "../rules/unknown-argument.ts";
import { valueRefused } from "../rules/value-out-of-bounds.ts";
import { INDEPENDENT } from "./distributions.ts";
import { drawFrom } from "./draw.ts";
import { lowerEntrywise } from "./entrywise.ts";
import { isNeverTrue } from "./never-true.ts";
import { NOWHERE, type Surroundings } from "./expression.ts";
import type { Lowering } from "./lowering.ts";
import { checkSolver, lowerSolver, movesUnits, type WrittenSolver } from "./solver.ts";

/** Words of a stop condition. */
const QUANTITIES: ReadonlyMap<string, Expr> = new Map(
  Object.entries(RECALL_QUANTITIES).map(([name, tensor]) => [
    name,
    name === "settled" ? apply("ne", get(tensor), lit(0)) : get(tensor),
  ]),
);

/** Lowers a recall block, or reports and returns null. */
export function lowerRecall(model: Lowering, item: ast.RecallItem): Recall | null {
  const { steps: lines, name } = item;
  const starts: Start[] = [];
  const clamps: Clamp[] = [];
  const schedules: { tensor: Recall["schedules"][number]["tensor"]; value: Expr }[] = [];
  const record: { name: string; every: number }[] = [];
  const returns: Neuron[] = [];
  const fallback = defaultRecall();
  let { solver, steps } = fallback;
  let written: WrittenSolver | null = null;
  let stop: Expr | null = null;
  let recordsFlips: ast.RecordStep | null = null;
  let failed = false;

  for (const line of lines) {
    switch (line.kind) {
      case "broken":
        failed = true;
        break;
      case "start": {
        const start = lowerStart(model, line);
        if (start === null) failed = true;
        else starts.push(start);
        break;
      }
      case "clamp": {
        const clamp = lowerClamp(model, line);
        if (clamp === null) failed = true;
        else clamps.push(clamp);
        break;
      }
      case "stop":
        stop = model.expressions.condition(
          line.condition,
          { ...NOWHERE, words: QUANTITIES },
          "stop when",
        );
        failed ||= stop === null;
        break;
      case "record": {
        const word = model.expressions.written(line.path.span);
        const flips = word === "flips";
        if (flips) recordsFlips = line;
        if (!flips && word !== "energy" && model.neuron(line.path) === null) failed = true;
        else record.push({ name: word, every: everyOf(model, line) });
        break;
      }
      case "schedule": {
        const schedule = lowerSchedule(model, line);
        if (schedule === null) failed = true;
        else schedules.push(schedule);
        break;
      }
      case "return":
        for (const path of line.paths) {
          const neuron = model.neuron(path);
          if (neuron === null) failed = true;
          else returns.push(neuron);
        }
        break;
      case "setting":
        if (line.name.text === "solver") {
          const lowered = lowerSolver(model, line.value, name.text);
          if (lowered === null) failed = true;
          else ({ solver } = lowered);
          written = lowered;
        } else if (line.name.text === "steps") {
          const value = model.expressions.lower(line.value);
          if (value === null) failed = true;
          else steps = value;
        } else {
          unknownArgument(model.diagnostics, "recall", line.name, [
            { name: "solver", meaning: "" },
            { name: "steps", meaning: "the most it makes" },
          ]);
          failed = true;
        }
        break;
    }
  }
  const override = model.overrides.take(`recall.${name.text}.steps`);
  if (override !== undefined) steps = lit(override.value);
  if (recordsFlips !== null && !checkFlips(model, recordsFlips, solver.name)) failed = true;
  if (failed || (written !== null && !checkSolver(model, item, written, clamps))) return null;
  return { name: name.text, starts, clamps, solver, steps, stop, schedules, record, returns };
}

/** After how many steps; an error where that is no count. */
function everyOf({ diagnostics }: Lowering, { every }: ast.RecordStep): number {
  if (every === undefined) return 1;
  const { value, span } = every;
  const count = { elem: "int", bound: { op: ">=", value: 1 } } as const;
  if (refusalOf(count, value) !== null)
    valueRefused(diagnostics, "every", count, value, span, null);
  return value;
}

/** Whether there are flips to record, all of them; false when it was reported. */
function checkFlips(model: Lowering, line: ast.RecordStep, solver: string): boolean {
  if (!movesUnits(solver)) {
    model.diagnostics.report("E0404", line.path.span, {
      message: `\`${solver}\` flips no units: there are no flips to record`,
      help: ["flips are recorded of `async`, `sync` and `glauber`; here, `record energy`"],
    });
    return false;
  }
  if (line.every === undefined) return true;
  model.diagnostics.report("E0404", line.span, {
    message: "all flips are recorded, or none: a frame is rebuilt from all before it",
    help: ["write `record flips`"],
  });
  return false;
}

/** The indices that a target binds over a layer or an array, and what its expressions may see. */
export function bindTarget(
  model: Lowering,
  target: ast.Target,
  neuron: { readonly name: string; readonly axes: readonly Dim[] },
): { indices: Index[]; inside: Surroundings } | null {
  const indices = indicesOf(neuron.axes);
  if (target.indices === undefined) return { indices, inside: NOWHERE };
  if (target.indices.length !== neuron.axes.length) {
    model.diagnostics.report("E0302", target.span, {
      message: `\`${neuron.name}\` has ${neuron.axes.length} axes but gets ${target.indices.length} indices`,
    });
    return null;
  }
  const bound = new Map<string, { index: Index; span: ast.Index["span"] }>();
  const named = target.indices.map((index, axis) => {
    if (index.kind !== "name") return indices[axis];
    const walked = { name: index.name.text, dim: neuron.axes[axis] };
    bound.set(index.name.text, { index: walked, span: index.span });
    model.expressions.noteIndex(index.name, walked.dim);
    return walked;
  });
  return { indices: named, inside: { ...NOWHERE, indices: bound } };
}

/**
 * A value for every entry of a layer: a whole tensor, a slice, or a formula over the target, which may
 * read one step ago where it says `isDrive`.
 */
export function entries(
  model: Lowering,
  target: ast.Target,
  neuron: Neuron,
  value: ast.Expression,
  isDrive = false,
): { indices: readonly Index[]; value: Expr } | null {
  const bound = bindTarget(model, target, neuron);
  if (bound === null) return null;
  bound.inside = { ...bound.inside, isDrive };
  const place = { name: neuron.name, axes: neuron.axes, span: target.span };
  const lowered = lowerEntrywise(model, value, place, bound);
  return lowered && { indices: bound.indices, value: lowered };
}

/** Lowers what a layer starts from, or reports and returns null. */
export function lowerStart(
  model: Lowering,
  line: Pick<ast.StartStep, "target" | "init">,
): Start | null {
  const neuron = model.neuron(line.target.path);
  if (neuron === null) return null;
  if (line.init.kind === "draw") {
    const draw = drawFrom(line.init.distribution, model, INDEPENDENT);
    return draw && { neuron, ...draw };
  }
  if (line.init.kind === "from") {
    model.diagnostics.report("E0404", line.init.span, {
      message: "a recall starts from values of the file, not from a file of its own",
      help: ['declare `given query: … from "…"` and write `start v = query`'],
    });
    return null;
  }
  const value = entries(model, line.target, neuron, line.init.value);
  return value && { neuron, from: "value", ...value };
}

function lowerClamp(model: Lowering, line: ast.ClampStep): Clamp | null {
  const neuron = model.neuron(line.target.path);
  if (neuron === null) return null;
  if (line.value !== undefined && line.where !== undefined) {
    const [target, value, where] = [line.target, line.value, line.where].map(({ span }) =>
      model.expressions.written(span),
    );
    clampValue(
      model.diagnostics,
      { start: line.target.span.start, end: line.value.span.end },
      `\`start ${target} = ${value}\` and \`clamp ${target} where ${where}\``,
    );
    return null;
  }
  if (line.value !== undefined) {
    const value = entries(model, line.target, neuron, line.value);
    return value && { neuron, indices: value.indices, where: null, value: value.value };
  }
  const bound = bindTarget(model, line.target, neuron);
  if (bound === null) return null;
  if (line.where === undefined) return { neuron, indices: bound.indices, where: null, value: null };
  const where = model.expressions.condition(line.where, bound.inside, "where");
  if (where === null) return null;
  if (isNeverTrue(where)) {
    emptyWhere(model.diagnostics, line.where.span, null);
    return null;
  }
  return { neuron, indices: bound.indices, where, value: null };
}

function lowerSchedule(model: Lowering, line: ast.ScheduleStep) {
  const name = { text: model.expressions.written(line.path.span), span: line.path.span };
  const meaning = model.scope.at(line.path);
  if (meaning.kind === "broken") return null;
  if (meaning.kind !== "tensor" || meaning.tensor.kind !== "const") {
    const kind = meaning.kind === "tensor" ? meaning.tensor.kind : meaning.kind;
    scheduleTarget(model.diagnostics, name.text, kind, name.span);
    return null;
  }
  const words = new Map([["t", time()]]);
  const value = model.expressions.lower(line.value, { ...NOWHERE, words });
  return value && { tensor: meaning.tensor, value };
}
