import { foldIn, key, normal } from "@hamlet/core";
import { makeDim, makeNeuron } from "@hamlet/graph";
import { makeEnergyGraph, makeHypergraph, synDense } from "@hamlet/ham";
import { lagrIdentity, lagrSoftmax } from "@hamlet/lagrangians";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";

const [D, L, H] = [makeDim("D", 7), makeDim("L", 8), makeDim("H", 9)];
const x = makeNeuron("x", [D], lagrIdentity);
const labels = makeNeuron("labels", [L], lagrSoftmax);
const hidden = makeNeuron("hidden", [H], lagrSoftmax);

export const graph = makeEnergyGraph({
  neurons: [x, labels, hidden],
  hypersynapses: { enc: synDense, read: synDense },
  connections: [
    [[x, hidden], "enc"],
    [[labels, hidden], "read"],
  ],
});

/** The energy before each of `steps` downhill steps from a random state. */
export function descend(steps: number, dt: number): number[] {
  using ham = makeHypergraph(graph);
  const energies: number[] = [];
  let xs: Record<string, tf.Tensor> = {
    x: tf.tensor(normal(foldIn(key(1), 0), [7])),
    labels: tf.tensor(normal(foldIn(key(1), 1), [8])),
    hidden: tf.tensor(normal(foldIn(key(1), 2), [9])),
  };
  for (let step = 0; step < steps; step++) {
    const next = tf.tidy(() => {
      const xhats = ham.activations(xs);
      energies.push(ham.energy(xhats, xs).dataSync()[0]);
      const slope = ham.dEdact(xhats, xs);
      return Object.fromEntries(
        Object.entries(xs).map(([name, state]) => [name, tf.sub(state, tf.mul(dt, slope[name]))]),
      );
    });
    tf.dispose(xs);
    xs = next;
  }
  tf.dispose(xs);
  return energies;
}
