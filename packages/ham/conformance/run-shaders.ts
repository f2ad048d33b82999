// `node run-shaders.ts webgpu SAMPLES`: recalls of small models in shaders and on compiled code, and what
// the shaders took for it, as JSON.

import { foldIn, key, normal, uniform } from "@hamlet/core";
import { apply, type Expr, lit, type Recall, type Tensor } from "@hamlet/graph";
import { makeRecall, type RecallEngine } from "@hamlet/ham";
import * as tf from "@tensorflow/tfjs-core";
import { printSuite } from "../../core/conformance/node-backends.ts";
import { card } from "../../core/src/run/webgpu/card.ts";
import { changeBelow, identity, recallOf, setupOf, softmax, wired } from "../test/models.ts";
import { solverOf } from "../test/solvers/running.ts";

/** A model, and how it is recalled. */
export interface ShaderSample {
  readonly kinds: readonly (keyof typeof KINDS)[];
  readonly solver: string;
  readonly batch: number;
  readonly steps: number;
  /** Changes below which an example stops; 0 for none. */
  readonly limit: number;
  readonly seed: number;
}

/** What a recall told. */
export interface ShaderRun {
  readonly engine: RecallEngine;
  readonly states: readonly number[];
  readonly energies: readonly (readonly number[])[];
  readonly endings: readonly (readonly [ending: string, steps: number])[];
}

/** The runs of one sample. */
export interface ShaderRuns {
  readonly shaders: ShaderRun;
  /** The same where activations are kept, so that no step is sent ahead. */
  readonly recorded: ShaderRun;
  readonly compiled: ShaderRun;
  /** Dispatches of a second run, and of one that is recorded. */
  readonly dispatches: number;
  readonly recordedDispatches: number;
  /** Tensors and bytes that were not there before. */
  readonly tensors: number;
  readonly bytes: number;
}

const tanh = { ...identity, name: "tanh", value: (x: Expr) => apply("logcosh", x) };
const KINDS = { identity, softmax, tanh };

let dispatches = 0;

/** Counts the dispatches of the device. */
function count(): void {
  const { prototype } = (globalThis as unknown as { GPUComputePassEncoder: { prototype: object } })
    .GPUComputePassEncoder;
  const own = prototype as { dispatchWorkgroups: (...sizes: number[]) => void };
  const { dispatchWorkgroups } = own;
  own.dispatchWorkgroups = function (...sizes) {
    dispatches++;
    dispatchWorkgroups.apply(this, sizes);
  };
}

async function runs({ kinds, solver, batch, steps, limit, seed }: ShaderSample) {
  const { graph, layers, starts, weights } = wired(
    kinds.map((kind) => KINDS[kind]),
    kinds.slice(1).map((_, n) => [n, n + 1] as const),
  );
  const values = new Map<Tensor, ArrayLike<number>>(
    weights.map((weight, n) => [
      weight,
      uniform(foldIn(key(seed), n), [9], { min: -0.3, max: 0.3 }),
    ]),
  );
  const options: Record<string, number> =
    solver === "langevin" ? { dt: 0.2, temperature: 0.3 } : { dt: 0.2 };
  const run = async (engine: RecallEngine | undefined, more: Partial<Recall>, times = 1) => {
    const setup = { ...setupOf(values), ...(engine && { engine }) };
    const recall = recallOf(
      layers.map((layer, n) => [layer, starts[n]] as const),
      {
        solver: solverOf(solver, solver === "adaptive" ? {} : options),
        steps: lit(steps),
        stop: limit > 0 ? changeBelow(limit) : null,
        ...more,
      },
    );
    const givens = new Map(
      starts.map((tensor, n) => [
        tensor,
        tf.tensor2d(normal(foldIn(key(seed), 9 + n), [batch, 3]), [batch, 3]),
      ]),
    );
    using compiled = makeRecall(graph, recall, setup);
    let told: ShaderRun | undefined;
    for (let n = 0; n < times; n++) {
      dispatches = 0;
      using result = await compiled.run({ givens, key: key(seed) });
      const states = await Promise.all([...result.states.values()].map((state) => state.data()));
      told = {
        engine: result.engine,
        states: states.flatMap((state) => [...state]),
        energies: result.energies.map((all) => [...all]),
        endings: result.outcomes.map(({ ending, steps: taken }) => [ending, taken] as const),
      };
    }
    tf.dispose([...setup.values.values(), ...givens.values()]);
    return told!;
  };
  const [tensors, bytes] = [tf.memory().numTensors, card().taken];
  // Without an engine: shaders are what WebGPU chooses.
  const shaders = await run(undefined, {}, 2);
  const own = dispatches;
  const recorded = await run("webgpu", { record: [{ name: layers[0].name, every: 1 }] });
  const recordedDispatches = dispatches;
  const compiled = await run("simd", {});
  return {
    shaders,
    recorded,
    compiled,
    dispatches: own,
    recordedDispatches,
    tensors: tf.memory().numTensors - tensors,
    bytes: card().taken - bytes,
  };
}

await printSuite(async (_, samples) => {
  count();
  const found: ShaderRuns[] = [];
  for (const sample of samples as ShaderSample[]) found.push(await runs(sample));
  return found;
});
