// What the actions of a stage move and compute, read off the actions themselves.

import { product } from "../../plan/axis-moves.ts";
import { boundShape, type Instruction } from "../../plan/instruction.ts";
import { bytesOf, type Describing, describeTask, isFunction, nameOf, type Part } from "../part.ts";
import type { Action, Band, Member } from "./actions.ts";
import type { Schedule } from "./groups.ts";
import { neededFor } from "./layout.ts";
import type { Loop } from "./loops.ts";
import { NUMBER } from "./sizes.ts";

/** Operations on numbers, and those of them that are functions. */
interface Work {
  readonly ops: readonly string[];
  readonly flops: number;
  readonly functions: number;
}

/** The parts of a stage, or those of them that are needed for what is wanted. */
export function describeActions(
  { actions, shapes, results }: Schedule,
  instructions: readonly Instruction[],
  how: Describing,
): Part[] {
  const { batch, wanted } = how;
  const bases = [...(wanted ?? [])].map((slot) => results.get(slot)?.base ?? slot);
  const done = wanted === undefined ? actions : neededFor(actions, bases);
  // A result may be another view of what an action writes.
  const ofResults = [...results].flatMap(([slot, { base }]): [number, string][] => {
    const name = how.names.get(slot);
    return name === undefined ? [] : [[base, name]];
  });
  const own = { ...how, names: new Map([...ofResults, ...how.names]) };
  /** What lies in memory: neither a block of it, nor what only a band knows. */
  const isStored = (slot: number) =>
    slot < instructions.length && shapes[slot] === instructions[slot].shape;
  const array = (slot: number) => ({
    name: nameOf(slot, instructions, own),
    shape: boundShape(shapes[slot], batch),
  });
  return done.map((action): Part => {
    if (action.kind === "move") {
      const part = describeTask(action.task, instructions, own, NUMBER);
      return { ...part, kind: "move" };
    }
    const [reads, writes] = [action.reads, action.writes].map((slots) =>
      [...new Set(slots)].filter(isStored).map(array),
    );
    const size = action.kind === "band" ? { rows: action.band.rows, block: action.band.block } : {};
    const bytes = bytesOf([...reads, ...writes], NUMBER);
    return { kind: action.kind, ...size, ...workOf(action, batch, reads), reads, writes, bytes };
  });
}

function workOf(
  action: Exclude<Action, { kind: "move" }>,
  batch: number,
  reads: Part["reads"],
): Work {
  switch (action.kind) {
    case "loop":
      return loopWork(action.loop, batch);
    case "band":
      return bandWork(action.band, batch);
    case "product": {
      const [a, b] = [action.a, action.b].map(({ sizes }) => boundShape(sizes, batch));
      return { ops: ["matmul"], flops: 2 * product(a) * b.at(-1)!, functions: 0 };
    }
    case "check":
      return {
        ops: ["check"],
        flops: reads.reduce((all, { shape }) => all + product(shape), 0),
        functions: 0,
      };
  }
}

function loopWork({ sizes, steps, reduction }: Loop, batch: number): Work {
  const points = product(boundShape(sizes, batch));
  const applied = steps.flatMap((step) => (step.kind === "apply" ? [step.op] : []));
  const ops = [...applied, ...(reduction === undefined ? [] : [reduction.op])];
  return {
    ops: [...new Set(ops)],
    flops: points * ops.length,
    functions: points * applied.filter(isFunction).length,
  };
}

function bandWork(band: Band, batch: number): Work {
  const { rows, block, parts, before, begin, each, clear, merge, after } = band;
  const blocks = Math.ceil(rows / block);
  const done = (members: readonly Member[], times: number) =>
    members.map((member): Work => {
      const work = memberWork(member, rows, batch);
      // What is cut into rows is told for all of them.
      const often = isCut(member) ? 1 : times;
      return { ...work, flops: often * work.flops, functions: often * work.functions };
    });
  const works = [
    ...done([...before, ...clear, ...after], 1),
    ...done([...begin, ...merge.flat()], parts),
    ...done(each, blocks),
  ];
  const total = (of: (work: Work) => number) => works.reduce((all, work) => all + of(work), 0);
  return {
    ops: [...new Set(works.flatMap(({ ops }) => ops))],
    flops: total(({ flops }) => flops),
    functions: total(({ functions }) => functions),
  };
}

const isCut = (member: Member): boolean =>
  member.kind === "loop"
    ? member.loop.cut !== undefined
    : member.kind === "call" && ["dots", "manyDots", "mix"].includes(member.kernel);

function memberWork(member: Member, rows: number, batch: number): Work {
  if (member.kind === "loop") return loopWork(member.loop, batch);
  if (member.kind !== "call") return { ops: [], flops: 0, functions: 0 };
  const sizes = member.args.flatMap((arg) =>
    "size" in arg ? [arg.size === "rows" ? rows : arg.size] : [],
  );
  const points = product(boundShape(sizes, batch));
  const isProduct = isCut(member);
  return { ops: isProduct ? ["matmul"] : [], flops: points * (isProduct ? 2 : 1), functions: 0 };
}
