// What made a number infinite or undefined: the first formula, and why.

import type { Output } from "@hamlet/core";
import {
  type EnergyGraph,
  NUMBER_FORMATS,
  type NumberFormat,
  type Expr,
  lit,
  apply,
  possibleFaults,
  type PossibleFault,
} from "@hamlet/graph";
import { type Evaluate, leniently } from "./evaluate.ts";
import { wordingOf, type WrittenOf } from "./wording.ts";

/** Why a recall of an example met a number that is not finite. */
export interface Fault {
  /**
   * `value`, `slope`, `empty`, `overflow`, `input`: what a formula was asked for; see
   * `PossibleFault`. `unbounded`: the energy fell without a floor until no number held it.
   * `step-too-large`: the energy rose from step to step until it did. `unknown`: none of these.
   */
  readonly kind: PossibleFault["kind"] | "unbounded" | "step-too-large" | "unknown";
  /** The step that went wrong; 0 for the start. */
  readonly step: number;
  /** The energy, or the layer whose activation, is not finite; null where all are. */
  readonly part: { readonly what: "energy" | "activation"; readonly name: string } | null;
  /** The first formula without a value, as it was written; null where the parts all have one. */
  readonly formula: string | null;
  /** Where that was written, `FILE:LINE:COLUMN`, where it is known. */
  readonly place: string | null;
  /** What the formula was asked of, as it was written, and its number where that says something. */
  readonly argument: string | null;
  readonly found: number | null;
  /** What happened, as a sentence. */
  readonly reason: string;
  /** What to do about it, as a sentence. */
  readonly advice: string;
}

/** One energy or layer of a model, with what may go wrong in it. */
interface Part {
  readonly what: "energy" | "activation";
  readonly name: string;
  readonly expr: Expr;
  readonly faults: readonly PossibleFault[];
}

/** What is known of an example besides its states. */
export interface Course {
  readonly step: number;
  readonly energyBefore: number;
  /** The last energy that was finite. */
  readonly lastEnergy: number;
  readonly rose: boolean;
}

/**
 * The faults of examples, from two states of each in one batch: all states before the step that
 * went wrong, then all after it. A fault before it, where the energy was still finite, is one of
 * a slope; else the first that has no value after it counts.
 */
export async function findFaults(
  graph: EnergyGraph,
  courses: readonly Course[],
  options: {
    readonly written?: WrittenOf;
    readonly evaluate: Evaluate;
    /** Whether slopes count, and so both states; without, one state of each is in the batch. */
    readonly slopes?: boolean;
    /** The numbers of the recall; default float32. */
    readonly format?: NumberFormat;
  },
): Promise<Fault[]> {
  const { written, evaluate, slopes = true, format = "float32" } = options;
  const parts = partsOf(graph, format);
  const values = await leniently(evaluate)(parts.flatMap((part, p) => outputsOf(part, p, format)));
  return courses.map((course, k) => {
    const end = slopes ? k + courses.length : k;
    // What went wrong at the state before the step is why a number is missing after it.
    const before = slopes && course.step > 0 ? firstIn(parts, values, k) : null;
    const cause = before ?? firstIn(parts, values, end);
    return cause === null
      ? courseFault(course, brokenPart(parts, values, end), format)
      : formulaFault(course, cause, { written, format });
  });
}

function partsOf({ neurons, terms }: EnergyGraph, format: NumberFormat): Part[] {
  return [
    ...neurons.map(({ name, lagrangian }) => ({
      what: "activation" as const,
      name,
      expr: lagrangian,
      faults: possibleFaults(lagrangian, format),
    })),
    ...terms.map(({ name, energy }) => ({
      what: "energy" as const,
      name,
      expr: energy,
      faults: possibleFaults(energy, format),
    })),
  ];
}

function outputsOf({ expr, faults }: Part, p: number, format: NumberFormat): Output[] {
  const output = (name: string, value: Expr) => ({ name, value, indices: [], batched: true });
  return [
    output(`${p} finite`, apply("le", apply("abs", expr), lit(NUMBER_FORMATS[format].largest))),
    ...faults.flatMap(({ happens, found }, f) => [
      output(`${p} ${f} happens`, happens),
      ...(found === null ? [] : [output(`${p} ${f} found`, found)]),
    ]),
  ];
}

type Values = ReadonlyMap<string, ArrayLike<number>>;

interface Happened {
  readonly part: Part;
  readonly fault: PossibleFault;
  readonly found: number | null;
}

/** The first fault that happens at a state; one of a value goes before one of a slope. */
function firstIn(parts: readonly Part[], values: Values, b: number): Happened | null {
  const all = parts.flatMap((part, p) =>
    part.faults.flatMap((fault, f): Happened[] =>
      values.get(`${p} ${f} happens`)?.[b] === 1
        ? [{ part, fault, found: values.get(`${p} ${f} found`)?.[b] ?? null }]
        : [],
    ),
  );
  return all.find(({ fault }) => fault.kind !== "slope") ?? all[0] ?? null;
}

function brokenPart(parts: readonly Part[], values: Values, b: number): Part | null {
  return parts.find((_part, p) => (values.get(`${p} finite`)?.[b] ?? 1) !== 1) ?? null;
}

function formulaFault(
  { step }: Course,
  { part: { what, name }, fault, found }: Happened,
  { written, format }: { readonly written: WrittenOf | undefined; readonly format: NumberFormat },
): Fault {
  // A division is written around the part that divides; a mean is one with a count.
  const [around] = fault.within;
  const isWritten =
    written?.(fault.node) === undefined && around !== undefined && written?.(around) !== undefined;
  const parts = isWritten ? fault.within : [fault.node, ...fault.within];
  const { text: formula, place } = wordingOf(parts, written);
  const { text: argument } = wordingOf([fault.argument], written);
  return {
    kind: fault.kind,
    step,
    part: { what, name },
    formula,
    place,
    argument,
    found,
    ...wordsFor(fault, { formula, argument, found, format }),
  };
}

function wordsFor(
  { kind, name, demand }: PossibleFault,
  about: Pick<Fault, "found"> & { formula: string; argument: string; format: NumberFormat },
): Pick<Fault, "reason" | "advice"> {
  const { formula, argument, found, format } = about;
  const here = found === null ? "" : `, and \`${argument}\` is ${Number(found.toPrecision(6))}`;
  switch (kind) {
    case "value":
      return {
        reason: `\`${formula}\` has no finite value: ${name} has one only where what it is asked of is ${demand}${here}`,
        advice:
          demand === "other than 0"
            ? `keep \`${argument}\` away from 0, as by adding a small number, or start elsewhere`
            : `keep \`${argument}\` ${demand}, as by \`max(…, 1e-6)\`, or start elsewhere`,
      };
    case "slope":
      return {
        reason: `\`${formula}\` has a value but no finite slope: ${name} has one only where what it is asked of is ${demand}${here}`,
        advice: "start elsewhere, or add a small number inside, as in `sqrt(… + 1e-12)`",
      };
    case "empty":
      return {
        reason: `\`where ${argument}\` leaves nothing, and ${name} of nothing has no value`,
        advice: "let the condition keep at least one entry for every example",
      };
    case "overflow":
      return {
        reason: `\`${formula}\` is more than a ${format} holds${here}`,
        advice: "scale the argument down, or take `logsumexp` in place of `log` of a sum of `exp`",
      };
    default:
      return {
        reason: `${name} holds an entry that is not finite`,
        advice: "look at the numbers that it was given",
      };
  }
}

/** A fault that no single formula is to blame for. */
function courseFault(
  { step, energyBefore, lastEnergy, rose }: Course,
  part: Part | null,
  format: NumberFormat,
): Fault {
  const nowhere = { formula: null, place: null, argument: null, found: null };
  const name = part === null ? null : { what: part.what, name: part.name };
  const short = (x: number) =>
    Math.abs(x) < 1e6 ? String(Number(x.toPrecision(4))) : x.toExponential(2);
  const about = { step, part: name, ...nowhere };
  if (rose) {
    return {
      ...about,
      kind: "step-too-large",
      reason: `the energy rose from step to step, to ${short(lastEnergy)}, and left the range of ${format}`,
      advice: "try a smaller `dt`, or `adaptive`, which refuses such steps",
    };
  }
  if (
    step > 0 &&
    lastEnergy < energyBefore &&
    Math.abs(lastEnergy) > 1e3 * (1 + Math.abs(energyBefore))
  ) {
    return {
      ...about,
      kind: "unbounded",
      reason: `the energy has no floor: it fell from ${short(energyBefore)} to ${short(lastEnergy)} and left the range of ${format}`,
      advice:
        "keep what grows bounded: an activation such as tanh or sphere, the layer's own energy (no `leak = off`), or a weaker coupling",
    };
  }
  if (part !== null) {
    return {
      ...about,
      kind: "overflow",
      reason: `the ${part.what} of \`${part.name}\` is more than a ${format} holds`.replace(
        "the energy of",
        "the energy",
      ),
      advice: "scale the states or the weights down",
    };
  }
  return {
    ...about,
    kind: "unknown",
    reason: "a number became infinite or undefined",
    advice: "try a smaller `dt`, and look for `log` or `/` of 0",
  };
}
