// What a model runs on here: the engine of every recall, the parts of a step, and what each moves and
// computes.

import { type Limits, measureLimits, type PartArray } from "@hamlet/core";
import type { RecallDescription, StepPart } from "@hamlet/ham";
import type { Model } from "@hamlet/model";
import { formatTable } from "./table.ts";

/** Where a recall runs, and what a step of one example and of a batch is made of. */
export interface ExplainedRecall extends Omit<RecallDescription, "parts"> {
  readonly name: string;
  readonly solver: string;
  readonly steps: readonly ExplainedStep[];
}

/** A step of so many examples: its parts, and what they come to. */
export interface ExplainedStep extends StepCost {
  readonly examples: number;
  readonly parts: readonly StepPart[];
}

/** What a step moves and computes. */
export interface StepCost {
  readonly bytes: number;
  readonly flops: number;
  readonly functions: number;
}

/** What parts come to. */
export function costOf(parts: readonly StepPart[]): StepCost {
  const total = (of: keyof StepCost) => parts.reduce((all, part) => all + part[of], 0);
  return { bytes: total("bytes"), flops: total("flops"), functions: total("functions") };
}

/** Describes every recall of a model, for steps of so many examples. */
export function explainRecalls(model: Model, sizes: readonly number[]): ExplainedRecall[] {
  return model.graph.recalls.map(({ name, solver }) => {
    using recall = model.compileRecall(name);
    const { engine, why } = recall.describe();
    const steps = sizes.map((examples) => {
      const { parts } = recall.describe(examples);
      return { examples, ...costOf(parts), parts };
    });
    return { name, solver: solver.name, engine, why, steps };
  });
}

const ENGINE = {
  simd: "compiled code (simd)",
  webgpu: "shaders on a graphics card (webgpu)",
  tensors: "operations of TensorFlow.js (tensors)",
  float64: "loops in float64 (float64)",
};

/** The same as tables, beside the limits of one thread of the machine, measured now. */
export function engineText(recalls: readonly ExplainedRecall[], limits = measureLimits()): string {
  const here =
    limits === null
      ? "no code can be compiled here, so there are no limits to compare with"
      : `one thread here: ${amount(limits.bytesPerSecond, "B")}/s from memory, ${amount(limits.flopsPerSecond, "flop")}/s`;
  return [...recalls.map((recall) => recallText(recall, limits)), here].join("\n\n");
}

function recallText({ name, solver, engine, why, steps }: ExplainedRecall, limits: Limits | null) {
  const head = `recall ${name} (${solver}) runs as ${ENGINE[engine]}: ${why}.`;
  const [one] = steps;
  if (one.parts.length === 0) return head;
  const columns = steps.flatMap(({ examples }) => [`bytes, ${examples}`, `flops, ${examples}`]);
  const rows = one.parts.map((part, n) => [
    part.of,
    kindOf(part),
    part.ops.join(" "),
    arraysText(part.reads),
    arraysText(part.writes),
    ...steps.flatMap(({ parts }) => [amount(parts[n].bytes), amount(parts[n].flops)]),
  ]);
  const table = formatTable(["of", "part", "computes", "reads", "writes", ...columns], rows);
  const costs = steps.map((step) => {
    const { examples, bytes, flops, functions } = step;
    const moved = `${amount(bytes, "B")} and ${amount(flops, "flop")}, ${amount(functions)} of them functions`;
    return `a step of ${examples}: ${moved}${leastText(step, limits)}`;
  });
  return [head, "", table, "", ...costs].join("\n");
}

function leastText(cost: StepCost, limits: Limits | null): string {
  if (limits === null) return "";
  const memory = durationText(cost.bytes / limits.bytesPerSecond);
  return `; at the limit ${memory} of memory, ${durationText(cost.flops / limits.flopsPerSecond)} of arithmetic`;
}

const kindOf = ({ kind, rows, block }: StepPart): string =>
  kind === "band" ? `band of ${rows} rows by ${block}` : kind;

/** Arrays that a table shows; --json has all. */
const SHOWN = 2;

/** The largest arrays, and how many others there are. */
function arraysText(arrays: readonly PartArray[]): string {
  if (arrays.length === 0) return "-";
  const size = ({ shape }: PartArray) => shape.reduce((all, n) => all * n, 1);
  const shown = arrays
    .toSorted((a, b) => size(b) - size(a))
    .slice(0, SHOWN)
    .map(({ name, shape }) => `${name} [${shape.join("×")}]`);
  const others = arrays.length - shown.length;
  return [...shown, ...(others > 0 ? [`${others} more`] : [])].join(", ");
}

/** A number with three digits and a prefix. */
export function amount(value: number, unit = ""): string {
  const prefixes = ["", "k", "M", "G", "T"];
  const size = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  const digits = Number((value / 1000 ** size).toPrecision(3));
  return `${digits} ${prefixes[size]}${unit}`.trimEnd();
}

/** A duration with three digits and a fitting unit. */
export function durationText(seconds: number): string {
  const units = ["s", "ms", "µs", "ns"];
  const size = seconds >= 1 ? 0 : seconds >= 1e-3 ? 1 : seconds >= 1e-6 ? 2 : 3;
  return `${Number((seconds * 1000 ** size).toPrecision(3))} ${units[size]}`;
}
