// A compiled recall: the programs of its dynamics, of its start, and of the parts of its solver.

import {
  foldIn,
  type Inputs,
  type Key,
  makeProgram,
  type Output,
  plan,
  type Program,
} from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import { traceStep, type Write } from "../solvers/trace.ts";
import { leafOf, makeDynamics, makeStarts } from "./dynamics.ts";
import type { Engine, EngineName } from "./engine.ts";
import { EngineMoving, type MotionParts, type Moving, type StepPrograms } from "./moving.ts";
import { drawnStart } from "./start.ts";

/** What a run begins with. */
export interface Beginning {
  /** Every given, and its entries where they were read. */
  readonly givens: Inputs;
  readonly numbers: ReadonlyMap<Tensor, ArrayLike<number>>;
  readonly batch: number;
  readonly key: Key;
}

/** A compiled recall, on some engine. One run at a time. */
export interface Motion {
  readonly engine: EngineName;
  begin(options: Beginning): Moving;
  dispose(): void;
}

const STAGES = ["load", "param", "example"] as const;

/** Compiles a recall for an engine. */
export function makeMotion<Value, Given>(parts: MotionParts, engine: Engine<Value, Given>): Motion {
  return new EngineMotion(parts, engine);
}

class EngineMotion<Value, Given> implements Motion {
  readonly engine: EngineName;
  readonly #parts: MotionParts;
  readonly #engine: Engine<Value, Given>;
  readonly #starts: Program<Value, Given>;
  readonly #programs: StepPrograms<Value, Given>;
  readonly #known = new Map<readonly Write[], Program<Value, Given>>();

  constructor(parts: MotionParts, engine: Engine<Value, Given>) {
    this.engine = engine.name;
    this.#parts = parts;
    this.#engine = engine;
    const { graph, recall, setup, solver, settings, groups } = parts;
    const { target, rounding } = engine;
    const scheduled = recall.schedules.length > 0;
    const traced = traceStep(graph, solver, settings, { groups, scheduled, rounding });
    const last = [traced.finish(false), traced.finish(true)] as const;
    this.#programs = {
      traced,
      dynamics: makeDynamics(graph, recall, { sizes: setup.sizes, ...solver, target }),
      programOf: (writes) => this.#programOf(writes),
      finish: (masked) => last[Number(masked)],
    };
    this.#starts = makeStarts(recall, setup.sizes, target);
    try {
      const values = new Map(
        [...setup.values].map(([tensor, value]) => [
          tensor,
          engine.given(value, setup.numbers.get(tensor)),
        ]),
      );
      for (const program of [this.#programs.dynamics, this.#starts]) {
        program.bind("load", values);
        program.bind("param", values);
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  begin({ givens, numbers, batch, key }: Beginning): Moving {
    const { graph, recall, setup } = this.#parts;
    const { dynamics } = this.#programs;
    const own = new Map(
      [...givens].map(([tensor, value]) => [
        tensor,
        this.#engine.given(value, numbers.get(tensor)),
      ]),
    );
    dynamics.bind("example", own);
    this.#starts.bind("example", own);
    const { target } = this.#engine;
    const computed = this.#starts.step(new Map(), { batch });
    const moving = new EngineMoving(this.#parts, this.#engine, this.#programs, batch, key, () => {
      dynamics.release("example");
      this.#starts.release("example");
    });
    try {
      graph.neurons.forEach((neuron, i) => {
        const value = computed.get(neuron.name);
        if (value !== undefined) moving.put(i, target.share(value));
        else {
          const drawn = drawnStart(recall, setup, neuron, foldIn(key, i), batch);
          if (drawn !== null) moving.put(i, drawn);
        }
      });
      moving.start();
      return moving;
    } catch (error) {
      moving.dispose();
      throw error;
    } finally {
      for (const value of computed.values()) target.free(value);
    }
  }

  dispose(): void {
    this.#programs.dynamics.dispose();
    this.#starts?.dispose();
    for (const program of this.#known.values()) program.dispose();
  }

  #programOf(writes: readonly Write[]): Program<Value, Given> {
    let program = this.#known.get(writes);
    if (program === undefined) {
      const outputs = writes.map(({ into, indices, value }): Output => ({
        name: into.name,
        value,
        indices,
        batched: true,
      }));
      const { sizes } = this.#parts.setup;
      program = makeProgram(plan(outputs, { sizes, leaf: leafOf }), {
        target: this.#engine.target,
      });
      this.#known.set(writes, program);
      for (const stage of STAGES) program.bind(stage, new Map());
    }
    return program;
  }
}
