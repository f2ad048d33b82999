// A stage as compiled code: one module for its loops, and a place for everything that it computes.

import { boundShape } from "../../plan/instruction.ts";
import { assemble } from "../../wasm/assembler.ts";
import { compiled, functionsOf } from "../../wasm/host.ts";
import type { Run, StageWork } from "../target.ts";
import { arena, Block } from "./arena.ts";
import type { Action, Kernel, View } from "./actions.ts";
import { schedule } from "./groups.ts";
import { factored, isOrdinary } from "./factors.ts";
import { HOST, HOST_FUNCTIONS } from "./lanes.ts";
import { bandProcedure } from "./band-code.ts";
import { loopProcedure } from "./loops.ts";
import { move } from "./moves.ts";
import { kernels, multiply, ROW_FUNCTIONS } from "./products.ts";
import { SimdArray } from "./array.ts";

const NUMBER = 4;
const ALIGNMENT = 64;

const count = (shape: readonly number[]): number => shape.reduce((total, n) => total * n, 1);

type LoopFunction = (batch: number, ...addresses: number[]) => void;

/** Where things lie for a batch: scratch by slot, and how much of it there is. */
interface Layout {
  readonly batch: number;
  readonly bytes: number;
  readonly places: ReadonlyMap<number, number>;
  /** Bytes of what is kept, by slot. */
  readonly kept: ReadonlyMap<number, number>;
}

/** Makes ready to do the work of a stage. */
export function prepareStage(work: StageWork): Run<SimdArray> {
  const { work: waiting, factors } = factored(work);
  const first = prepare(waiting, factors);
  let exact: Run<SimdArray> | undefined;
  return (read, batch) => {
    const made = first(read, batch);
    if (made !== null) return made;
    exact ??= prepare(work, []) as Run<SimdArray>;
    return exact(read, batch);
  };
}

/** The work as it is; what runs it gives null where a factor turns out to be no ordinary number. */
function prepare(
  work: StageWork,
  factors: readonly number[],
): (...args: Parameters<Run<SimdArray>>) => ReturnType<Run<SimdArray>> | null {
  const { actions, results, shapes: held } = schedule(work, factors);
  const shapes = (slot: number) => held[slot];
  const written = new Set(actions.flatMap(({ writes }) => writes));
  const kept = new Set([...results.values()].map(({ base }) => base).filter((b) => written.has(b)));
  let functions: Readonly<Record<string, LoopFunction>> | undefined;
  let layout: Layout | undefined;
  return (read, batch) => {
    functions ??= compileLoops(actions);
    if (layout?.batch !== batch) layout = layoutOf(actions, kept, shapes, batch);
    const { places } = layout;
    const scratch = layout.bytes > 0 ? arena().take(layout.bytes) : 0;
    const blocks = new Map<number, Block>();
    const address = (slot: number): number => {
      const place = places.get(slot);
      if (place !== undefined) return scratch + place;
      return blocks.get(slot)?.at ?? read(slot).at;
    };
    const made = new Map<number, SimdArray>();
    try {
      for (const [slot, bytes] of layout.kept) blocks.set(slot, new Block(bytes));
      let areOrdinary = true;
      actions.forEach((action, n) => {
        switch (action.kind) {
          case "loop":
          case "band":
            functions![`f${n}`](batch, ...action.arrays.map(address));
            return;
          case "product":
            runProduct(action, batch, address);
            return;
          case "check": {
            const [slot] = action.reads;
            const numbers = arena().floats(address(slot), count(boundShape(shapes(slot), batch)));
            areOrdinary &&= numbers.every(isOrdinary);
            return;
          }
          case "move": {
            const { slot, instruction } = action.task;
            const inputs = instruction.inputs.map((input, k) => {
              const shape = boundShape(shapes(input), batch);
              return { shape, data: arena().floats(address(action.reads[k]), count(shape)) };
            });
            const size = count(boundShape(shapes(slot), batch));
            move(instruction, inputs, arena().floats(address(slot), size));
          }
        }
      });
      if (!areOrdinary) return null;
      for (const [slot, { base, strides, isTurned }] of results) {
        const shape = boundShape(shapes(slot), batch);
        const own = blocks.get(base);
        if (isTurned) made.set(slot, read(base).turned(shape, strides));
        else if (own === undefined) made.set(slot, read(base).as(shape));
        else made.set(slot, new SimdArray(shape, own.at, own.shared()));
      }
      return made;
    } catch (error) {
      for (const value of made.values()) value.free();
      throw error;
    } finally {
      for (const block of blocks.values()) block.free();
      if (layout.bytes > 0) arena().give(scratch);
    }
  };
}

let isFused: boolean | undefined;

function compileLoops(actions: readonly Action[]): Readonly<Record<string, LoopFunction>> {
  const place = (kernel: Kernel) =>
    HOST_FUNCTIONS.length + ROW_FUNCTIONS.findIndex(({ name }) => name === kernel);
  const module = (fused: boolean) =>
    compiled(
      assemble(
        actions.flatMap((action, n) => {
          if (action.kind === "loop") return [loopProcedure(`f${n}`, action.loop, fused)];
          return action.kind === "band" ? [bandProcedure(`f${n}`, action.band, fused, place)] : [];
        }),
        [...HOST_FUNCTIONS, ...ROW_FUNCTIONS],
      ),
    );
  let made = isFused === false ? null : module(true);
  isFused ??= made !== null;
  made ??= module(false);
  return functionsOf(made!, arena().memory, { ...HOST, ...kernels() }) as Record<
    string,
    LoopFunction
  >;
}

/** Gives everything that is computed a place; what is not needed any more makes room. */
function layoutOf(
  actions: readonly Action[],
  keptSlots: ReadonlySet<number>,
  shapes: (slot: number) => readonly number[],
  batch: number,
): Layout {
  const bytesOf = (slot: number) =>
    Math.max(1, Math.ceil((NUMBER * count(boundShape(shapes(slot), batch))) / ALIGNMENT)) *
    ALIGNMENT;
  const lastRead = new Map<number, number>();
  actions.forEach(({ reads }, n) => reads.forEach((slot) => lastRead.set(slot, n)));
  const kept = new Map<number, number>();
  const items: { slot: number; from: number; to: number; bytes: number }[] = [];
  actions.forEach(({ writes }, n) => {
    for (const slot of writes) {
      const bytes = bytesOf(slot);
      if (keptSlots.has(slot)) kept.set(slot, bytes);
      else items.push({ slot, from: n, to: lastRead.get(slot) ?? n, bytes });
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

/** A product of matrices, or of two stacks of them. */
function runProduct(
  { a, b, writes: [slot] }: Action & { kind: "product" },
  batch: number,
  address: (slot: number) => number,
): void {
  const left = sideOf(a, batch);
  const right = sideOf(b, batch);
  const to = address(slot);
  const [atLeft, atRight] = [address(a.base), address(b.base)];
  const [rows, depth] = left.sizes;
  const columns = right.sizes[1];
  for (let n = 0; n < left.stack; n++) {
    multiply(
      to + NUMBER * n * rows * columns,
      { at: atLeft + NUMBER * n * left.step, row: left.strides[0], depth: left.strides[1] },
      { at: atRight + NUMBER * n * right.step, row: right.strides[1], depth: right.strides[0] },
      { rows, columns, depth },
    );
  }
}

/** A factor as a stack of matrices. */
function sideOf({ sizes, strides }: View, batch: number) {
  const bound = boundShape(sizes, batch);
  const steps = boundShape(strides, batch);
  const lead = bound.length - 2;
  // A step of 0 is that of a single row, where any will do.
  const own = [lead, lead + 1].map((axis) => (bound[axis] === 1 ? 1 : steps[axis]));
  return {
    stack: count(bound.slice(0, lead)),
    step: lead > 0 ? steps[lead - 1] : 0,
    sizes: bound.slice(lead),
    strides: own,
  };
}
