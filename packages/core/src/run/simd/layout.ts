// Which actions of a stage are needed, and where what they compute lies, and goes.

import { product } from "../../plan/axis-moves.ts";
import { boundShape } from "../../plan/instruction.ts";
import { aligned } from "../gaps.ts";
import type { Action } from "./actions.ts";
import type { Schedule } from "./groups.ts";
import { NUMBER } from "./sizes.ts";

/** Where things lie for a batch: scratch by slot, and how much of it there is. */
export interface Layout {
  readonly batch: number;
  readonly bytes: number;
  readonly places: ReadonlyMap<number, number>;
  /** Bytes of what is kept, by slot. */
  readonly kept: ReadonlyMap<number, number>;
}

/** The actions that some slots are computed by, in their order, with what is to be checked of them. */
export function neededFor(actions: readonly Action[], slots: readonly number[]): Action[] {
  const wanted = new Set(slots);
  const needed = new Set(
    actions.toReversed().filter(({ reads, writes }) => {
      if (!writes.some((slot) => wanted.has(slot))) return false;
      for (const slot of reads) wanted.add(slot);
      return true;
    }),
  );
  const isChecked = ({ kind, reads }: Action) =>
    kind === "check" && reads.every((slot) => wanted.has(slot));
  return actions.filter((action) => needed.has(action) || isChecked(action));
}

/**
 * Gives everything that is computed a place; what is not needed any more makes room, but for what is
 * `lasting`.
 */
export function layoutOf(
  actions: readonly Action[],
  keptSlots: ReadonlySet<number>,
  shapes: Schedule["shapes"],
  batch: number,
  lasting: ReadonlySet<number> = new Set(),
): Layout {
  const bytesOf = (slot: number) => aligned(NUMBER * product(boundShape(shapes[slot], batch)));
  const lastRead = new Map<number, number>();
  actions.forEach(({ reads }, n) => reads.forEach((slot) => lastRead.set(slot, n)));
  const kept = new Map<number, number>();
  const items: { slot: number; from: number; to: number; bytes: number }[] = [];
  actions.forEach(({ writes }, n) => {
    for (const slot of writes) {
      const bytes = bytesOf(slot);
      if (keptSlots.has(slot)) kept.set(slot, bytes);
      else {
        const to = lasting.has(slot) ? actions.length : (lastRead.get(slot) ?? n);
        items.push({ slot, from: n, to, bytes });
      }
    }
  });
  const placed: { at: number; from: number; to: number; bytes: number }[] = [];
  const places = new Map<number, number>();
  for (const item of items.toSorted((a, b) => b.bytes - a.bytes)) {
    const others = placed
      .filter(({ from, to }) => from <= item.to && item.from <= to)
      .toSorted((a, b) => a.at - b.at);
    let at = 0;
    for (const other of others) {
      if (at + item.bytes <= other.at) break;
      at = Math.max(at, other.at + other.bytes);
    }
    placed.push({ ...item, at });
    places.set(item.slot, at);
  }
  const bytes = placed.reduce((top, one) => Math.max(top, one.at + one.bytes), 0);
  return { batch, bytes, places, kept };
}

/** A stage between places that others gave it. */
export interface Wiring<Value> extends Pick<Layout, "bytes" | "places"> {
  /** What is to be done. */
  readonly needed: readonly Action[];
  /** Where the numbers of a base go. */
  readonly targets: ReadonlyMap<number, Value>;
  /** Where the numbers of other slots are copied when all is done. */
  readonly copied: ReadonlyMap<number, Value>;
  /** What the stage computes by itself. */
  readonly written: ReadonlySet<number>;
}

/** Wires the results of a stage: of several with one base, the first is computed in its place. */
export function wiringOf<Value extends { readonly at: number }>(
  { actions, results, shapes }: Schedule,
  into: ReadonlyMap<number, Value>,
  addressOf: (slot: number) => number,
  batch: number,
): Wiring<Value> {
  const written = new Set(actions.flatMap(({ writes }) => writes));
  const baseOf = (slot: number) => results.get(slot)?.base ?? slot;
  const targets = new Map<number, Value>();
  const copied = new Map<number, Value>();
  for (const [slot, value] of into) {
    const base = baseOf(slot);
    if (written.has(base) && !targets.has(base)) targets.set(base, value);
    else copied.set(slot, value);
  }
  const needed = neededFor(actions, [...targets.keys()]);
  // What would be written before it was read for the last time waits until all is done.
  const waiting = overwritten(needed, targets, addressOf);
  for (const [slot, value] of into) if (waiting.has(baseOf(slot))) copied.set(slot, value);
  for (const base of waiting) targets.delete(base);
  const { bytes, places } = layoutOf(needed, new Set(targets.keys()), shapes, batch, waiting);
  return { needed, targets, copied, written, bytes, places };
}

/**
 * Those targets which lie where something is read afterwards that they do not take entry by entry; all
 * that lie where anything is read, if a check may have the work done once more.
 */
function overwritten(
  actions: readonly Action[],
  targets: ReadonlyMap<number, { readonly at: number }>,
  addressOf: (slot: number) => number,
): Set<number> {
  const written = new Set(actions.flatMap(({ writes }) => writes));
  const isChecked = actions.some(({ kind }) => kind === "check");
  const clash = (base: number, at: number): boolean => {
    const writer = actions.findIndex(({ writes }) => writes.includes(base));
    return actions.some((action, n) => {
      const aliases = action.reads.filter((slot) => !written.has(slot) && addressOf(slot) === at);
      if (aliases.length === 0 || (n < writer && !isChecked)) return false;
      return isChecked || n > writer || !aliases.every((slot) => isEntrywise(action, slot, base));
    });
  };
  return new Set([...targets].filter(([base, { at }]) => clash(base, at)).map(([base]) => base));
}

/** Whether a loop reads every entry of one array no later than it writes that of another. */
function isEntrywise(action: Action, from: number, to: number): boolean {
  if (action.kind !== "loop" || action.loop.reduction !== undefined) return false;
  const { arrays, loop } = action;
  const steps = (slot: number) =>
    loop.steps.flatMap((step) =>
      "access" in step && arrays[step.access.array] === slot ? [step.access.strides.join()] : [],
    );
  return new Set([...steps(from), ...steps(to)]).size === 1;
}
