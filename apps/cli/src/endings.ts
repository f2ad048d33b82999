// How recalls ended, in words: one row an ending, and below it what to know and to do.

import type { Recall } from "@hamlet/graph";
import type { Clip, Ending, Outcome } from "@hamlet/ham";
import { formatTable } from "./table.ts";

/**
 * A table of endings, and a line for every one that asks for something; `isDriven` where states are to
 * move on, so that repeating them is no failure.
 */
export function endingsText(outcomes: readonly Outcome[], isDriven = false): string {
  const endings = [...new Set(outcomes.map(({ ending }) => ending))];
  const rows = endings.map((ending) => {
    const those = outcomes.filter((outcome) => outcome.ending === ending);
    const steps = those.map((outcome) => outcome.steps);
    return [
      ending,
      String(those.length),
      String(Math.round(median(steps))),
      mean(those.map((outcome) => outcome.energyBefore)).toPrecision(6),
      mean(those.map((outcome) => outcome.energyAfter)).toPrecision(6),
    ];
  });
  const several = outcomes.length > 1;
  const table = formatTable(
    several
      ? ["ended", "examples", "median steps", "mean energy before", "mean energy after"]
      : ["ended", "examples", "steps", "energy before", "after"],
    rows,
  );
  const lines = [
    ...clipLines(outcomes),
    ...faultLines(outcomes),
    ...riseLine(outcomes),
    ...endings.flatMap((ending) => adviceOf(ending, outcomes, isDriven)),
  ];
  return [table, ...(lines.length === 0 ? [] : ["", ...lines])].join("\n");
}

function adviceOf(ending: Ending, outcomes: readonly Outcome[], isDriven: boolean): string[] {
  if (ending === "cycle" && isDriven) {
    const periods = new Set(outcomes.flatMap(({ period }) => period ?? []));
    const every = [...periods].sort((a, b) => a - b).join(", ");
    return [`The states repeat every ${every} steps: a drive moves them on, and round.`];
  }
  const ended = outcomes.filter((outcome) => outcome.ending === ending);
  const samples = ended.some(({ noisy }) => noisy);
  if (ending === "max-steps" && samples) {
    return [
      "Noise moves the units to the last step: these are samples at the temperature of the recall, which settle nowhere.",
    ];
  }
  if (ending === "max-steps" && ended.every(({ lastChange }) => lastChange === 0)) {
    return [
      "The last step moved nothing, but nothing says that this is the end: write `stop when change < 1e-5`. There is no need to raise `steps`.",
    ];
  }
  return [ADVICE[ending] ?? []].flat();
}

/** Where a recall began that says nothing about it; empty for one that starts somewhere. */
export function startText({ solver, starts, clamps }: Recall, isDefault: boolean): string {
  if (starts.length > 0 || clamps.some(({ value }) => value !== null)) return "";
  return isDefault
    ? `The file has no recall block: this is the default one, \`${solver.name}\` from 0 in every layer. Write a recall with \`start\` to begin elsewhere.`
    : "The recall starts no layer anywhere: all began at 0.";
}

/** What to try when a recall did not converge. */
const ADVICE: Partial<Record<Ending, string>> = {
  clipped:
    "Clipped states are near no memory: start closer to one, or make the energy reach further, as by a smaller `beta`.",
  cycle:
    "The states repeat: with `sync` all units move at once. `async(order = permutation)` always ends in a fixed point.",
  stopped:
    "Stopped by `stop when` while noise could still flip units: only at temperature 0 is it certain that nothing is left to flip.",
  "max-steps": "Still moving when the steps ran out: raise `steps`, or loosen `stop when`.",
};

const HOLDS: Readonly<Record<Clip["kind"], string>> = {
  floor: "holds its floor",
  ceiling: "holds its ceiling",
  guard: "leaves nothing of it",
};

/** One line for every part that holds, with the examples that it holds in. */
function clipLines(outcomes: readonly Outcome[]): string[] {
  const found = new Map<string, number[]>();
  outcomes.forEach(({ clips }, b) => {
    for (const { energy, neuron, formula, place, kind } of clips) {
      const where = place === null ? "" : ` (${place})`;
      const line = `The gradient of \`${energy}\` by \`${neuron}\` is exactly 0 because \`${formula}\`${where} ${HOLDS[kind]}`;
      found.set(line, [...(found.get(line) ?? []), b]);
    }
  });
  return [...found].map(([line, examples]) => `${line}${inExamples(examples, outcomes.length)}.`);
}

/** One line for everything that made a number infinite or undefined, with what to do about it. */
function faultLines(outcomes: readonly Outcome[]): string[] {
  const found = new Map<string, { examples: number[]; advice: string }>();
  outcomes.forEach(({ fault }, b) => {
    if (fault === null) return;
    const { part, step, place, reason, advice } = fault;
    const where = place === null ? "" : ` (${place})`;
    const of = part === null ? "" : ` of \`${part.name}\``;
    const line = `${part === null ? "A number" : `The ${part.what}${of}`} is not finite, ${step === 0 ? "at the start" : `in step ${step}`}: ${reason}${where}`;
    const known = found.get(line);
    if (known === undefined) found.set(line, { examples: [b], advice });
    else known.examples.push(b);
  });
  return [...found].map(
    ([line, { examples, advice }]) =>
      `${line}${inExamples(examples, outcomes.length)}. To mend it, ${advice}.`,
  );
}

/** That the energy rose on the way, whatever the ending. */
function riseLine(outcomes: readonly Outcome[]): string[] {
  const rises = outcomes.flatMap(({ largestIncrease }, b) =>
    largestIncrease === null ? [] : [{ ...largestIncrease, b }],
  );
  if (rises.length === 0) return [];
  const most = rises.reduce((a, b) => (b.amount > a.amount ? b : a));
  const which = outcomes.length === 1 ? "" : ` of example ${most.b}`;
  const where = inExamples(
    rises.map(({ b }) => b),
    outcomes.length,
  );
  return [
    `The energy rose on the way${where}, most by ${shortNumber(most.amount)} in step ${most.step}${which}: the end may be in another basin than the start, so try a smaller \`dt\`, or \`adaptive\`.`,
  ];
}

/** " in example 3", " in 12 of 20 examples (2, 3, 5, …)"; nothing where there is only one. */
export function inExamples(examples: readonly number[], all: number): string {
  if (all === 1) return "";
  if (examples.length === 1) return ` in example ${examples[0]}`;
  const some = examples.length > 3 ? [...examples.slice(0, 3), "…"] : examples;
  return ` in ${examples.length} of ${all} examples (${some.join(", ")})`;
}

function shortNumber(x: number): string {
  return Math.abs(x) < 1e6 ? String(Number(x.toPrecision(3))) : x.toExponential(2);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
