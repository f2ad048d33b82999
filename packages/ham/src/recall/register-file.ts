// Registers by the tensors that they stand for, each made when somebody asks for it first.

import type { Register } from "@hamlet/core";
import { type Dim, sizeOfDim, type Tensor } from "@hamlet/graph";
import type { Engine } from "./engine.ts";

/** Registers on an engine, of one batch size; null where nothing has a batch axis. */
export class RegisterFile<Value, Given> {
  readonly batch: number | null;
  readonly #engine: Engine<Value, Given>;
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly #registers = new Map<Tensor, Register<Value>>();

  constructor(engine: Engine<Value, Given>, sizes: ReadonlyMap<Dim, number>, batch: number | null) {
    this.#engine = engine;
    this.sizes = sizes;
    this.batch = batch;
  }

  /** The register of a tensor; at first it holds zeros. */
  of(tensor: Tensor): Register<Value> {
    let register = this.#registers.get(tensor);
    if (register === undefined) {
      register = { value: this.#made(tensor, null) };
      this.#registers.set(tensor, register);
    }
    return register;
  }

  /** Other numbers for a tensor; null for zeros. */
  fill(tensor: Tensor, numbers: ArrayLike<number> | null): void {
    const register = this.of(tensor);
    register.value = this.#engine.target.replace(register.value, this.#made(tensor, numbers));
  }

  /** The values of tensors that are given these numbers. */
  filled(all: ReadonlyMap<Tensor, ArrayLike<number>>): Map<Tensor, Value> {
    for (const [tensor, numbers] of all) this.fill(tensor, numbers);
    return new Map([...all.keys()].map((tensor) => [tensor, this.of(tensor).value]));
  }

  /** Gives a tensor what another holds. */
  copy(from: Tensor, to: Tensor): void {
    const { target } = this.#engine;
    const [source, register] = [this.of(from), this.of(to)];
    register.value = target.replace(register.value, target.share(source.value));
  }

  /** Gives a tensor a value, which becomes the register's. */
  put(tensor: Tensor, value: Value): void {
    const register = this.of(tensor);
    register.value = this.#engine.target.replace(register.value, value);
  }

  shapeOf({ axes }: Tensor): number[] {
    const lead = this.batch === null ? [] : [this.batch];
    return [...lead, ...axes.map((dim) => sizeOfDim(dim, { sizes: this.sizes }))];
  }

  free(): void {
    for (const { value } of this.#registers.values()) this.#engine.target.free(value);
    this.#registers.clear();
  }

  #made(tensor: Tensor, numbers: ArrayLike<number> | null): Value {
    const shape = this.shapeOf(tensor);
    const entries = numbers ?? new Float32Array(shape.reduce((total, n) => total * n, 1));
    return this.#engine.make(entries, shape, tensor);
  }
}
