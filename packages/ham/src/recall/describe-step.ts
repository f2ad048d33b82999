// A step of a recall as its programs describe it, in the order in which a run goes through them.

import { sizeOfDim, type Tensor } from "@hamlet/graph";
import type { Place, Write } from "../solvers/trace.ts";
import type { StepPart } from "./describe.ts";
import { evaluatedAt } from "./evaluated-at.ts";
import type { MotionParts, StepPrograms } from "./moving.ts";

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
