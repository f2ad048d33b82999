// Test blocks: what a recall is fed, and what must come out.

import {
  apply,
  type EnergyGraph,
  type Expectation,
  type Expr,
  type Feed,
  get,
  givensOf,
  lit,
  type ModelTest,
  type Recall,
  TEST_QUANTITIES,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { allows } from "./allow.ts";
import { notMonotone } from "../rules/not-monotone.ts";
import { unknownArgument } from "../rules/unknown-argument.ts";
import { unknownName } from "../rules/unknown-name.ts";
import type { Span } from "../source.ts";
import { closeOf, overlapOf } from "./comparisons.ts";
import { NOWHERE, type Surroundings } from "./expression.ts";
import { checkFed, lowerFeed } from "./feed.ts";
import type { Lowering } from "./lowering.ts";

/** The recalls of a file: their names as written, and what they became. */
export interface KnownRecalls {
  readonly written: readonly ast.RecallItem[];
  readonly lowered: readonly Recall[];
}

/** Finds a recall by name; null when it is unknown or was reported. */
export function findRecall(
  model: Lowering,
  name: ast.Name,
  { written, lowered }: KnownRecalls,
): Recall | null {
  const found = lowered.find((recall) => recall.name === name.text);
  if (found !== undefined) return found;
  if (!written.some((item) => item.name.text === name.text) && !model.isLost(name.text)) {
    const known = written.map((item) => ({ name: item.name, kind: "recall" }));
    unknownName(model.diagnostics, name, known);
  }
  return null;
}

/** Lowers a test, or reports and returns null. */
export function lowerTest(
  model: Lowering,
  item: ast.TestItem,
  graph: EnergyGraph,
  recalls: KnownRecalls,
): ModelTest | null {
  const feeds: Feed[] = [];
  const expectations: Expectation[] = [];
  let recall: Recall | null = null;
  let run: Span | null = null;
  let seed: Expr | null = null;
  let failed = false;
  for (const line of item.steps) {
    switch (line.kind) {
      case "broken":
        failed = true;
        break;
      case "feed": {
        const feed = lowerFeed(model, line);
        if (feed === null) failed = true;
        else feeds.push(feed);
        break;
      }
      case "run":
        recall = findRecall(model, line.name, recalls);
        run = line.span;
        failed ||= recall === null;
        break;
      case "expect":
        break;
      case "setting":
        if (line.name.text === "seed") seed = model.expressions.lower(line.value);
        else unknownArgument(model.diagnostics, "test", line.name, [{ name: "seed", meaning: "" }]);
        failed ||= seed === null;
        break;
    }
  }
  if (run === null && !failed) {
    recall = recalls.lowered[0] ?? null;
    run = item.title.span;
  }
  for (const line of item.steps) {
    if (line.kind !== "expect") continue;
    const expectation = lowerExpect(model, line, { item, recall, recalls });
    if (expectation === null) failed = true;
    else expectations.push(expectation);
  }
  if (failed || recall === null || run === null) return null;
  const fed = checkFed(model, { word: "run", recall, span: run }, givensOf(graph, recall), feeds);
  return fed ? { title: item.title.value, seed, feeds, recall, expectations } : null;
}

const { energy, steps, converged, rise } = TEST_QUANTITIES;

/** Words of an expectation. */
const QUANTITIES: ReadonlyMap<string, Expr> = new Map([
  ["energy", get(energy)],
  ["steps", get(steps)],
  ["converged", apply("ne", get(converged), lit(0))],
]);

interface ExpectContext {
  readonly item: ast.TestItem;
  readonly recall: Recall | null;
  readonly recalls: KnownRecalls;
}

function lowerExpect(
  model: Lowering,
  { condition: written }: ast.ExpectStep,
  context: ExpectContext,
): Expectation | null {
  const shown: { text: string; value: Expr }[] = [];
  const calls = new Map<string, (call: ast.Reference) => Expr | null>([
    ["overlap", (call) => overlapOf(model, call)],
    ["close", (call) => closeOf(model, call, shown)],
    ["falling", (call) => fallingOf(model, call, context, shown)],
  ]);
  const around: Surroundings = { ...NOWHERE, words: QUANTITIES, calls };
  const condition = model.expressions.condition(written, around, "expect");
  if (condition === null) return null;
  for (const side of sidesOf(written)) {
    if (side.kind === "number") continue;
    const value = model.expressions.lower(side, around);
    if (value !== null) shown.push({ text: model.expressions.written(side.span), value });
  }
  return { text: model.expressions.written(written.span), condition, shown };
}

/** What a condition compares. Not what is compared inside of a sum: that has a value per entry. */
function sidesOf(condition: ast.Expression): ast.Expression[] {
  if (condition.kind === "unary" && condition.op === "not") return sidesOf(condition.operand);
  if (condition.kind !== "binary") return [];
  if (condition.op === "and" || condition.op === "or") {
    return [...sidesOf(condition.left), ...sidesOf(condition.right)];
  }
  return ["<", "<=", ">", ">=", "==", "!="].includes(condition.op)
    ? [condition.left, condition.right]
    : [];
}

/** `falling(energy)`: no step raised the energy, whether or not it was kept. */
function fallingOf(
  model: Lowering,
  call: ast.Reference,
  { item, recall, recalls }: ExpectContext,
  shown: { text: string; value: Expr }[],
): Expr | null {
  const args = call.args!;
  const written = args.map((arg) => model.expressions.written(arg.span)).join(", ");
  if (written !== "energy") {
    model.diagnostics.report("E0404", call.argsSpan ?? call.span, {
      message: `\`falling\` follows the energy, but this is \`${written}\``,
      fix: ["`falling(energy)`"],
      edits: [{ span: { start: call.path.span.end, end: call.span.end }, text: "(energy)" }],
    });
    return null;
  }
  const why = recall === null ? null : whyNotFalling(recall, model.isDriven);
  const block = recalls.written.find(({ name }) => name.text === recall?.name);
  if (why !== null && !allows(item, "not_monotone") && block !== undefined) {
    const text = model.expressions.written(call.span);
    notMonotone(model.diagnostics, text, `recall \`${block.name.text}\` ${why}`, call.span);
  }
  shown.push({ text: "largest rise of the energy", value: get(rise) });
  return apply("le", get(rise), lit(0));
}

function whyNotFalling({ schedules, solver }: Recall, isDriven: boolean): string | null {
  const [schedule] = schedules;
  if (schedule !== undefined) return `changes \`${schedule.tensor.name}\` while it runs`;
  if (isDriven) return "follows a drive";
  if (solver.name === "langevin") return "adds noise";
  return solver.name === "sync" ? "updates all units at once" : null;
}
