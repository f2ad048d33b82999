// Which instructions of a stage share a loop, and which of them are no work at all.
//
// An entry by entry operation joins the loop of the first that reads it, where both walk the same
// axes; it is stored only if somebody else reads it too. Reshapes are other views of the same
// numbers, and so are transposes and repetitions where their readers can take any steps.

import type { Instruction } from "../../plan/instruction.ts";
import type { StageWork, Task } from "../target.ts";
import type { Action, View } from "./actions.ts";
import { findBands } from "./bands.ts";
import type { Waiting } from "./factors.ts";
import { FUNCTIONS } from "./lanes.ts";
import { type Access, type Loop, type Step, stepsOf } from "./loops.ts";
import { seenThrough } from "./views.ts";

/** A stage as things to do. */
export interface Schedule {
  readonly actions: readonly Action[];
  /** Slots that are read afterwards, as views. */
  readonly results: ReadonlyMap<number, View>;
  /** The shape of what every slot holds: bands have slots of their own, or keep a block of one. */
  readonly shapes: readonly (readonly number[])[];
}

const REDUCTIONS = ["sum", "prod", "max", "min"];
const WAVES = ["sin", "cos"];
/** Instructions that share a loop at most. */
const LARGEST = 64;

/** Plans the work of a stage; `factors` are looked at in the end. */
export function schedule(work: StageWork, factors: readonly Waiting[] = []): Schedule {
  const { actions, results, shapes: held } = loopsOf(work, factors);
  const shapes = [...held];
  const bases = new Set([...results.values()].map(({ base }) => base));
  const banded = findBands(actions, {
    shape: (slot) => shapes[slot],
    add: (shape) => shapes.push(shape) - 1,
    shorten: (slot, shape) => (shapes[slot] = shape),
    isWanted: (slot) => bases.has(slot),
  });
  return { actions: banded, results, shapes };
}

/** The same without bands: loops, products and moves. */
export function loopsOf(work: StageWork, factors: readonly Waiting[] = []): Schedule {
  return new Scheduler(work, factors).schedule();
}

const isLoop = ({ instruction }: Task): boolean => FUNCTIONS[instruction.op] !== undefined;
const isReduction = ({ instruction }: Task): boolean => REDUCTIONS.includes(instruction.op);
const isRowMajor = ({ sizes, strides }: View): boolean =>
  stepsOf(sizes).every((step, axis) => step === strides[axis]);
/** Without axes of one entry in front. */
const bare = (shape: readonly number[]): string =>
  shape.slice(shape.findIndex((n) => n !== 1)).join();

/** What an instruction that moves numbers reads, and whether it cannot do without a copy. */
interface Moved extends View {
  readonly isCopy?: boolean;
}

class Scheduler {
  readonly #tasks: readonly Task[];
  readonly #instructions: readonly Instruction[];
  /** The place of the task that fills a slot. */
  readonly #place = new Map<number, number>();
  readonly #readers = new Map<number, number[]>();
  readonly #wanted: ReadonlySet<number>;
  readonly #factors: readonly Waiting[];
  readonly #views = new Map<number, View>();
  /** Places of tasks that are views of what is there. */
  readonly #virtual = new Set<number>();
  /** The place of the last task of the loop that a task is in. */
  readonly #root = new Map<number, number>();

  constructor({ tasks, instructions }: StageWork, factors: readonly Waiting[]) {
    this.#tasks = tasks;
    this.#instructions = instructions;
    this.#factors = factors;
    const done = new Set(tasks.flatMap((task) => task.done));
    this.#wanted = new Set(tasks.map(({ slot }) => slot).filter((slot) => !done.has(slot)));
    tasks.forEach(({ slot, instruction }, place) => {
      this.#place.set(slot, place);
      for (const input of new Set(instruction.inputs)) {
        this.#readers.set(input, [...(this.#readers.get(input) ?? []), place]);
      }
    });
  }

  schedule(): Schedule {
    this.#tasks.forEach((task, place) => this.#look(task, place));
    for (let place = this.#tasks.length - 1; place >= 0; place--) this.#join(place);
    const members = new Map<number, Task[]>();
    this.#tasks.forEach((task, place) => {
      const root = this.#root.get(place);
      if (root !== undefined) members.set(root, [...(members.get(root) ?? []), task]);
    });
    const actions = this.#tasks.flatMap((task, place): Action[] => {
      if (this.#virtual.has(place)) return [];
      const own = members.get(place);
      if (own !== undefined) return [this.#loop(own)];
      return this.#root.has(place) ? [] : [this.#other(task)];
    });
    for (const { op, slot, sums } of this.#factors) {
      actions.push({ kind: "check", op, reads: [this.#view(slot).base, sums], writes: [] });
    }
    const results = new Map([...this.#wanted].map((slot) => [slot, this.#view(slot)]));
    const shapes = this.#instructions.map(({ shape }) => shape);
    return { actions, results, shapes };
  }

  /** Decides whether what moves numbers is a view, and otherwise how its copy is read. */
  #look({ slot, instruction }: Task, place: number): void {
    const turned = this.#turned(slot);
    if (turned !== null) {
      this.#virtual.add(place);
      this.#views.set(slot, turned);
      return;
    }
    const moved = this.#moved(instruction);
    if (moved === null) return;
    const isPlain = isRowMajor(moved);
    const readers = (this.#readers.get(slot) ?? []).map((reader) => this.#tasks[reader]);
    const takesSteps = ({ instruction: { op } }: Task) => !["gather", "take", "pad"].includes(op);
    if (!isPlain && (this.#wanted.has(slot) || !readers.every(takesSteps))) return;
    if (moved.isCopy) return;
    this.#virtual.add(place);
    this.#views.set(slot, moved);
  }

  /** The numbers that a reshape, transpose or repetition reads, in the order of its result. */
  #moved({ op, inputs, numbers, shape }: Instruction): Moved | null {
    if (op !== "reshape" && op !== "transpose" && op !== "tile") return null;
    const { base, sizes, strides } = this.#view(inputs[0]);
    switch (op) {
      case "reshape": {
        // What has steps of its own is copied in its own shape first.
        return isRowMajor({ base, sizes, strides })
          ? { base, sizes: shape, strides: stepsOf(shape) }
          : { base, sizes, strides, isCopy: true };
      }
      case "transpose":
        return {
          base,
          sizes: numbers.map((axis) => sizes[axis]),
          strides: numbers.map((axis) => strides[axis]),
        };
      case "tile": {
        const alone = sizes.every((n, axis) => n === 1 || numbers[axis] === 1);
        if (alone)
          return {
            base,
            sizes: shape,
            strides: strides.map((s, axis) => (sizes[axis] === 1 ? 0 : s)),
          };
        return {
          base,
          sizes: sizes.flatMap((n, axis) => [numbers[axis], n]),
          strides: strides.flatMap((stride, axis) => [0, sizes[axis] === 1 ? 0 : stride]),
          isCopy: true,
        };
      }
    }
  }

  /** A transpose, with any shape, that only products read, in any stage: those take its steps. */
  #turned(slot: number): View | null {
    const { op, shape } = this.#instructions[slot];
    if (op !== "transpose" && op !== "reshape") return null;
    const readers = this.#instructions.filter((reader) => reader.inputs.includes(slot));
    if (readers.length === 0 || readers.some((reader) => reader.op !== "matmul")) return null;
    const seen = seenThrough(this.#instructions, slot);
    if (seen === null || isRowMajor(seen)) return null;
    const base = this.#place.has(slot) ? seen.base : this.#sameAs(seen.base, slot);
    return { base, sizes: shape, strides: seen.strides, isTurned: true };
  }

  /** The slot by which this stage knows the numbers of another one, which it reads as `slot` too. */
  #sameAs(base: number, slot: number): number {
    if (this.#instructions[base].op === "input") return base;
    const known = [...this.#readers.keys()].find((other) => {
      const seen = this.#place.has(other) ? null : seenThrough(this.#instructions, other);
      return seen !== null && seen.base === base && isRowMajor(seen);
    });
    return known ?? slot;
  }

  #view(slot: number): View {
    const known = this.#views.get(slot) ?? this.#turned(slot);
    if (known !== null) return known;
    const { op, shape: sizes } = this.#instructions[slot];
    const plain = { base: slot, sizes, strides: stepsOf(sizes) };
    if (op !== "reshape" || this.#place.has(slot)) return plain;
    const seen = seenThrough(this.#instructions, slot);
    const isSame = seen !== null && isRowMajor(seen);
    return isSame ? { ...plain, base: this.#sameAs(seen.base, slot) } : plain;
  }

  /** Finds the loop of an entry by entry operation, and begins one for a reduction or a copy. */
  #join(place: number): void {
    const task = this.#tasks[place];
    if (this.#virtual.has(place)) return;
    if (isReduction(task) || this.#moved(task.instruction) !== null) {
      this.#root.set(place, place);
      return;
    }
    if (!isLoop(task)) return;
    const readers = this.#readers.get(task.slot) ?? [];
    const first = Math.min(...readers.map((reader) => this.#root.get(reader) ?? reader));
    const root = this.#tasks[first];
    const joins =
      root !== undefined &&
      this.#root.get(first) === first &&
      (isLoop(root) || isReduction(root)) &&
      bare(this.#walked(root)) === bare(task.instruction.shape) &&
      [...this.#root.values()].filter((other) => other === first).length < LARGEST;
    this.#root.set(place, joins ? first : place);
    this.#joinWave(place);
  }

  /** Sine and cosine of one angle share most of their work: one loop makes both, that of the earlier one. */
  #joinWave(place: number): void {
    const isWave = (own: number) => WAVES.includes(this.#tasks[own].instruction.op);
    if (!isWave(place)) return;
    const readers = this.#readers.get(this.#tasks[place].instruction.inputs[0])!;
    const later = readers.find((other) => other > place && isWave(other));
    if (later === undefined || this.#root.get(later) === this.#root.get(place)) return;
    this.#root.set(place, place).set(later, place);
  }

  /** The shape that a loop walks. */
  #walked(root: Task): readonly number[] {
    return isReduction(root)
      ? this.#instructions[root.instruction.inputs[0]].shape
      : root.instruction.shape;
  }

  #loop(members: readonly Task[]): Action {
    const root = members.at(-1)!;
    const copied = this.#moved(root.instruction);
    const sizes = copied === null || isLoop(root) ? this.#walked(root) : copied.sizes;
    const arrays: number[] = [];
    const array = (base: number): number => {
      if (!arrays.includes(base)) arrays.push(base);
      return arrays.indexOf(base);
    };
    const steps: Step[] = [];
    const known = new Map<number, number>();
    const stepOf = (slot: number): number => {
      let step = known.get(slot);
      if (step === undefined) {
        const { op, numbers } = this.#instructions[slot];
        step =
          op === "constant"
            ? steps.push({ kind: "literal", value: numbers[0] }) - 1
            : steps.push({ kind: "load", access: this.#access(this.#view(slot), sizes, array) }) -
              1;
        known.set(slot, step);
      }
      return step;
    };
    const whole = (slot: number): Access => ({ array: array(slot), strides: stepsOf(sizes) });
    const writes: number[] = [];
    const own = new Set(members.map(({ slot }) => slot));
    let reduction: Loop["reduction"];
    for (const task of members) {
      const { slot, instruction } = task;
      if (isLoop(task)) {
        const { op, inputs } = instruction;
        const step = steps.push({ kind: "apply", op, args: inputs.map(stepOf) }) - 1;
        known.set(slot, step);
        const readers = this.#readers.get(slot) ?? [];
        const isRead = readers.some((reader) => !own.has(this.#tasks[reader].slot));
        const isKept = this.#wanted.has(slot) || this.#factors.some((one) => one.slot === slot);
        if (task !== root && !isRead && !isKept) continue;
        writes.push(slot);
        steps.push({ kind: "store", access: whole(slot), step });
      } else if (copied !== null) {
        const step = steps.push({ kind: "load", access: this.#access(copied, sizes, array) }) - 1;
        writes.push(slot);
        steps.push({ kind: "store", access: whole(slot), step });
      } else {
        const axes = instruction.numbers;
        const step = stepOf(instruction.inputs[0]);
        const kept = stepsOf(instruction.shape);
        let next = 0;
        const strides = sizes.map((_, axis) => (axes.includes(axis) ? 0 : kept[next++]));
        const op = instruction.op as "sum" | "prod" | "max" | "min";
        writes.push(slot);
        reduction = { op, axes, step, access: { array: array(slot), strides } };
      }
    }
    const loop: Loop = { sizes, steps, arrays: arrays.length, ...(reduction && { reduction }) };
    const reads = arrays.filter((base) => !writes.includes(base));
    return { kind: "loop", loop, arrays, reads, writes };
  }

  /** The steps of a view along the axes of a loop; axes of one entry are repeated. */
  #access(view: View, sizes: readonly number[], array: (base: number) => number): Access {
    const lead = sizes.length - view.sizes.length;
    const strides = sizes.map((_, axis) =>
      axis < lead || view.sizes[axis - lead] === 1 ? 0 : view.strides[axis - lead],
    );
    return { array: array(view.base), strides };
  }

  #other(task: Task): Action {
    const { slot, instruction } = task;
    const views = instruction.inputs.map((input) => this.#view(input));
    const reads = views.map(({ base }) => base);
    if (instruction.op === "matmul") {
      return { kind: "product", a: views[0], b: views[1], reads, writes: [slot] };
    }
    return { kind: "move", task, reads, writes: [slot] };
  }
}
