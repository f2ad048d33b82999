// A stage as compiled code: one module for its loops, and a place for everything that it computes.

import { product } from "../../plan/axis-moves.ts";
import { boundShape } from "../../plan/instruction.ts";
import { fusedOrNot } from "../../wasm/host.ts";
import { Block } from "../block.ts";
import type { Run, StageWork } from "../target.ts";
import { type Arena, arena } from "./arena.ts";
import type { Action, Call, Kernel, View } from "./actions.ts";
import { describeActions } from "./describe.ts";
import { schedule } from "./groups.ts";
import { couldWait, factored, type Waiting } from "./factors.ts";
import { HOST, HOST_FUNCTIONS } from "./lanes.ts";
import { bandProcedures } from "./band-code.ts";
import { loopProcedure } from "./loops.ts";
import { type Layout, layoutOf, wiringOf } from "./layout.ts";
import { move } from "./moves.ts";
import { bandOf, examplesOf, loopOf } from "./parts.ts";
import { type Compiled, compiledOf } from "./pool.ts";
import { compiledKernel, products } from "./products.ts";
import { SimdArray } from "./array.ts";

/** Makes ready to do the work of a stage. */
export function prepareStage(work: StageWork): Run<SimdArray> {
  const { work: waiting, factors } = factored(work);
  const first = prepare(waiting, factors);
  let exact: Prepared | undefined;
  const asWritten = () => (exact ??= prepare(work, []));
  const run: Run<SimdArray> = (...given) => first.run(...given) ?? asWritten().run(...given)!;
  const wire: Run<SimdArray>["wire"] = (...between) => {
    const wired = first.wire(...between);
    let other: ReturnType<Prepared["wire"]> | undefined;
    return {
      run() {
        if (!wired.run()) (other ??= asWritten().wire(...between)).run();
      },
      dispose() {
        wired.dispose();
        other?.dispose();
      },
    };
  };
  return Object.assign(run, { wire, describe: first.describe });
}

/** Work of a stage, which fails where a factor turns out to be no ordinary number. */
interface Prepared {
  /** The results, or null. */
  run(...args: Parameters<Run<SimdArray>>): ReturnType<Run<SimdArray>> | null;
  /** What `run` returns is whether the results are there. */
  wire(...args: Parameters<NonNullable<Run<SimdArray>["wire"]>>): {
    run(): boolean;
    dispose(): void;
  };
  readonly describe: NonNullable<Run<SimdArray>["describe"]>;
}

function prepare(work: StageWork, factors: readonly Waiting[]): Prepared {
  const planned = schedule(work, factors);
  const { actions, results, shapes } = planned;
  const kept = new Set([...results.values()].map(({ base }) => base));
  let compiled: Compiled | undefined;
  let layout: Layout | undefined;
  /** What an action does between the addresses of slots; false where a factor is not ordinary. */
  const callOf = (
    action: Action,
    batch: number,
    address: (slot: number) => number,
  ): (() => boolean) => {
    const place = (slot: number, at: number) => {
      const shape = boundShape(shapes[slot], batch);
      return { shape, at, count: product(shape) };
    };
    switch (action.kind) {
      case "loop":
      case "band": {
        compiled ??= compileLoops(actions);
        const name = `f${actions.indexOf(action)}`;
        const addresses = action.arrays.map(address);
        const on = { batch, addresses, examples: examplesOf(action, shapes) };
        if (action.kind === "band") return always(bandOf(compiled, name, action.band, on));
        return always(loopOf(compiled, name, action.loop, on));
      }
      case "product": {
        return always(productOf(action, batch, address));
      }
      case "check": {
        const [factors, sums] = action.reads.map((slot) => {
          const { at, count: n } = place(slot, address(slot));
          return arena().view(at, n);
        });
        return () => {
          const [all, of] = [factors(), sums()];
          const width = of.length / all.length;
          return all.every((factor, row) =>
            couldWait(action.op, factor, () => of.subarray(row * width, (row + 1) * width)),
          );
        };
      }
      case "move": {
        const { slot, instruction } = action.task;
        const inputs = instruction.inputs.map((input, k) => place(input, address(action.reads[k])));
        const to = place(slot, address(slot));
        return () => {
          const read = inputs.map(({ shape, at, count: n }) => ({
            shape,
            data: arena().floats(at, n),
          }));
          move(instruction, read, arena().floats(to.at, to.count));
          return true;
        };
      }
    }
  };
  const run: Prepared["run"] = (read, batch) => {
    if (layout?.batch !== batch) layout = layoutOf(actions, kept, shapes, batch);
    const { places } = layout;
    const scratch = layout.bytes > 0 ? arena().take(layout.bytes) : 0;
    const blocks = new Map<number, Block<Arena>>();
    const address = (slot: number): number => {
      const place = places.get(slot);
      if (place !== undefined) return scratch + place;
      return blocks.get(slot)?.at ?? read(slot).at;
    };
    const made = new Map<number, SimdArray>();
    try {
      for (const [slot, bytes] of layout.kept) blocks.set(slot, new Block(bytes, arena()));
      if (!actions.every((action) => callOf(action, batch, address)())) return null;
      for (const [slot, { base, strides, isTurned }] of results) {
        const shape = boundShape(shapes[slot], batch);
        const own = blocks.get(base);
        const steps = isTurned ? strides : null;
        if (own !== undefined) made.set(slot, new SimdArray(shape, own.at, own.shared(), steps));
        else if (steps === null) made.set(slot, read(base).as(shape));
        else made.set(slot, read(base).turned(shape, steps));
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
  /** Scratch by its size: work that is wired never runs at the same time. */
  const shared = new Map<number, { readonly block: Block<Arena>; users: number }>();
  const wire: Prepared["wire"] = (read, batch, into) => {
    const wiring = wiringOf(planned, into, (slot) => read(slot).at, batch);
    const { needed, targets, copied, written, bytes, places } = wiring;
    let scratch = shared.get(bytes);
    if (scratch === undefined) {
      scratch = { block: new Block(bytes, arena()), users: 0 };
      shared.set(bytes, scratch);
    }
    scratch.users++;
    const { at: base } = scratch.block;
    const address = (slot: number): number => {
      const place = places.get(slot);
      return place === undefined ? (targets.get(slot) ?? read(slot)).at : base + place;
    };
    const calls = needed.map((action) => callOf(action, batch, address));
    const copies = [...copied].flatMap(([slot, to]) => {
      const view = results.get(slot);
      const of = view?.base ?? slot;
      const place = places.get(of);
      if (place !== undefined) {
        return { of, to, from: new SimdArray(to.shape, base + place, scratch.block.shared()) };
      }
      const from = targets.get(of) ?? read(of);
      // A stage that is computed again has its views already.
      if (from.at === to.at) return [];
      const shown = view?.isTurned ? from.turned(to.shape, view.strides) : from.as(to.shape);
      return { of, to, from: shown };
    });
    // What is copied from a place that something else is written to is read before.
    const filled = new Set([...into.values()].map(({ at }) => at));
    const early = copies.filter(({ from, of }) => !written.has(of) && filled.has(from.at));
    return {
      run() {
        const kept = early.map(({ from }) => from.data.slice());
        if (!calls.every((call) => call())) return false;
        for (const copy of copies) copy.to.data.set(kept[early.indexOf(copy)] ?? copy.from.data);
        return true;
      },
      dispose() {
        for (const { from } of copies) from.free();
        if (--scratch.users > 0) return;
        scratch.block.free();
        shared.delete(bytes);
      },
    };
  };
  const describe: Prepared["describe"] = (how) => describeActions(planned, work.instructions, how);
  return { run, wire, describe };
}

/** Something to do that does not fail. */
const always = (run: () => void) => () => {
  run();
  return true;
};

function compileLoops(actions: readonly Action[]): Compiled {
  /** Those that the bands call, in the order of their places, and how many arguments they take. */
  const called = new Map<Kernel, number>();
  const place = ({ kernel, args }: Call) => {
    called.set(kernel, args.length);
    return HOST_FUNCTIONS.length + [...called.keys()].indexOf(kernel);
  };
  const module = fusedOrNot((isFused) => {
    const procedures = actions.flatMap((action, n) => {
      if (action.kind === "loop") return [loopProcedure(`f${n}`, action.loop, isFused)];
      return action.kind === "band" ? bandProcedures(`f${n}`, action.band, isFused, place) : [];
    });
    const kernels = [...called].map(([name, parameters]) => ({ name, parameters, isKernel: true }));
    return arena().compiled(procedures, [...HOST_FUNCTIONS, ...kernels]);
  });
  return compiledOf(module!, HOST, [...new Set([...called.keys()].map(compiledKernel))]);
}

/** A product of matrices, or of two stacks of them. */
function productOf(
  { a, b, writes: [slot] }: Action & { kind: "product" },
  batch: number,
  address: (slot: number) => number,
): () => void {
  const [left, right] = [sideOf(a, batch, address), sideOf(b, batch, address)];
  const [rows, depth] = left.sizes;
  const [depthIn, rowIn] = right.strides;
  return products(
    address(slot),
    { ...left, row: left.strides[0], depth: left.strides[1] },
    { ...right, row: rowIn, depth: depthIn },
    { rows, depth, columns: right.sizes[1], stack: left.stack },
  );
}

/** A factor as a stack of matrices. */
function sideOf({ base, sizes, strides }: View, batch: number, address: (slot: number) => number) {
  const bound = boundShape(sizes, batch);
  const steps = boundShape(strides, batch);
  const lead = bound.length - 2;
  // A step of 0 is that of a single row, where any will do.
  const own = [lead, lead + 1].map((axis) => (bound[axis] === 1 ? 1 : steps[axis]));
  return {
    at: address(base),
    stack: product(bound.slice(0, lead)),
    next: lead > 0 ? steps[lead - 1] : 0,
    sizes: bound.slice(lead),
    strides: own,
  };
}
