// Which memory a model is: patterns under a softmax, found by what the model does with a few of them.

import { type ArrayData, atOnce, key, normal } from "@hamlet/core";
import { addPatterns, emptySoftmaxPart } from "@hamlet/core/numbers";
import { evaluateScalar, makeClosures, type Recall, RECALL_QUANTITIES } from "@hamlet/graph";
import type { Model } from "@hamlet/model";
import { CommandError, EXIT } from "../exit.ts";
import { descend, type Descended, type SoftmaxForm, type Starts } from "./descend.ts";

/** Patterns of the model that is looked at. */
const FEW = 4;

/**
 * A few patterns between which no inverse temperature of the model decides, so that each shows.
 */
export function probePatterns(width: number, scale = 1): Probe {
  const data = normal(key(24), [FEW, width]).map((x) => (scale * x) / Math.sqrt(width));
  return { shape: [FEW, width], dtype: "float32", data };
}

/** Patterns as an array file has them. */
interface Probe extends ArrayData {
  readonly data: Float32Array;
}

/** The numbers of the model that may be its inverse temperature, and the scale that shows which. */
export function candidatesOf(model: Model, { queries, width }: Starts) {
  const consts = model.graph.tensors.filter(
    ({ kind, axes }) => (kind === "const" || kind === "param") && axes.length === 0,
  );
  const betas = [...new Set([1, ...consts.map(({ name }) => model.entries(name).data[0])])].filter(
    (beta) => beta > 0,
  );
  const norm = Math.sqrt(queries.reduce((sum, x) => sum + x * x, 0) / (queries.length / width));
  return { betas, scale: 1 / (Math.max(...betas) * Math.max(norm, 1e-3)) };
}

/** Where examples start, which has to be a given as it is. */
export function startsOf(model: Model, recall: Recall): Starts {
  const [neuron] = model.graph.neurons;
  const [start] = recall.starts;
  const isPlain =
    model.graph.neurons.length === 1 &&
    recall.solver.name === "euler" &&
    recall.clamps.length === 0 &&
    recall.schedules.length === 0 &&
    recall.record.length === 0 &&
    start?.from === "value" &&
    start.value.kind === "get" &&
    start.value.tensor.kind === "given";
  if (!isPlain) throw unlike(recall, "an euler recall of one layer that starts at a given");
  const width = neuron.axes.reduce((size, axis) => size * model.sizes.get(axis)!, 1);
  return { queries: Float64Array.from(model.entries(start.value.tensor.name).data), width };
}

/**
 * Finds the memory that does what the model does with a few patterns: the same states, energies and steps.
 * @throws CommandError for a model that is another.
 */
export async function formOf(
  model: Model,
  recall: Recall,
  { starts, betas, patterns }: { starts: Starts; betas: readonly number[]; patterns: Float64Array },
): Promise<SoftmaxForm> {
  const tensors = new Map(
    model.graph.tensors
      .filter(({ kind, axes }) => kind === "const" && axes.length === 0)
      .map((tensor) => [tensor, model.entries(tensor.name).data] as const),
  );
  const space = { sizes: model.sizes, tensors };
  const plain = {
    neuron: model.graph.neurons[0],
    dt: evaluateScalar(recall.solver.options.get("dt")!, space),
    steps: evaluateScalar(recall.steps, space),
    stop: stopOf(recall, space),
  };
  using wanted = await model.recall({ recall: recall.name, engine: "float64" });
  const states = await wanted.activations.get(plain.neuron)!.data();
  for (const similarity of ["dot", "euclidean"] as const) {
    for (const beta of betas) {
      const form = { ...plain, similarity, beta };
      const found = await descend(form, starts, {
        ask(asked) {
          const part = emptySoftmaxPart(asked);
          atOnce(addPatterns(part, patterns, asked));
          return Promise.resolve(part);
        },
      });
      if (isSame(found, { states, energies: wanted.energies })) return form;
    }
  }
  throw unlike(recall, "a log-sum-exp of ⟨ξ, v⟩, or of −½ |v − ξ|² with leak = off");
}

interface Wanted {
  readonly states: ArrayLike<number>;
  readonly energies: readonly Float64Array[];
}

/** States of a result are float32. */
const CLOSE = 1e-6;

function isSame({ states, energies }: Descended, wanted: Wanted): boolean {
  const are = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    a.length === b.length &&
    Array.from(a).every((x, i) => Math.abs(x - b[i]) <= CLOSE * (1 + Math.abs(x)));
  return (
    energies.length === wanted.energies.length &&
    are(states, wanted.states) &&
    energies.every((energy, step) => are(energy, wanted.energies[step]))
  );
}

function stopOf({ stop }: Recall, space: Parameters<typeof makeClosures>[0]): SoftmaxForm["stop"] {
  if (stop === null) return () => false;
  const { change, energy, step, settled } = RECALL_QUANTITIES;
  const now = new Map(
    [change, energy, step, settled].map((tensor) => [tensor, new Float64Array(1)]),
  );
  const holds = makeClosures({ ...space, tensors: new Map([...space.tensors, ...now]) }).compile(
    stop,
  );
  return (reached) => {
    now.get(change)![0] = reached.change;
    now.get(energy)![0] = reached.energy;
    now.get(step)![0] = reached.step;
    now.get(settled)![0] = Number(reached.change === 0);
    return holds() !== 0;
  };
}

function unlike({ name }: Recall, expected: string): CommandError {
  return new CommandError(
    EXIT.usage,
    `--shards: expected ${expected}, and the recall "${name}" of this model is another. What needs more of its patterns than a softmax over them is run without --shards.`,
  );
}
