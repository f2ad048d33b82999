// A step of a solver as a list of things to do: what it tells as expressions, cut where the dynamics
// are evaluated at other states. Every value in between is a tensor of the graph, so that the parts
// are plans like all others.

import type { Output } from "@hamlet/core";
import {
  apply,
  type EnergyGraph,
  type Entrywise,
  type Expr,
  get,
  type Index,
  indicesOf,
  makeTensor,
  mul,
  replaceGets,
  select,
  substituteIndices,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import { largestChange } from "./layers.ts";
import type {
  Groups,
  Layers,
  Memory,
  Point,
  Solve,
  Solver,
  SolverSettings,
  StepFrom,
} from "./solver.ts";

/** A value that is computed, and where it goes. */
export interface Write extends Entrywise {
  readonly into: Tensor;
}

/** What is known of a point, as tensors; in the order of the graph where there are several. */
export interface Place {
  readonly states: readonly Tensor[];
  readonly velocity: readonly Tensor[];
  readonly target: readonly Tensor[];
  readonly activations: readonly Tensor[];
  readonly mobility: readonly Tensor[];
  readonly energy: Tensor;
}

/** One thing to do. With `where`, only in batches in which that is not 0 for an example. */
export type Part =
  | { readonly kind: "compute"; readonly writes: readonly Write[] }
  | {
      readonly kind: "evaluate";
      readonly place: Place;
      /** How much later than the step begins, as a part of one. */
      readonly later: number;
      readonly where: Tensor | null;
    }
  | {
      readonly kind: "solve";
      readonly reads: readonly [Tensor, Tensor];
      readonly into: Tensor;
      readonly solve: Solve;
      readonly where: Tensor;
    };

/** A step of a solver, ready to be compiled. */
export interface TracedStep {
  /** What a step starts from, and what it leaves. */
  readonly from: Place;
  readonly memory: ReadonlyMap<string, Tensor>;
  /** Independent normal numbers for every layer, of a solver with noise. */
  readonly noise: readonly Tensor[];
  /** 1 for examples that move, 0 for those that are held. */
  readonly active: Tensor;
  /** What is remembered at the start. */
  readonly remember: readonly Write[];
  readonly parts: readonly Part[];
  /** The last part: what it writes are states and memory, held where an example is. */
  readonly finish: (masked: boolean) => readonly Write[];
  /** The activations before a step. */
  readonly before: readonly Tensor[];
  /** How far activations moved, from those `before` to those of `from`. */
  readonly change: readonly Write[];
  /** What all parts read. */
  readonly read: ReadonlySet<Tensor>;
}

/** Follows a step of a solver. */
export function traceStep(
  graph: EnergyGraph,
  solver: Solver,
  settings: SolverSettings,
  about: { readonly groups: Groups; readonly scheduled: boolean; readonly rounding: number },
): TracedStep {
  return new Trace(graph, solver, settings).trace(about);
}

class Trace {
  readonly #graph: EnergyGraph;
  readonly #solver: Solver;
  readonly #settings: SolverSettings;
  readonly #indices: readonly (readonly Index[])[];
  readonly #parts: Part[] = [];
  #writes: Write[] = [];
  #count = 0;

  constructor(graph: EnergyGraph, solver: Solver, settings: SolverSettings) {
    this.#graph = graph;
    this.#solver = solver;
    this.#settings = settings;
    this.#indices = graph.neurons.map(({ axes }) => indicesOf(axes));
  }

  trace(about: Pick<StepFrom, "groups" | "scheduled" | "rounding">): TracedStep {
    const from = this.#place("");
    const point = this.#point(from);
    const remembered = Object.entries(this.#solver.remember?.(point, this.#settings) ?? {});
    const memory = new Map(
      remembered.map(([name, { indices }]) => [name, this.#tensor(`memory ${name}`, indices)]),
    );
    const old: Memory = Object.fromEntries(
      remembered.map(([name, { indices }]) => [name, get(memory.get(name)!, indices)]),
    );
    const noise = this.#solver.noisy === true ? this.#layers("noise") : [];
    const mobility = this.#read(from.mobility);
    const active = this.#tensor("active", []);
    const {
      states,
      memory: next = {},
      refused,
    } = this.#solver.advance(
      {
        ...point,
        ...about,
        memory: old,
        noise: this.#read(noise).map((layer, i) => mul(layer, mobility[i])),
        at: (elsewhere, later, where) => this.#at(elsewhere, later, where),
        kept: (value) => this.#kept(value),
        solved: (reads, along, solve, where) => this.#solved(reads, along, solve, where),
      },
      this.#settings,
    );
    const ends = [
      ...states.map((value, i) => ({
        into: from.states[i],
        indices: this.#indices[i],
        value,
        before: point.states[i],
      })),
      ...remembered.map(([name, { indices }]) => ({
        into: memory.get(name)!,
        indices,
        value: next[name],
        before: old[name],
      })),
    ];
    const refusal = refused === undefined ? [] : [this.#write("refused", [], refused)];
    const before = this.#layers("activation before");
    const moved = largestChange({ ...point, activations: this.#read(before) }, point);
    const change = refusal.length === 0 ? moved : apply("max", moved, get(refusal[0].into));
    const finish = (masked: boolean): Write[] => {
      const last = ends.map(({ into, indices, value, before: own }) => ({
        into,
        indices,
        value: masked ? select(get(active), value, own) : value,
      }));
      const kept = [...this.#writes, ...refusal];
      return inlined([...kept, ...last], kept.length).slice(this.#writes.length);
    };
    const read = this.#readBy(finish(true));
    const parts = this.#parts.map((part) =>
      part.kind === "compute"
        ? { ...part, writes: part.writes.filter(({ into }) => read.has(into)) }
        : part,
    );
    return {
      from,
      memory,
      noise,
      active,
      remember: remembered.map(([name, entry]) => ({ ...entry, into: memory.get(name)! })),
      parts: parts.filter((part) => part.kind !== "compute" || part.writes.length > 0),
      finish,
      before,
      change: [this.#write("change", [], change)],
      read,
    };
  }

  #at(states: Layers, later: number, where?: Expr): Point {
    const place = this.#place(` ${++this.#count}`);
    const guard = where === undefined ? null : this.#leaf(where);
    states.forEach((value, i) =>
      this.#writes.push({ into: place.states[i], indices: this.#indices[i], value }),
    );
    this.#compute();
    this.#parts.push({ kind: "evaluate", place, later, where: guard });
    return this.#point(place);
  }

  #kept(value: Expr): Expr {
    const write = this.#write(`kept ${++this.#count}`, value.free, value);
    this.#writes.push(write);
    return get(write.into, write.indices);
  }

  /** The tensor that holds a value. */
  #leaf(value: Expr): Tensor {
    const leaf = value.kind === "get" ? value : this.#kept(value);
    return (leaf as Expr & { kind: "get" }).tensor;
  }

  #solved([a, b]: readonly [Entrywise, Entrywise], along: Index, solve: Solve, where: Expr): Expr {
    const n = ++this.#count;
    const reads = [
      this.#write(`left ${n}`, a.indices, a.value),
      this.#write(`right ${n}`, b.indices, b.value),
    ] as const;
    const into = this.#tensor(`solved ${n}`, [along]);
    const guard = this.#leaf(where);
    this.#writes.push(...reads);
    this.#compute();
    this.#parts.push({
      kind: "solve",
      reads: [reads[0].into, reads[1].into],
      into,
      solve,
      where: guard,
    });
    return get(into, [along]);
  }

  /** What was to be computed so far is a part. */
  #compute(): void {
    const writes = inlined(this.#writes);
    if (writes.length > 0) this.#parts.push({ kind: "compute", writes });
    this.#writes = [];
  }

  /** All that a part, the last one included, reads. */
  #readBy(last: readonly Write[]): Set<Tensor> {
    const writes = this.#parts.flatMap((part) => (part.kind === "compute" ? part.writes : []));
    const read = tensorsIn([...writes, ...last].map(({ value }) => value));
    for (const part of this.#parts) {
      if (part.kind === "evaluate") for (const state of part.place.states) read.add(state);
      if (part.kind === "solve") for (const tensor of part.reads) read.add(tensor);
      if (part.kind !== "compute" && part.where !== null) read.add(part.where);
    }
    return read;
  }

  #write(name: string, indices: readonly Index[], value: Expr): Write {
    return { into: this.#tensor(name, indices), indices, value };
  }

  #tensor(name: string, indices: readonly Index[]): Tensor {
    return makeTensor(
      name,
      "state",
      indices.map(({ dim }) => dim),
    );
  }

  #layers(name: string): Tensor[] {
    return this.#indices.map((indices, i) =>
      this.#tensor(`${name} ${this.#graph.neurons[i].name}`, indices),
    );
  }

  #place(name: string): Place {
    const { targets = false, noisy = false } = this.#solver;
    return {
      states: this.#layers(`state${name}`),
      velocity: this.#layers(`velocity${name}`),
      target: targets ? this.#layers(`target${name}`) : [],
      activations: this.#layers(`activation${name}`),
      mobility: noisy ? this.#layers(`mobility${name}`) : [],
      energy: this.#tensor(`energy${name}`, []),
    };
  }

  #point({ states, velocity, target, activations, energy }: Place): Point {
    return {
      indices: this.#indices,
      states: this.#read(states),
      velocity: this.#read(velocity),
      target: this.#read(target),
      activations: this.#read(activations),
      energy: get(energy),
    };
  }

  #read(layers: readonly Tensor[]): Layers {
    return layers.map((layer, i) => get(layer, this.#indices[i]));
  }
}

/**
 * Writes of one part: those that read what one of the first `count` writes read its expression. What
 * the others write is read as it was before.
 */
function inlined(writes: readonly Write[], count = writes.length): Write[] {
  const done = new Map<Tensor, Write>();
  return writes.map((write, n) => {
    const value = replaceGets(write.value, ({ tensor, at }) => {
      const found = done.get(tensor);
      if (found === undefined) return null;
      const moved = found.indices.some((index, axis) => at[axis] !== index);
      if (!moved) return found.value;
      return substituteIndices(
        found.value,
        new Map(found.indices.map((index, axis) => [index, at[axis]])),
      );
    });
    const own = { ...write, value };
    if (n < count) done.set(write.into, own);
    return own;
  });
}

/** Writes as what a plan computes. */
export function outputsOf(writes: readonly Write[]): Output[] {
  return writes.map(({ into, indices, value }) => ({
    name: into.name,
    value,
    indices,
    batched: true,
  }));
}
