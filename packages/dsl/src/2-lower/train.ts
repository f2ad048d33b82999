// Train blocks: which recall gradients go through, what it is fed, and what should get small.

import {
  type EnergyGraph,
  type Expr,
  type Feed,
  givensOf,
  lit,
  type Metric,
  reachOf,
  type Recall,
  type Tensor,
  type Training,
  type TrainingChoice,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { missingArgument } from "../rules/missing-argument.ts";
import { noExamples } from "../rules/no-examples.ts";
import { notTrainable } from "../rules/not-trainable.ts";
import { nothingToTrain } from "../rules/nothing-to-train.ts";
import { trainThroughJumps } from "../rules/train-through-jumps.ts";
import { type KnownOption, unknownArgument } from "../rules/unknown-argument.ts";
import { unknownTemplate } from "../rules/unknown-template.ts";
import type { Span } from "../source.ts";
import { closeOf, correctOf, overlapOf } from "./comparisons.ts";
import { NOWHERE } from "./expression.ts";
import { checkFed, lowerFeed } from "./feed.ts";
import { movesUnits } from "./solver.ts";
import type { Lowering } from "./lowering.ts";
import { findRecall, type KnownRecalls } from "./test.ts";

/** The lines of a train block that set something. */
export const SETTINGS: readonly KnownOption[] = [
  { name: "unroll", meaning: "the recall to train" },
  { name: "loss", meaning: "what should get small" },
  { name: "metric", meaning: "what else is measured: `metric name = …`" },
  { name: "gradient", meaning: "unroll, implicit or equilibrium" },
  { name: "optimiser", meaning: "adam, sgd or adamw" },
  { name: "batch", meaning: "examples at a time" },
  { name: "epochs", meaning: "how often all are seen" },
  { name: "freeze", meaning: "params that stay" },
  { name: "clip", meaning: "the largest norm of a gradient" },
];

/** `default` is null for what must be given, and missing for what may stay open. */
export interface ChoiceOption extends KnownOption {
  readonly default?: number | null;
}

/** What can be chosen, and which options each takes. */
export type Choices = ReadonlyMap<string, readonly ChoiceOption[]>;

const LEARNING_RATE: ChoiceOption = { name: "lr", meaning: "the learning rate", default: null };

/** What `optimiser = …` may be. */
export const OPTIMISERS: Choices = new Map([
  ["adam", [LEARNING_RATE]],
  [
    "sgd",
    [LEARNING_RATE, { name: "momentum", meaning: "what stays of the last step", default: 0 }],
  ],
  ["adamw", [LEARNING_RATE, { name: "decay", meaning: "how fast params shrink", default: 0.01 }]],
]);

/** What `gradient = …` may be. */
export const GRADIENTS: Choices = new Map([
  ["unroll", [{ name: "every", meaning: "which states are kept" }]],
  ["implicit", [{ name: "tolerance", meaning: "how well its systems are solved", default: 1e-5 }]],
  [
    "equilibrium",
    [
      { name: "nudge", meaning: "how much of the loss joins the energy", default: 0.01 },
      { name: "sides", meaning: "2 for a nudge either way, 1 for one", default: 2 },
    ],
  ],
]);

/** A training, and the params that its loss can change. */
export interface LoweredTraining {
  readonly training: Training;
  readonly trained: ReadonlySet<Tensor>;
}

/** Lowers a train block, or reports and returns null. */
export function lowerTraining(
  model: Lowering,
  item: ast.TrainItem,
  graph: EnergyGraph,
  recalls: KnownRecalls,
): LoweredTraining | null {
  const feeds: Feed[] = [];
  const numbers = new Map<string, Expr>();
  let recall: Recall | null = null;
  let unroll: Span | null = null;
  let loss: { value: Expr; span: Span } | null = null;
  let optimiser: TrainingChoice | null = null;
  let gradient: TrainingChoice | null = { name: "unroll", options: new Map() };
  const metrics: Metric[] = [];
  let freeze: Tensor[] = [];
  let failed = false;

  for (const line of item.steps) {
    if (line.kind === "broken") {
      failed = true;
      continue;
    }
    if (line.kind === "feed") {
      const feed = lowerFeed(model, line);
      if (feed === null) failed = true;
      else feeds.push(feed);
      continue;
    }
    if (line.kind === "metric") {
      const metric = lowerMetric(model, line, metrics);
      if (metric === null) failed = true;
      else metrics.push(metric);
      continue;
    }
    const { value } = line;
    switch (line.name.text) {
      case "unroll":
        unroll = value.span;
        recall = lowerUnroll(model, value, recalls);
        failed ||= recall === null;
        break;
      case "loss": {
        const lowered = model.expressions.lower(value, { ...NOWHERE, scalar: "loss" });
        if (lowered === null) failed = true;
        else loss = { value: lowered, span: value.span };
        break;
      }
      case "optimiser":
        optimiser = lowerChoice(model, value, "optimiser", OPTIMISERS);
        failed ||= optimiser === null;
        break;
      case "gradient":
        gradient = lowerChoice(model, value, "gradient", GRADIENTS);
        failed ||= gradient === null;
        break;
      case "freeze": {
        const frozen = lowerFreeze(model, value, graph);
        if (frozen === null) failed = true;
        else freeze = frozen;
        break;
      }
      case "batch":
      case "epochs":
      case "clip": {
        const lowered = model.expressions.lower(value);
        if (lowered === null) failed = true;
        else numbers.set(line.name.text, lowered);
        break;
      }
      default:
        unknownArgument(model.diagnostics, "train", line.name, SETTINGS);
        failed = true;
    }
  }
  if (failed || gradient === null) return null;
  const head = { start: item.span.start, end: item.span.start + "train".length };
  const needed = [
    ["unroll", unroll, recalls.lowered[0]?.name ?? "settle"],
    ["loss", loss, "mean[i] (x[i] - image[i])^2"],
    ["optimiser", optimiser, "adam(lr = 1e-3)"],
  ] as const;
  for (const [name, value, example] of needed) {
    if (value !== null) continue;
    model.diagnostics.report("E0403", head, {
      message: `\`train\` needs its \`${name}\``,
      help: [`for example \`${name} = ${example}\``],
    });
    return null;
  }
  if (recall === null || loss === null || optimiser === null || unroll === null) return null;
  if (!checkUnroll(model, recall, unroll, recalls)) return null;
  const givens = graph.tensors.filter(({ kind }) => kind === "given");
  if (!givens.some(({ source }) => source?.from === "file" || source?.from === "entries")) {
    const first = givens.find((given) => !feeds.some(({ tensor }) => tensor === given));
    noExamples(model.diagnostics, head, first?.name ?? null);
    return null;
  }
  const run = { word: "unroll =", recall, span: unroll };
  if (!checkFed(model, run, givensOf(graph, recall), feeds)) return null;
  const reach = reachOf(graph, recall, loss.value);
  const trained = new Set([...reach.params].filter((tensor) => !freeze.includes(tensor)));
  if (trained.size === 0) {
    const held = reach.held === null ? null : { neuron: reach.held.name, recall: recall.name };
    nothingToTrain(model.diagnostics, loss.span, held);
    return null;
  }
  const stepless = [...trained].find(({ elem }) => elem !== "real");
  if (stepless !== undefined) {
    const declared = model.declaredAt(stepless.name.split(".")[0]) ?? loss.span;
    notTrainable(model.diagnostics, stepless, declared, loss.span);
    return null;
  }
  return {
    trained,
    training: {
      name: item.name?.text ?? "train",
      recall,
      feeds,
      loss: loss.value,
      metrics,
      gradient,
      optimiser,
      batch: numbers.get("batch") ?? lit(32),
      epochs: numbers.get("epochs") ?? lit(1),
      freeze,
      clip: numbers.get("clip") ?? null,
    },
  };
}

/** Names that the report of a training has for other numbers. */
const TAKEN = ["loss", "step"];

function lowerMetric(
  model: Lowering,
  { name, value }: ast.MetricStep,
  before: readonly Metric[],
): Metric | null {
  if (TAKEN.includes(name.text) || before.some((other) => other.name === name.text)) {
    model.diagnostics.report("E0404", name.span, {
      message: TAKEN.includes(name.text)
        ? `every training tells its \`${name.text}\`, so no metric can be called that`
        : `there are two metrics called \`${name.text}\``,
      help: ["give each metric a name of its own"],
    });
    return null;
  }
  const calls = new Map<string, (call: ast.Reference) => Expr | null>([
    ["overlap", (call) => overlapOf(model, call)],
    ["close", (call) => closeOf(model, call, [])],
    ["correct", (call) => correctOf(model, call)],
  ]);
  const lowered = model.expressions.lower(value, { ...NOWHERE, scalar: "metric", calls });
  return lowered && { name: name.text, value: lowered };
}

function lowerUnroll(model: Lowering, value: ast.Expression, recalls: KnownRecalls): Recall | null {
  const name =
    value.kind === "reference" && value.args === undefined ? value.path.segments[0] : null;
  if (name !== null) return findRecall(model, name, recalls);
  model.diagnostics.report("E0404", value.span, {
    message: `\`unroll\` names a recall, but this is \`${model.expressions.written(value.span)}\``,
    help: [`recalls: ${recalls.written.map((item) => item.name.text).join(", ") || "none yet"}`],
  });
  return null;
}

function checkUnroll(
  model: Lowering,
  { name, solver }: Recall,
  span: Span,
  { written }: KnownRecalls,
): boolean {
  if (model.isDriven) {
    trainThroughJumps(model.diagnostics, null, span, null);
    return false;
  }
  if (!movesUnits(solver.name)) return true;
  const setting = written
    .find((item) => item.name.text === name)
    ?.steps.find((step) => step.kind === "setting" && step.name.text === "solver");
  const line = setting === undefined ? null : model.diagnostics.lineOf(setting.span);
  trainThroughJumps(model.diagnostics, solver.name, span, line);
  return false;
}

/** `adam(lr = 1e-3)`, `implicit`: one of `choices` with its options. */
function lowerChoice(
  model: Lowering,
  value: ast.Expression,
  what: "optimiser" | "gradient",
  choices: Choices,
): TrainingChoice | null {
  const reference = value.kind === "reference" ? value : null;
  const name = reference?.path.segments[0];
  const known = name === undefined ? undefined : choices.get(name.text);
  if (reference === null || name === undefined || known === undefined) {
    const written = name ?? { text: model.expressions.written(value.span), span: value.span };
    unknownTemplate(model.diagnostics, written, what, [...choices.keys()]);
    return null;
  }
  const options = new Map<string, Expr>();
  for (const arg of reference.args ?? []) {
    const option = arg.name ?? { text: known[0].name, span: arg.span };
    if (!known.some((other) => other.name === option.text)) {
      unknownArgument(model.diagnostics, name.text, option, known);
      return null;
    }
    const lowered = model.expressions.lower(arg.value);
    if (lowered === null) return null;
    options.set(option.text, lowered);
  }
  for (const option of known) {
    if (options.has(option.name) || option.default === undefined) continue;
    if (option.default === null) {
      const missing = { name: option.name, example: "1e-3" };
      missingArgument(model.diagnostics, name.text, missing, value.span);
      return null;
    }
    options.set(option.name, lit(option.default));
  }
  return { name: name.text, options };
}

/** `freeze = [W, enc.W]`: params by name or path. */
function lowerFreeze(model: Lowering, value: ast.Expression, graph: EnergyGraph): Tensor[] | null {
  const parts = value.kind === "list" ? value.elements : [value];
  const params = graph.tensors.filter(({ kind }) => kind === "param");
  const found = parts.map((part) => {
    const written = model.expressions.written(part.span);
    const tensor = params.find(({ name }) => name === written);
    if (tensor === undefined) {
      model.diagnostics.report("E0404", part.span, {
        message: `only a \`param\` can be frozen, and \`${written}\` is none`,
        help: [`params: ${params.map(({ name }) => name).join(", ") || "none declared"}`],
      });
    }
    return tensor;
  });
  return found.includes(undefined) ? null : (found as Tensor[]);
}
