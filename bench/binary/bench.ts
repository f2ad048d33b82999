// Asynchronous recall of all 1024 icons: D = 2304, K = 1024, 16 000 proposals, a batch of 100.
//
// Naive proposals are so slow that a few are timed and the rest is multiplied. Where JAX is present
// (HAMLET_PYTHON names its Python, default python3) the scan of scan.py runs in the same rounds.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { foldIn, key, randint, readArrayFile, uniform } from "../../packages/core/src/index.ts";
import { loadModel } from "../../packages/model/src/index.ts";
import { medians, printTable, seconds } from "../compare.ts";
import { hasLibrary, printed } from "../python.ts";
import type * as plainWays from "./plain.ts";

const [D, K, PROPOSALS, BATCH, ROUNDS] = [2304, 1024, 16_000, 100, 5];
const ICONS = join(import.meta.dirname, "../../examples/data/icons.npz");

/** The energies: as `.ham`, and as a function of one overlap. */
const ENERGIES = {
  quadratic: {
    ham: "-1/2 * sum[m] overlap_with[m]^2",
    F: (x: number) => x * x,
    outer: (sum: number) => sum / 2,
  },
  "rectified power 10": {
    ham: `-1/10 * sum[m] relu(overlap_with[m] / ${D})^10`,
    F: (x: number) => Math.max(x / D, 0) ** 10,
    outer: (sum: number) => sum / 10,
  },
  "log-sum-exp": {
    ham: "-1/0.1 * logsumexp[m] 0.1 * overlap_with[m]",
    F: (x: number) => Math.exp(0.1 * x),
    outer: (sum: number) => 10 * Math.log(sum),
  },
};

const textOf = (energy: string) => `ham 1
dim K = ${K}
dim H, W
data xi: sign[K, H, W] from "icons.npz#images" take K
given query: sign[H, W]
neuron v: [H, W] as sign
let overlap_with[m] = sum[y, x] xi[m, y, x] * v[y, x]
energy memory = ${energy}
recall settle {
  start v = query
  solver = async(order = random)
  steps = ${PROPOSALS}
  record energy every ${PROPOSALS}
}
`;

await tf.setBackend("cpu");
const bytes = readFileSync(ICONS);
const icons = readArrayFile("icons.npz#images", bytes).data;
const patterns = Array.from({ length: K }, (_, k) =>
  Float64Array.from({ length: D }, (__, i) => (icons[k * D + i] === 0 ? -1 : 1)),
);
const queries = Array.from({ length: BATCH }, (_, b) => {
  const draws = uniform(foldIn(key(1), b), D);
  return patterns[b].map((sign, i) => (draws[i] < 0.2 ? -sign : sign));
});
const query = {
  shape: [BATCH, 48, 48],
  data: Float32Array.from(queries.flatMap((one) => [...one])),
};
const visits = Int32Array.from(randint(key(2), PROPOSALS, 0, D));

/** Seconds a proposal with a slower way, from as many as take about a second. */
function timed(
  run: typeof plainWays.naive,
  plain: plainWays.Plain,
  proposals: number,
): () => Promise<number> {
  return async () => {
    const state = queries[0].slice();
    return (await seconds(() => run(plain, state, visits.subarray(0, proposals)))) / proposals;
  };
}

for (const [name, { ham, F, outer }] of Object.entries(ENERGIES)) {
  const files = { read: () => Promise.resolve(new Uint8Array(bytes)) };
  using model = await loadModel({ name: "icons.ham", text: textOf(ham) }, { files });
  using compiled = model.compileRecall();
  const tensor = model.graph.tensors.find((one) => one.name === "query")!;
  using given = {
    value: tf.tensor(query.data, query.shape),
    [Symbol.dispose]() {
      this.value.dispose();
    },
  };
  // A module of its own for every energy, so that the compiler knows F as well as if it stood there.
  const ways = (await import(`./plain.ts?${name}`)) as typeof plainWays;
  const plain = { patterns, F, outer };
  const results = await medians(
    {
      "ham recall": async () => {
        const began = performance.now();
        using result = await compiled.run({ givens: new Map([[tensor, given.value]]) });
        const made = result.outcomes.reduce((total, { steps }) => total + steps, 0);
        return (performance.now() - began) / 1000 / made;
      },
      "incremental, plain TypeScript": timed(ways.incremental, plain, PROPOSALS),
      "naive, plain TypeScript": timed(ways.naive, plain, 100),
      ...(hasLibrary("jax") && {
        "JAX scan": () => printed([join(import.meta.dirname, "scan.py"), ICONS, name])[0],
      }),
    },
    ROUNDS,
  );
  printTable(`binary recall, ${name}: one proposal of one query (D = ${D}, K = ${K})`, results);
  const { "ham recall": ours } = results;
  console.log(
    `\n${PROPOSALS} proposals of ${BATCH} queries: ${(ours * PROPOSALS * BATCH).toFixed(2)} s`,
  );
}
