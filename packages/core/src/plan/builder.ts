// Emits instructions, never the same one twice: equal work on equal slots is one slot.

import { HamError, type Tensor } from "@hamlet/graph";
import { type Instruction, type Op, type Stage, STAGES } from "./instruction.ts";

/** Collects instructions; see the head of this file. */
export class Builder {
  readonly instructions: Instruction[] = [];
  readonly #known = new Map<string, number>();
  readonly #inputs = new Map<Tensor, number>();

  shape(slot: number): readonly number[] {
    return this.instructions[slot].shape;
  }

  stage(slot: number): Stage {
    return this.instructions[slot].stage;
  }

  /** The slot of a tensor that is handed in when the plan runs. */
  input(tensor: Tensor, stage: Stage, shape: readonly number[]): number {
    let slot = this.#inputs.get(tensor);
    if (slot === undefined) {
      slot = this.#push({ op: "input", inputs: [], numbers: [], tensor, stage, shape });
      this.#inputs.set(tensor, slot);
    }
    return slot;
  }

  emit(
    op: Op,
    inputs: readonly number[],
    numbers: readonly number[],
    shape: readonly number[],
  ): number {
    const key = `${op}(${inputs.join()};${numbers.join()})`;
    let slot = this.#known.get(key);
    if (slot === undefined) {
      const latest = Math.max(0, ...inputs.map((input) => STAGES.indexOf(this.stage(input))));
      // How often to repeat along the batch is known only when a batch is there.
      const late = op === "time" || (op === "tile" && numbers.some((n) => n < 0));
      const stage = late ? "step" : STAGES[latest];
      slot = this.#push({ op, inputs, numbers, tensor: null, stage, shape });
      this.#known.set(key, slot);
    }
    return slot;
  }

  #push(instruction: Instruction): number {
    if (instruction.shape.length > 6) {
      throw new HamError(
        "core/too-many-axes",
        `An intermediate would have ${instruction.shape.length} axes, and TensorFlow.js stops at 6. Split the energy into parts with fewer indices.`,
      );
    }
    this.instructions.push(instruction);
    return this.instructions.length - 1;
  }
}
