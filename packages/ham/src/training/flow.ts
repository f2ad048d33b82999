// A recall as plans between registers, for one minibatch at a time.

import {
  foldIn,
  type Key,
  makeProgram,
  makeTurn,
  type Output,
  plan,
  type Program,
  type Register,
  type Registers,
  type Turn,
  type WiredStep,
} from "@hamlet/core";
import { invariant, type Tensor } from "@hamlet/graph";
import { leafOf, makeStarts } from "../recall/dynamics.ts";
import type { Engine, Entries } from "../recall/engine.ts";
import { type Held, hold } from "../recall/held.ts";
import type { RecallSetup } from "../recall/recall.ts";
import { RegisterFile } from "../recall/register-file.ts";
import { drawnStart } from "../recall/start.ts";
import { outputsOf, type Write } from "../solvers/trace.ts";
import type { Layers } from "./layers.ts";
import type { GradientParts } from "./loss-gradient.ts";
import type { Minibatch } from "./minibatch.ts";
import { layerName, NUMBER, paramName, Pullbacks } from "./pullback.ts";
import type { Weights } from "./weights.ts";

/** Something that is done between registers, at a time of the schedule. */
export type Call = (time?: number) => void;

type Between<Value> = Omit<Registers<Value>, "batch">;

/** What belongs to one batch size. */
interface Lane<Value, Given> {
  readonly registers: RegisterFile<Value, Given>;
  /** Stages that are computed again for every minibatch, in order. */
  readonly stages: WiredStep[];
  readonly steps: WiredStep[];
  readonly ready: Set<Program<Value, Given>>;
  readonly calls: Map<object, unknown>;
}

/**
 * The functions of a training, as calls between registers. Programs are made when they are first
 * needed, and wired anew where a minibatch has another size.
 */
export class Flow<Value, Given> {
  readonly engine: Engine<Value, Given>;
  readonly #parts: GradientParts<Value, Given>;
  readonly #setup: RecallSetup;
  readonly #weights: Weights<Value, Given>;
  readonly #pullbacks: Pullbacks;
  readonly #held: Held<Value>;
  readonly #programs = new Map<object | string, Program<Value, Given>>();
  #lane: Lane<Value, Given> | null = null;
  #givens: readonly Tensor[] = [];
  #key: Key | null = null;
  #turn: Turn = makeTurn();

  constructor(parts: GradientParts<Value, Given>) {
    const { setup, weights, engine } = parts;
    this.engine = engine;
    this.#parts = parts;
    this.#setup = setup;
    this.#weights = weights;
    this.#pullbacks = new Pullbacks(parts);
    const still = [...setup.values].filter(([tensor]) => !weights.registers.has(tensor));
    this.#held = hold(engine, new Map(still), { ...setup, batch: 1 });
  }

  /** Takes givens for all that follows, with the params as they are now. */
  bind({ givens, batch, key, turn }: Minibatch): void {
    this.#key = key;
    this.#turn = turn ?? makeTurn();
    const known = [...givens.keys()];
    const isSame = known.every((given) => this.#givens.includes(given));
    if (this.#lane?.registers.batch !== batch || !isSame) this.#drop();
    this.#givens = known;
    const { registers, stages } = this.#now(batch);
    for (const [tensor, { data }] of givens) registers.fill(tensor, data);
    for (const stage of stages) stage.run();
  }

  get batch(): number {
    return this.#now().registers.batch!;
  }

  /** To be awaited, where it is something, between the steps of a recall and of what follows. */
  get turn(): Turn {
    return this.#turn;
  }

  /** What somebody wires once for a batch size. */
  wired<Calls>(of: object, wire: () => Calls): Calls {
    const { calls } = this.#now();
    if (!calls.has(of)) calls.set(of, wire());
    return calls.get(of) as Calls;
  }

  fill(tensor: Tensor, numbers: ArrayLike<number> | null): void {
    this.#now().registers.fill(tensor, numbers);
  }

  /** The number of entries of a tensor, for one example. */
  sizeOf(tensor: Tensor): number {
    const [, ...sizes] = this.#now().registers.shapeOf(tensor);
    return sizes.reduce((total, n) => total * n, 1);
  }

  copy(from: Layers, to: Layers): void {
    from.forEach((tensor, i) => this.#now().registers.copy(tensor, to[i]));
  }

  /** Entries of tensors, as arrays of their own. */
  read(tensors: readonly Tensor[]): Entries[] | Promise<Entries[]> {
    return this.engine.read(tensors.map((tensor) => this.#of(tensor).value));
  }

  /** The means over the examples. */
  async means(tensors: readonly Tensor[]): Promise<number[]> {
    const read = await this.read(tensors);
    return read.map((entries) => {
      let total = 0;
      for (const entry of entries) total += entry;
      return total / this.batch;
    });
  }

  /** Goes to the states before the first step. */
  start(states: Layers): void {
    const { graph, recall } = this.#parts;
    const { neurons } = graph;
    const isComputed = new Set(
      recall.starts.flatMap(({ from, neuron }) => (from === "value" ? [neuron] : [])),
    );
    const compute = this.wired(states, () => {
      const { sizes } = this.#setup;
      const make = () => makeStarts(recall, sizes, this.engine.target);
      const to = neurons.map((neuron, i) => [neuron, this.#of(states[i])] as const);
      const computed = to.filter(([neuron]) => isComputed.has(neuron));
      const outputs = new Map(computed.map(([{ name }, register]) => [name, register]));
      return this.#wire("start", make, { inputs: new Map(), outputs });
    });
    compute();
    neurons.forEach((neuron, i) => {
      if (isComputed.has(neuron)) return;
      const key = foldIn(this.#key!, i);
      this.fill(states[i], drawnStart(recall, this.#setup, neuron, { key, batch: this.batch }));
    });
  }

  /** `dx/dt` by layer. `more` are further inputs of the graph. */
  velocity(states: Layers, into: Layers, more: readonly Tensor[] = []): Call {
    const outputs = () => this.#pullbacks.velocity();
    return this.#call("velocity", outputs, this.#at(states, more), this.#layers(into));
  }

  /** `cotangentᵀ ∂(dx/dt)` at some states; that by params is added up, unless only states are wanted. */
  pullVelocity(
    states: Layers,
    cotangent: Layers,
    into: Layers,
    { withParams = true }: { readonly withParams?: boolean } = {},
  ): Call {
    const inputs = new Map([...this.#at(states), ...this.#cotangents(cotangent)]);
    const outputs = () => this.#pullbacks.ofVelocity();
    const to = this.#layers(into);
    if (!withParams) return this.#call("of velocity", outputs, inputs, to);
    return this.#pull("of velocity", outputs, inputs, to);
  }

  /** `cotangentᵀ ∂x₀` by params. */
  pullStart(cotangent: Layers): Call {
    const inputs = this.#cotangents(cotangent);
    return this.#pull("of start", () => this.#pullbacks.ofStart(), inputs, new Map());
  }

  /** The loss of every example, `[B]`. */
  loss(states: Layers, into: Tensor): Call {
    const outputs = () => this.#pullbacks.loss();
    return this.#call("loss", outputs, this.#at(states), this.#number(into));
  }

  /** The metrics of every example, `[B]` each, in the order of the training. */
  metrics(states: Layers, into: readonly Tensor[]): Call {
    const { metrics = [] } = this.#parts;
    const to = new Map(metrics.map(({ name }, i) => [name, this.#of(into[i])]));
    if (to.size === 0) return () => undefined;
    return this.#call("metrics", () => this.#pullbacks.metrics(), this.#at(states), to);
  }

  /** The loss of every example, and the slopes of their sum. */
  pullLoss(states: Layers, loss: Tensor, into: Layers): Call {
    const outputs = () => this.#pullbacks.ofLoss();
    const to = new Map([...this.#layers(into), ...this.#number(loss)]);
    return this.#pull("of loss", outputs, this.#at(states), to);
  }

  /** The slopes of the energy, those by params times a factor. */
  pullEnergy(states: Layers, into: Layers, more: readonly Tensor[], factor: number): Call {
    const outputs = () => this.#pullbacks.ofEnergy();
    const inputs = this.#at(states, more);
    return this.#pull("of energy", outputs, inputs, this.#layers(into), factor);
  }

  /** 1 for units that move at the end of the recall, 0 for those that a clamp holds. */
  free(states: Layers, into: Layers): Call {
    const outputs = () => this.#pullbacks.free();
    return this.#call("free", outputs, this.#at(states), this.#layers(into));
  }

  /** What a stop condition asks for: the activations, and the energy of every example. */
  watch(states: Layers, activations: Layers, energy: Tensor): Call {
    const outputs = () => this.#pullbacks.watch();
    const to = new Map([...this.#layers(activations), ...this.#number(energy)]);
    return this.#call("watch", outputs, this.#at(states), to);
  }

  /** What is computed from other tensors of the flow. */
  compute(writes: readonly Write[], read: readonly Tensor[]): Call {
    const inputs = new Map(read.map((tensor) => [tensor, this.#of(tensor)]));
    const to = new Map(writes.map(({ into }) => [into.name, this.#of(into)]));
    return this.#call(writes, () => outputsOf(writes), inputs, to);
  }

  dispose(): void {
    this.#drop();
    for (const program of this.#programs.values()) program.dispose();
    this.#programs.clear();
    this.#held.free();
  }

  #now(batch?: number): Lane<Value, Given> {
    if (this.#lane === null) {
      invariant(batch !== undefined, "a minibatch is bound before anything is computed");
      const registers = new RegisterFile(this.engine, this.#setup.sizes, batch);
      const [stages, steps]: WiredStep[][] = [[], []];
      this.#lane = { registers, stages, steps, ready: new Set(), calls: new Map() };
    }
    return this.#lane;
  }

  #drop(): void {
    if (this.#lane === null) return;
    const { registers, stages, steps } = this.#lane;
    for (const wired of [...steps, ...stages]) wired.dispose();
    for (const program of this.#programs.values()) program.release("param");
    registers.free();
    this.#lane = null;
  }

  #of(tensor: Tensor): Register<Value> {
    return this.#now().registers.of(tensor);
  }

  #call(
    of: object | string,
    outputs: () => readonly Output[],
    inputs: Between<Value>["inputs"],
    to: Between<Value>["outputs"],
  ): Call {
    const { sizes } = this.#setup;
    const { target } = this.engine;
    const make = () => makeProgram(plan(outputs(), { sizes, leaf: leafOf }), { target });
    return this.#wire(of, make, { inputs, outputs: to });
  }

  #wire(of: object | string, make: () => Program<Value, Given>, between: Between<Value>): Call {
    const step = this.#program(of, make).wire({ ...between, batch: this.batch });
    this.#now().steps.push(step);
    return (time) => step.run(time);
  }

  /** A call whose slopes by params are added up. */
  #pull(
    of: string,
    outputs: () => readonly Output[],
    inputs: Between<Value>["inputs"],
    to: Between<Value>["outputs"],
    factor = 1,
  ): Call {
    const { slopes } = this.#weights;
    const all = outputs();
    const names = new Set(all.map(({ name }) => name));
    const params = this.#parts.params.filter((param) => names.has(paramName(param)));
    if (all.length === 0) return () => undefined;
    const parts = params.map((param) => [paramName(param), slopes.part(param)] as const);
    const call = this.#call(of, () => all, inputs, new Map([...to, ...parts]));
    return (time) => {
      call(time);
      slopes.add(params, factor);
    };
  }

  #program(of: object | string, make: () => Program<Value, Given>): Program<Value, Given> {
    let program = this.#programs.get(of);
    if (program === undefined) {
      program = make();
      this.#programs.set(of, program);
      program.bind("load", this.#held.values);
    }
    const { ready, stages, registers } = this.#now();
    if (!ready.has(program)) {
      const batch = registers.batch!;
      const still = [...this.#held.values].map(([tensor, value]) => [tensor, { value }] as const);
      const params = new Map([...still, ...this.#weights.registers]);
      const givens = new Map(this.#givens.map((tensor) => [tensor, registers.of(tensor)]));
      if (program.has("param")) stages.push(program.wireStage("param", { inputs: params, batch }));
      if (program.has("example")) {
        stages.push(program.wireStage("example", { inputs: givens, batch }));
      }
      ready.add(program);
    }
    return program;
  }

  #at(states: Layers, more: readonly Tensor[] = []): Map<Tensor, Register<Value>> {
    const { neurons } = this.#parts.graph;
    return new Map([
      ...neurons.map(({ state }, i) => [state, this.#of(states[i])] as const),
      ...more.map((tensor) => [tensor, this.#of(tensor)] as const),
    ]);
  }

  #cotangents(layers: Layers): Map<Tensor, Register<Value>> {
    return new Map(this.#pullbacks.cotangents.map((tensor, i) => [tensor, this.#of(layers[i])]));
  }

  #layers(into: Layers): Map<string, Register<Value>> {
    const { neurons } = this.#parts.graph;
    return new Map(neurons.map((neuron, i) => [layerName(neuron), this.#of(into[i])]));
  }

  #number(into: Tensor): Map<string, Register<Value>> {
    return new Map([[NUMBER, this.#of(into)]]);
  }
}
