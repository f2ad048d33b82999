// What a step of a recall consists of, and where it runs.

import type { Part } from "@hamlet/core";
import { type Neuron, sizeOfDim, type Tensor } from "@hamlet/graph";
import type { Place, Write } from "../solvers/trace.ts";
import { activationName, ENERGY, mobilityName, targetName, velocityName } from "./dynamics.ts";
import type { RecallEngine } from "./engine.ts";
import type { MotionParts, StepPrograms } from "./moving.ts";

/** A part of a step; `host` is what no plan computes: draws of noise, small least squares. */
export interface StepPart extends Omit<Part, "kind"> {
  readonly kind: Part["kind"] | "host";
  /** The step of the solver, the dynamics at a point, or how far a step went. */
  readonly of: "solver" | "dynamics" | "change";
}

/** Where a recall runs, and the parts of a step. */
export interface RecallDescription {
  readonly engine: RecallEngine;
  /** Why there. */
  readonly why: string;
  /** In the order they run; none where units flip one by one, of which no plan is made. */
  readonly parts: readonly StepPart[];
}

/** What an evaluation of the dynamics writes, by name; where `wanted` is given, no more than that. */
export function evaluatedAt(
  { velocity, target, mobility, activations, energy }: Place,
  neurons: readonly Neuron[],
  wanted: ReadonlySet<Tensor> | null,
): Map<string, Tensor> {
  const outputs = new Map<string, Tensor>();
  const add = (name: string, tensor: Tensor | undefined) => {
    if (tensor !== undefined && wanted?.has(tensor) !== false) outputs.set(name, tensor);
  };
  neurons.forEach((neuron, i) => {
    add(velocityName(neuron), velocity[i]);
    add(targetName(neuron), target[i]);
    add(mobilityName(neuron), mobility[i]);
    add(activationName(neuron), activations[i]);
  });
  add(ENERGY, energy);
  return outputs;
}

/** The parts of a step in which no example is held. */
export function describeStep<Value, Given>(
  { graph, setup }: Pick<MotionParts, "graph" | "setup">,
  { traced, dynamics, programOf, finish }: StepPrograms<Value, Given>,
  batch: number,
): StepPart[] {
  const array = ({ name, axes }: Tensor) => ({
    name,
    shape: [batch, ...axes.map((dim) => sizeOfDim(dim, setup))],
  });
  const host = (op: string, reads: readonly Tensor[], writes: readonly Tensor[]): StepPart => ({
    of: "solver",
    kind: "host",
    ops: [op],
    reads: reads.map(array),
    writes: writes.map(array),
    bytes: 0,
    flops: 0,
    functions: 0,
  });
  const computed = (of: StepPart["of"], writes: readonly Write[]): StepPart[] =>
    programOf(writes)
      .describe({ batch })
      .map((part) => ({ of, ...part }));
  const evaluated = (place: Place, wanted: ReadonlySet<Tensor> | null): StepPart[] =>
    dynamics
      .describe({ batch, outputs: [...evaluatedAt(place, graph.neurons, wanted).keys()] })
      .map((part) => ({ of: "dynamics", ...part }));
  return [
    ...(traced.noise.length === 0 ? [] : [host("normal", [], traced.noise)]),
    ...traced.parts.flatMap((part) => {
      switch (part.kind) {
        case "compute":
          return computed("solver", part.writes);
        case "evaluate":
          return evaluated(part.place, traced.read);
        case "solve":
          return host("least squares", part.reads, [part.into]);
      }
    }),
    ...computed("solver", finish(false)),
    ...evaluated(traced.from, null),
    ...computed("change", traced.change),
  ];
}
