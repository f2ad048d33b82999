// The declarations of a flat file: dims, tensors, neurons and energies, one text each.

import {
  type Dim,
  type Drive,
  type EnergyGraph,
  type Expr,
  isCondition,
  nameSharedParts,
  type Neuron,
  type Tensor,
  type TensorSource,
} from "@hamlet/graph";
import { cannotWrite, expressionWriter, shapeText, sizeText } from "./expressions.ts";
import type { FileNames } from "./names.ts";

/** `dim D = 64` */
export function dimText(dim: Dim, names: FileNames): string {
  const size = dim.size === null ? "" : ` = ${sizeText(dim.size, names)}`;
  return `dim ${names.dim(dim)!}${size}`;
}

/** `param W: [D, H] ~ normal(0, 0.02)` */
export function tensorText(tensor: Tensor, names: FileNames): string {
  const { kind, name, source } = tensor;
  const needsInit = kind === "const" || kind === "param";
  if (needsInit && source === null) cannotWrite(`the ${kind} "${name}"`, "no value of its own");
  const isFormula = source?.from === "value" || source?.from === "draw";
  if (!needsInit && isFormula) {
    cannotWrite(`the ${kind} "${name}"`, "a value instead of a file");
  }
  const type = typeText(tensor, names);
  const init = source === null ? "" : ` ${initText(source, `the ${kind} "${name}"`, names)}`;
  return `${kind} ${names.tensor(tensor)}${type === "" ? "" : `: ${type}`}${init}`;
}

function typeText({ kind, elem, axes, bound }: Tensor, names: FileNames): string {
  const shape = shapeText(axes, names);
  const limit = bound === null ? "" : ` ${bound.op} ${bound.value}`;
  const plain = elem === "real" && bound === null;
  if (plain && (shape !== "" || kind === "const")) return shape;
  return `${elem}${shape}${limit}`;
}

/** `= value`, `~ normal(0, 1)` or `from "file" stored […] take n` */
function initText(source: TensorSource, owner: string, names: FileNames): string {
  const { text } = expressionWriter(names, owner);
  switch (source.from) {
    case "value":
      return `= ${text(source.value)}`;
    case "draw":
      return drawText(source, text);
    case "entries":
      return `= ${listText(source.shape, source.entries)}`;
    case "file": {
      const { file, key, stored, take } = source;
      const path = key === null ? file : `${file}#${key}`;
      return [
        `from ${JSON.stringify(path)}`,
        ...(stored === null ? [] : [`stored ${shapeText(stored, names) || "[]"}`]),
        ...(take === null ? [] : [`take ${text(take)}`]),
      ].join(" ");
    }
  }
}

/** `[[1, -1], [-1, 1]]` */
function listText(shape: readonly number[], entries: readonly number[]): string {
  if (shape.length === 0) return String(entries[0]);
  const [, ...rest] = shape;
  const size = rest.reduce((a, b) => a * b, 1);
  const parts = Array.from({ length: shape[0] }, (_, at) =>
    listText(rest, entries.slice(at * size, (at + 1) * size)),
  );
  return `[${parts.join(", ")}]`;
}

/** `~ normal(0, 1)` */
export function drawText(
  { distribution, args }: { readonly distribution: string; readonly args: readonly Expr[] },
  text: (expr: Expr) => string,
): string {
  return `~ ${distribution}(${args.map(text).join(", ")})`;
}

/** `neuron v: [D] as softmax(beta = 2) { tau = 5 }` */
export function neuronText(
  neuron: Neuron,
  names: FileNames,
  lagrangian: (neuron: Neuron) => string,
): string {
  const { made, axes, tau, leak, assumed = [] } = neuron;
  const owner = `the neuron "${neuron.name}"`;
  if (made === undefined) cannotWrite(owner, "a Lagrangian that came without its definition");
  const { text } = expressionWriter(names, owner);
  const args = Object.entries(made.options).map(([option, value]) => {
    if (typeof value === "number") return `${option} = ${value}`;
    return `${option} = ${"axes" in value ? names.tensor(value) : text(value)}`;
  });
  if (made.over !== null) {
    const dims = made.over.map((dim) => names.dim(dim) ?? cannotWrite(owner, `an unnamed axis`));
    args.push(`over = ${dims.length === 1 ? dims[0] : `[${dims.join(", ")}]`}`);
  }
  const settings = [
    ...(tau.kind === "lit" && tau.value === 1 ? [] : [`tau = ${text(tau)}`]),
    ...(leak ? [] : ["leak = off"]),
  ];
  // What else is claimed belongs to the entry of the catalogue that the text names.
  return [
    ...(assumed.includes("convex") ? ["@assume(convex)\n"] : []),
    `neuron ${names.neuron(neuron)}: ${shapeText(axes, names) || "[]"} as ${lagrangian(neuron)}`,
    args.length === 0 ? "" : `(${args.join(", ")})`,
    settings.length === 0 ? "" : ` { ${settings.join(" ")} }`,
  ].join("");
}

/**
 * From this length on a part that an energy would write more than once is a `let`: a chain of them
 * would double with every link.
 */
const LONG = 40;

/** Every term as `energy name = …`, after the `let`s that they need. */
export function energyTexts({ terms }: EnergyGraph, names: FileNames): string[] {
  const { formulas, parts } = nameSharedParts(
    terms.map(({ energy }) => energy),
    {
      taken: names.taken,
      isNamed: (part, reads, length) =>
        reads > 1 && length >= LONG && !(part.kind === "apply" && isCondition(part.op)),
    },
  );
  const all = { ...names, taken: new Set([...names.taken, ...parts.map(({ name }) => name.name)]) };
  const lets = parts.map(({ name, indices, value }) => {
    const { text, index } = expressionWriter(all, `the part "${name.name}" of an energy`);
    const binders = indices.map((each) => {
      const dim = names.dim(each.dim);
      return dim === undefined ? index(each) : `${index(each)}: ${dim}`;
    });
    const at = binders.length === 0 ? "" : `[${binders.join(", ")}]`;
    return `let ${name.name}${at} = ${text(value)}`;
  });
  const energies = formulas.map((formula, place) => {
    const { text } = expressionWriter(all, `the energy "${terms[place].name}"`);
    return `energy ${names.terms[place]} = ${text(formula)}`;
  });
  return [...lets, ...energies];
}

/** `drive v[i] = …`. */
export function driveText({ neuron, indices, value }: Drive, names: FileNames): string {
  const { text, index } = expressionWriter(names, `a drive of "${neuron.name}"`);
  const at = indices.length === 0 ? "" : `[${indices.map(index).join(", ")}]`;
  return `drive ${names.neuron(neuron)}${at} = ${text(value)}`;
}
