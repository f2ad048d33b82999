// A gradient by params, added up in registers.

import type { Register, WiredStep } from "@hamlet/core";
import { add, type Dim, get, indicesOf, lit, makeTensor, mul, type Tensor } from "@hamlet/graph";
import type { Engine, Entries } from "../recall/engine.ts";
import { RegisterFile } from "../recall/register-file.ts";
import type { Write } from "../solvers/trace.ts";
import { wirePlan } from "./wired-plan.ts";

/** The gradient of a minibatch. Owns its registers. */
export class Slopes<Value, Given> {
  readonly #engine: Engine<Value, Given>;
  /** By param: what was added up, and what comes next. */
  readonly #sums: RegisterFile<Value, Given>;
  readonly #parts: RegisterFile<Value, Given>;
  readonly #partOf = new Map<Tensor, Tensor>();
  readonly #known = new Set<Tensor>();
  readonly #adding = new Map<string, WiredStep>();

  constructor(engine: Engine<Value, Given>, sizes: ReadonlyMap<Dim, number>) {
    this.#engine = engine;
    this.#sums = new RegisterFile(engine, sizes, null);
    this.#parts = new RegisterFile(engine, sizes, null);
  }

  /** The params that something was ever added to; the others have no gradient. */
  get params(): ReadonlySet<Tensor> {
    return this.#known;
  }

  /** The sum of a param, for whoever adds it up by himself. */
  sum(param: Tensor): Register<Value> {
    this.#known.add(param);
    return this.#sums.of(param);
  }

  /** Where the next slope of a param is left. */
  part(param: Tensor): Register<Value> {
    return this.#parts.of(this.#part(param));
  }

  clear(): void {
    for (const param of this.#known) this.#sums.fill(param, null);
  }

  /** Adds what was left for some params, times a factor. */
  add(params: readonly Tensor[], factor: number): void {
    if (params.length === 0) return;
    const name = [factor, ...params.map((param) => param.name)].join("\n");
    let adding = this.#adding.get(name);
    if (adding === undefined) {
      adding = this.#wire(params, factor);
      this.#adding.set(name, adding);
    }
    adding.run();
  }

  /** The sums by param. */
  async read(): Promise<Map<Tensor, Entries>> {
    const params = [...this.#known];
    const read = await this.#engine.read(params.map((param) => this.#sums.of(param).value));
    return new Map(params.map((param, n) => [param, read[n]]));
  }

  dispose(): void {
    for (const adding of this.#adding.values()) adding.dispose();
    this.#adding.clear();
    this.#sums.free();
    this.#parts.free();
  }

  #part(param: Tensor): Tensor {
    let part = this.#partOf.get(param);
    if (part === undefined) {
      part = makeTensor(`part of ${param.name}`, "param", param.axes);
      this.#partOf.set(param, part);
    }
    return part;
  }

  #wire(params: readonly Tensor[], factor: number): WiredStep {
    const parts = new Set(params.map((param) => this.#part(param)));
    const writes = params.map((param): Write => {
      const indices = indicesOf(param.axes);
      const part = mul(lit(factor), get(this.#part(param), indices));
      return { into: param, indices, value: add(get(param, indices), part) };
    });
    return wirePlan(this.#engine, writes, {
      sizes: this.#sums.sizes,
      registerOf: (tensor) => (parts.has(tensor) ? this.#parts.of(tensor) : this.sum(tensor)),
    });
  }
}
