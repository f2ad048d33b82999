// A stage as regions of a shader, and a place for everything that it computes.
//
// The regions are those of one example. What differs between examples lies example by example: in an
// array with a batch axis that is its first, and in all that a stage computes for a batch.

import { HamError } from "@hamlet/graph";
import { product } from "../../plan/axis-moves.ts";
import { boundShape } from "../../plan/instruction.ts";
import { Block } from "../block.ts";
import type { Describing } from "../part.ts";
import type { Action } from "../simd/actions.ts";
import { describeActions } from "../simd/describe.ts";
import { loopsOf } from "../simd/groups.ts";
import { layoutOf, wiringOf } from "../simd/layout.ts";
import { isGiven, type Run, type StageWork } from "../target.ts";
import { CardArray, copyCall, type Place } from "./array.ts";
import { type Call, type Card, card, NUMBER } from "./card.ts";
import { copyText, type Region, regionOf } from "./regions.ts";

/**
 * Makes ready to do the work of a stage.
 * @throws HamError `core/examples-meet` for a sum over the examples.
 */
export function prepareStage(work: StageWork): Run<CardArray> {
  assertApart(work);
  const planned = loopsOf(work);
  const { results, shapes } = planned;
  // Known numbers are written before any call runs, so they come first: no call may have had their place.
  const actions = planned.actions.toSorted(
    (a, b) => Number(numbersOf(a) === null) - Number(numbersOf(b) === null),
  );
  const isShared = work.stage === "load" || work.stage === "param";
  const one = (slot: number) => product(boundShape(shapes[slot], 1));
  const kept = new Set([...results.values()].map(({ base }) => base));
  const regions = new Map<Action, Region>();
  /** How far the next example is in what another stage has computed, or was handed in. */
  const stepOf = (slot: number): number => {
    const { op, shape, stage } = work.instructions[slot];
    const isOwn = !isGiven(op) && (stage === "example" || stage === "step");
    return isOwn || shape.some((n) => n < 0) ? one(slot) : 0;
  };
  const regionFor = (action: Action): Region => {
    let region = regions.get(action);
    if (region === undefined) {
      region = regionOf(action, shapes);
      regions.set(action, region);
    }
    return region;
  };
  const callOf = (action: Action, place: (slot: number) => Place): Call => {
    const region = regionFor(action);
    const table = region.arrays.flatMap((slot) => {
      const { at, step } = place(slot);
      return [at / NUMBER, step];
    });
    return { region: region.text, table: [...table, ...region.numbers] };
  };
  const layout = layoutOf(actions, kept, shapes, 1);
  const run: Run<CardArray> = (read, batch) => {
    const examples = isShared ? 1 : batch;
    const blocks = new Map<number, Block<Card>>();
    const scratch = layout.bytes > 0 ? new Block(layout.bytes * examples, card()) : null;
    try {
      for (const slot of layout.kept.keys()) {
        blocks.set(slot, new Block(NUMBER * one(slot) * examples, card()));
      }
      const place = (slot: number): Place => {
        const own = layout.places.get(slot);
        if (own !== undefined) return { at: scratch!.at + own, step: layout.bytes / NUMBER };
        const block = blocks.get(slot);
        return block === undefined
          ? { at: read(slot).at, step: stepOf(slot) }
          : { at: block.at, step: one(slot) };
      };
      const calls = actions.flatMap((action) => {
        const known = numbersOf(action);
        if (known === null) return [callOf(action, place)];
        // All blocks are fresh: nothing that waits reads them.
        const { at, step } = place(action.writes[0]);
        for (let n = 0; n < examples; n++) card().write(at + n * NUMBER * step, known);
        return [];
      });
      card().add(calls, examples);
      const found = new Map<number, CardArray>();
      for (const [slot, { base, strides, isTurned }] of results) {
        const shape = boundShape(shapes[slot], batch);
        const own = blocks.get(base);
        const steps = isTurned === true ? strides : null;
        if (own !== undefined) found.set(slot, new CardArray(shape, own.shared(), 0, steps));
        else if (steps === null) found.set(slot, read(base).as(shape));
        else found.set(slot, read(base).turned(shape, steps));
      }
      return found;
    } finally {
      for (const block of blocks.values()) block.free();
      scratch?.free();
    }
  };
  const wire: Run<CardArray>["wire"] = (read, batch, into) => {
    // Places are those of one example.
    const wiring = wiringOf(planned, into, (slot) => read(slot).at, 1);
    const { needed, targets, copied, written, bytes, places } = wiring;
    const scratch = bytes > 0 ? new Block(bytes * batch, card()) : null;
    card().expect(needed.map((action) => regionFor(action).text));
    const place = (slot: number): Place => {
      const own = places.get(slot);
      if (own !== undefined) return { at: scratch!.at + own, step: bytes / NUMBER };
      const target = targets.get(slot);
      return target === undefined
        ? { at: read(slot).at, step: stepOf(slot) }
        : { at: target.at, step: one(slot) };
    };
    /** Copies to the other results: those of what is overwritten go elsewhere before. */
    const copies = () => {
      const filled = new Set([...into.values()].map(({ at }) => at));
      const [before, after]: Call[][] = [[], []];
      const blocks: Block<Card>[] = [];
      for (const [slot, to] of copied) {
        const view = results.get(slot);
        const of = view?.base ?? slot;
        const count = to.length / batch;
        const from = place(of);
        const end = { at: to.at, step: count };
        // A stage that is computed again has its views already.
        if (from.at === to.at) continue;
        const region =
          view?.isTurned === true ? copyText(boundShape(shapes[slot], 1), view.strides) : null;
        const call = (source: Place, target: Place): Call =>
          region === null
            ? copyCall(source, target, count)
            : { region, table: [source, target].flatMap(({ at, step }) => [at / NUMBER, step]) };
        if (written.has(of) || !filled.has(from.at)) {
          after.push(call(from, end));
          continue;
        }
        const block = new Block(NUMBER * to.length, card());
        const between = { at: block.at, step: count };
        blocks.push(block);
        before.push(call(from, between));
        after.push(copyCall(between, end, count));
      }
      return { before, after, blocks };
    };
    const outside = [
      ...new Set(needed.flatMap((action) => [...action.reads, ...action.writes])),
    ].filter((slot) => !places.has(slot));
    /** The calls of last time, and the addresses that they were for: the same tables are sent once. */
    let last: readonly Call[] = [];
    let known: readonly number[] | null = null;
    return {
      run() {
        const now = outside.map((slot) => place(slot).at);
        if (known === null || now.some((at, n) => at !== known![n])) {
          last = needed.map((action) => callOf(action, place));
          known = now;
        }
        const { before, after, blocks } = copies();
        card().add(before.length + after.length > 0 ? [...before, ...last, ...after] : last, batch);
        for (const block of blocks) block.free();
      },
      dispose() {
        scratch?.free();
      },
    };
  };
  return Object.assign(run, {
    wire,
    describe: (how: Describing) => describeActions(planned, work.instructions, how),
  });
}

/** The numbers that an action writes, where they are known without a shader. */
function numbersOf(action: Action): readonly number[] | null {
  if (action.kind !== "move") return null;
  const { op, numbers } = action.task.instruction;
  switch (op) {
    case "constant":
    case "indices":
      return numbers;
    case "range":
      return Array.from({ length: numbers[0] }, (_, n) => n);
    default:
      return null;
  }
}

/** Examples that meet cannot each have a workgroup. */
function assertApart({ tasks, instructions }: StageWork): void {
  const meets = tasks.some(({ instruction: { op, inputs, numbers } }) => {
    const shapes = inputs.map((input) => instructions[input].shape);
    switch (op) {
      case "sum":
      case "prod":
      case "max":
      case "min":
        return numbers.some((axis) => shapes[0][axis] < 0);
      case "matmul":
        return shapes[0].at(-1)! < 0;
      default:
        return false;
    }
  });
  if (!meets) return;
  throw new HamError(
    "core/examples-meet",
    "This plan sums over the examples of a batch, which shaders compute apart from each other. Run it on tensors.",
  );
}
