// Factors that a sum over rows does not need: Σ (f e) m = f Σ e m.
//
// The weights of a softmax are divided by their total, and those of a logarithm of a sum by that
// sum: numbers that are known when all rows are done. Behind the product, such a factor waits until
// then, and the rows are read once. The result is the same as long as the factor is an ordinary
// number, neither infinite nor far from 1, or 0 times a finite sum: that has to be looked at when it
// is known.

import { areFinite } from "../../numbers/vector.ts";
import type { Instruction } from "../../plan/instruction.ts";
import type { StageWork, Task } from "../target.ts";

/** Work whose products leave factors out, and these. */
export interface Factored {
  readonly work: StageWork;
  readonly factors: readonly Waiting[];
}

/** A factor that waits, by its slot, and the slot of the sums that it multiplies or divides. */
export interface Waiting {
  readonly op: "mul" | "div";
  readonly slot: number;
  readonly sums: number;
}

/** Sizes between which a factor is an ordinary number. */
const [SMALLEST, LARGEST] = [2 ** -40, 2 ** 40];

/** Whether a factor could be left out of some sums until the end. */
export function couldWait(op: Waiting["op"], factor: number, sums: () => Float32Array): boolean {
  const size = Math.abs(factor);
  if (SMALLEST <= size && size <= LARGEST) return true;
  // The slope where an energy is flat.
  return op === "mul" && size === 0 && areFinite(sums());
}

/** Leaves factors of the rows of a product until after it; new slots are behind the others. */
export function factored(work: StageWork): Factored {
  const factoring = new Factoring(work);
  const tasks = work.tasks.flatMap((task) => factoring.task(task));
  return {
    work: {
      ...work,
      tasks: tasks.filter(({ slot }) => !factoring.gone.has(slot)),
      instructions: factoring.instructions,
    },
    factors: factoring.factors,
  };
}

type Computed = Task["instruction"];

/** Something without its factor, as tasks still to be done. */
interface Core {
  readonly slot: number;
  readonly by: Pick<Waiting, "op" | "slot">;
  readonly tasks: readonly Task[];
  /** What is not computed any more. */
  readonly gone: readonly Task[];
}

class Factoring {
  readonly instructions: Instruction[];
  readonly factors: Waiting[] = [];
  readonly gone = new Set<number>();
  readonly #tasks: ReadonlyMap<number, Task>;
  readonly #passing: ReadonlySet<number>;

  constructor({ tasks, instructions }: StageWork) {
    this.instructions = [...instructions];
    this.#tasks = new Map(tasks.map((task) => [task.slot, task]));
    this.#passing = new Set(tasks.flatMap(({ done }) => done));
  }

  task(task: Task): Task[] {
    const { slot, instruction } = task;
    if (instruction.op !== "matmul" || instruction.shape.length !== 2) return [task];
    const [weights, matrix] = instruction.inputs;
    const core = this.#core(weights);
    if (core === null) return [task];
    const product = this.#add({ ...instruction, inputs: [core.slot, matrix] });
    const { op, slot: factor } = core.by;
    const last: Computed = { ...instruction, op, numbers: [], inputs: [product.slot, factor] };
    this.instructions[slot] = last;
    this.factors.push({ op, slot: factor, sums: product.slot });
    for (const one of core.gone) this.gone.add(one.slot);
    const done = [...core.gone, ...core.tasks, product].flatMap((one) => [one.slot, ...one.done]);
    return [...core.tasks, product, { slot, instruction: last, done: [...task.done, ...done] }];
  }

  /** A matrix without a factor of each row, if nobody else reads it. */
  #core(slot: number): Core | null {
    const task = this.#tasks.get(slot);
    const readers = this.instructions.filter(({ inputs }) => inputs.includes(slot));
    if (task === undefined || !this.#passing.has(slot) || readers.length !== 1) return null;
    const { instruction } = task;
    const { op, inputs } = instruction;
    const [a, b] = inputs;
    if (op === "div" || op === "mul") {
      if (this.#isFactor(b, instruction)) {
        return { slot: a, by: { op, slot: b }, tasks: [], gone: [task] };
      }
      if (op === "mul" && this.#isFactor(a, instruction)) {
        return { slot: b, by: { op, slot: a }, tasks: [], gone: [task] };
      }
      const left = this.#core(a);
      if (left !== null) return this.#without(task, left, [left.slot, b]);
      const right = op === "mul" ? this.#core(b) : null;
      return right && this.#without(task, right, [a, right.slot]);
    }
    if (op === "add" || op === "sub") {
      const [left, right] = [this.#core(a), this.#core(b)];
      if (left === null || right === null) return null;
      if (left.by.slot !== right.by.slot || left.by.op !== right.by.op) return null;
      const both = {
        ...left,
        tasks: [...left.tasks, ...right.tasks],
        gone: [...left.gone, ...right.gone],
      };
      return this.#without(task, both, [left.slot, right.slot]);
    }
    return null;
  }

  #without(task: Task, core: Core, inputs: readonly number[]): Core {
    const own = this.#add({ ...task.instruction, inputs });
    return { ...core, slot: own.slot, tasks: [...core.tasks, own], gone: [...core.gone, task] };
  }

  /** Whether it is one number for each row of a matrix, that is known in this stage. */
  #isFactor(slot: number, { shape }: Computed): boolean {
    const own = this.instructions[slot].shape;
    const isColumn = own.length === 2 && own[0] === shape[0] && own[1] === 1;
    return isColumn && shape[1] !== 1 && this.#tasks.has(slot);
  }

  #add(instruction: Computed): Task {
    return { slot: this.instructions.push(instruction) - 1, instruction, done: [] };
  }
}
