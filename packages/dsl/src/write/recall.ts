// A recall block of a flat file.

import {
  apply,
  type Clamp,
  type Expr,
  get,
  type Index,
  type Neuron,
  type Recall,
  RECALL_QUANTITIES,
  type Start,
} from "@hamlet/graph";
import { drawText } from "./declarations.ts";
import { conditionText, type ExpressionWriter, expressionWriter } from "./expressions.ts";
import type { FileNames } from "./names.ts";

/** `recall settle { … }` */
export function recallText(recall: Recall, neurons: readonly Neuron[], names: FileNames): string {
  const owner = `the recall "${recall.name}"`;
  // Every line has indices of its own.
  const line = () => expressionWriter(names, owner);
  const { text } = line();
  const recorded = new Map(neurons.map((neuron) => [neuron.name, names.neuron(neuron)]));
  const lines = [
    ...recall.starts.map((start) => startText(start, names, line())),
    ...recall.clamps.map((clamp) => clampText(clamp, names, line())),
    ...recall.schedules.map(
      ({ tensor, value }) => `schedule ${names.tensor(tensor)} = ${line().text(value)}`,
    ),
    `solver = ${solverText(recall.solver, text)}`,
    `steps = ${text(recall.steps)}`,
    ...(recall.stop === null
      ? []
      : [`stop when ${conditionText(plainWords(recall.stop), line().text)}`]),
    ...recall.record.map(
      ({ name, every }) =>
        `record ${recorded.get(name) ?? name}${every === 1 ? "" : ` every ${every}`}`,
    ),
    ...(recall.returns.length === 0
      ? []
      : [`return ${recall.returns.map((neuron) => names.neuron(neuron)).join(", ")}`]),
  ];
  return `recall ${recall.name} {\n${lines.join("\n")}\n}`;
}

function solverText({ name, options, order }: Recall["solver"], text: ExpressionWriter["text"]) {
  const args = [...options].map(([option, value]) => `${option} = ${text(value)}`);
  if (order !== undefined) args.push(`order = ${order}`);
  return args.length === 0 ? name : `${name}(${args.join(", ")})`;
}

function startText(start: Start, names: FileNames, { text, index }: ExpressionWriter): string {
  const name = names.neuron(start.neuron);
  if (start.from === "draw") return `start ${name} ${drawText(start, text)}`;
  return `start ${entriesText(name, start.indices, start.value, { text, index }, names)}`;
}

function clampText(clamp: Clamp, names: FileNames, { text, index }: ExpressionWriter): string {
  const name = names.neuron(clamp.neuron);
  const { indices, where, value } = clamp;
  if (value !== null) return `clamp ${entriesText(name, indices, value, { text, index }, names)}`;
  if (where === null) return `clamp ${name}`;
  return `clamp ${targetText(name, indices, index)} where ${conditionText(where, text)}`;
}

/** `v[i] = formula`, or `v = query` where a whole array is read along the same axes. */
function entriesText(
  name: string,
  indices: readonly Index[],
  value: Expr,
  { text, index }: ExpressionWriter,
  names: FileNames,
): string {
  const whole =
    value.kind === "get" &&
    value.at.length === indices.length &&
    value.at.every((at, axis) => at === indices[axis]);
  if (whole) return `${name} = ${names.tensor(value.tensor)}`;
  return `${targetText(name, indices, index)} = ${text(value)}`;
}

function targetText(name: string, indices: readonly Index[], index: ExpressionWriter["index"]) {
  return indices.length === 0 ? name : `${name}[${indices.map(index).join(", ")}]`;
}

/** The word `settled` is a condition, which the graph spells as a number that is not 0. */
function plainWords(stop: Expr): Expr {
  if (stop.kind !== "apply") return stop;
  const [first] = stop.args;
  if (stop.op === "ne" && first.kind === "get" && first.tensor === RECALL_QUANTITIES.settled) {
    return get(RECALL_QUANTITIES.settled);
  }
  return apply(stop.op, ...stop.args.map(plainWords));
}
