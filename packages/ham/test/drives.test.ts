// Drives: what moves layers and is no energy. Every engine against loops of our own, over expressions
// that the interpreter evaluates.

import { foldIn, key, normal } from "@hamlet/core";
import {
  activationOf,
  apply,
  type Drive,
  type EnergyGraph,
  evaluate,
  type Expr,
  get,
  indicesOf,
  lit,
  makeDim,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  type Neuron,
  type Recall,
  sum,
  type Tensor,
  velocities,
} from "@hamlet/graph";
import { census, ENGINES, makeRecall } from "@hamlet/ham";
import { expectClose, expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { law } from "../../../tools/law.ts";
import { sign } from "./binary-models.ts";
import { identity, recallOf, setupOf } from "./models.ts";

beforeAll(() => useBackend("wasm"));

const tanh = { ...identity, name: "tanh", value: (x: Expr) => apply("logcosh", x) };
const SIZES = [4, 3];

/** Two layers that drive each other and themselves, now and one step ago, beside an energy. */
function driven(kind: "smooth" | "binary", looksBack: boolean) {
  const dims = SIZES.map((size, n) => makeDim(`D${n}`, size));
  const [v, w] = dims.map((dim, n) =>
    makeNeuron(["v", "w"][n], [dim], kind === "binary" ? sign : n === 0 ? tanh : identity),
  );
  const matrix = (name: string, rows: Neuron, columns: Neuron) =>
    makeTensor(name, "data", [...rows.axes, ...columns.axes]);
  const [A, B, C, J] = [matrix("A", v, v), matrix("B", w, v), matrix("C", v, w), matrix("J", v, w)];
  const sums = (array: Tensor, from: Tensor, to: Neuron): Drive => {
    const [i] = indicesOf(to.axes);
    const [j] = indicesOf(from.axes);
    return { neuron: to, indices: [i], value: sum([j], mul(get(array, [i, j]), get(from, [j]))) };
  };
  const [i, j] = indicesOf(dims);
  const push = makeTensor("push", "given", [dims[0]]);
  const starts = [v, w].map(({ name, axes }) => makeTensor(`start ${name}`, "given", axes));
  const graph: EnergyGraph = {
    dims,
    tensors: [A, B, C, J, push, ...starts],
    neurons: [v, w],
    terms: [
      {
        name: "coupling",
        energy: neg(
          sum([i, j], mul(get(J, [i, j]), get(v.activation, [i]), get(w.activation, [j]))),
        ),
      },
    ],
    drives: [
      sums(A, looksBack ? v.before : v.activation, v),
      sums(B, v.activation, w),
      sums(C, looksBack ? w.before : w.activation, v),
      { neuron: v, indices: [i], value: get(push, [i]) },
    ],
    recalls: [],
  };
  return { graph, starts, data: [A, B, C, J], givens: [push, ...starts] };
}

interface Sample {
  readonly seed: number;
  readonly batch: number;
  readonly looksBack: boolean;
  readonly steps: number;
}

const SAMPLES = fc.record<Sample>({
  seed: fc.nat(1e6),
  batch: fc.integer({ min: 1, max: 3 }),
  looksBack: fc.boolean(),
  steps: fc.integer({ min: 1, max: 6 }),
});

function numbersOf(tensors: readonly Tensor[], seed: number, batch: number | null) {
  return new Map(
    tensors.map((tensor, n) => {
      const shape = tensor.axes.map((dim) => SIZES[Number(dim.name.slice(1))]);
      const all = normal(foldIn(key(seed), n), batch === null ? shape : [batch, ...shape]);
      return [tensor, { shape: batch === null ? shape : [batch, ...shape], all }] as const;
    }),
  );
}

/** The activations after every step of one example, by plain loops in float64. */
function byLoops(
  { graph, starts }: Pick<ReturnType<typeof driven>, "graph" | "starts">,
  values: ReadonlyMap<Tensor, ArrayLike<number>>,
  { steps, dt, weights }: { steps: number; dt: number; weights: "euler" | "heun" },
): number[][] {
  const at = (
    expr: { indices: Drive["indices"]; value: Expr },
    tensors: Map<Tensor, ArrayLike<number>>,
  ) => Array.from(evaluate(expr.value, { tensors }, expr.indices).data);
  const hatsOf = (states: readonly number[][]) => {
    const tensors = new Map(values);
    graph.neurons.forEach(({ state }, n) => tensors.set(state, states[n]));
    return graph.neurons.map((neuron) => at(activationOf(neuron), tensors));
  };
  const slopesAt = (states: readonly number[][], before: readonly number[][]) => {
    const tensors = new Map(values);
    const hats = hatsOf(states);
    graph.neurons.forEach(({ state, activation, before: past }, n) => {
      tensors.set(state, states[n]);
      tensors.set(activation, hats[n]);
      tensors.set(past, before[n]);
    });
    return [...velocities(graph).values()].map((entry) => at(entry, tensors));
  };
  const moved = (x: readonly number[][], by: number, slopes: readonly number[][]) =>
    x.map((layer, n) => layer.map((value, k) => value + by * slopes[n][k]));
  let states = starts.map((start) => Array.from(values.get(start)!));
  let before = hatsOf(states);
  for (let step = 0; step < steps; step++) {
    const now = hatsOf(states);
    const first = slopesAt(states, before);
    if (weights === "euler") states = moved(states, dt, first);
    else {
      const second = slopesAt(moved(states, dt, first), before);
      states = moved(moved(states, dt / 2, first), dt / 2, second);
    }
    before = now;
  }
  return hatsOf(states);
}

const solver = (name: string, dt?: number): Recall["solver"] => ({
  name,
  options: new Map(dt === undefined ? [] : [["dt", lit(dt)]]),
});

describe("a smooth layer that is driven", () => {
  test.each(["euler", "heun"] as const)(
    "goes by %s where our own loops go, on every engine",
    async (name) => {
      await law(
        fc.asyncProperty(SAMPLES, async ({ seed, batch, looksBack, steps }) => {
          const model = driven("smooth", looksBack);
          const fixed = numbersOf(model.data, seed, null);
          const given = numbersOf(model.givens, seed + 1, batch);
          const recall = recallOf(
            model.graph.neurons.map((neuron, n) => [neuron, model.starts[n]] as const),
            { solver: solver(name, 0.3), steps: lit(steps), stop: null },
          );
          const expected = Array.from({ length: batch }, (_, b) => {
            const own = [...given].map(([tensor, { all }]) => {
              const size = all.length / batch;
              return [tensor, all.subarray(b * size, (b + 1) * size)] as const;
            });
            const values = new Map<Tensor, ArrayLike<number>>([
              ...[...fixed].map(([tensor, { all }]) => [tensor, all] as const),
              ...own,
            ]);
            return byLoops(model, values, { steps, dt: 0.3, weights: name });
          });
          for (const engine of ENGINES) {
            await expectNoLeak(async () => {
              const setup = setupOf(new Map([...fixed].map(([tensor, { all }]) => [tensor, all])));
              const givens = new Map(
                [...given].map(([tensor, { shape, all }]) => [tensor, tf.tensor(all, shape)]),
              );
              using made = makeRecall(model.graph, recall, { ...setup, engine });
              // Twice: what is kept of the first run is no past of the second.
              for (let run = 0; run < 2; run++) {
                using result = await made.run({ givens });
                expect(result.engine).toBe(engine);
                for (const [n, neuron] of model.graph.neurons.entries()) {
                  const all = expected.map((example) => example[n]).flat();
                  expectClose(await result.activations.get(neuron)!.data(), all, {
                    tolerance: 1e-5,
                    // Activations are at most 1, and small ones are differences of such.
                    floor: 1,
                  });
                }
              }
              tf.dispose([...setup.values.values(), ...givens.values()]);
            });
          }
        }),
        6,
      );
    },
  );
});

/** The signs of one example after every step in which all units turn at once, by plain loops. */
function signsByLoops(
  { graph, starts }: Pick<ReturnType<typeof driven>, "graph" | "starts">,
  values: ReadonlyMap<Tensor, ArrayLike<number>>,
  steps: number,
): number[][][] {
  let now: number[][] = starts.map((start) =>
    Array.from(values.get(start)!, (x) => (x > 0 ? 1 : -1)),
  );
  let before = now;
  const path = [now];
  const bare = graph.neurons.map((neuron) => ({ ...neuron, leak: false }));
  for (let step = 0; step < steps; step++) {
    const tensors = new Map(values);
    graph.neurons.forEach(({ activation, before: past }, n) => {
      tensors.set(activation, now[n]);
      tensors.set(past, before[n]);
    });
    const pulls = [...velocities({ ...graph, neurons: bare }).values()].map(({ value, indices }) =>
      Array.from(evaluate(value, { tensors }, indices).data),
    );
    before = now;
    now = pulls.map((layer, n) =>
      layer.map((pull, k) => (pull === 0 ? now[n][k] : Math.sign(pull))),
    );
    path.push(now);
  }
  return path;
}

describe("a binary layer that is driven", () => {
  test("turns by sync where our own loops turn, and tells the period of what repeats", async () => {
    await law(
      fc.asyncProperty(SAMPLES, async ({ seed, looksBack }) => {
        const model = driven("binary", looksBack);
        const fixed = numbersOf(model.data, seed, null);
        const given = numbersOf(model.givens, seed + 1, 1);
        // 2^7 states, twice where one looks back, would repeat: so many steps are enough here.
        const recall = recallOf(
          model.graph.neurons.map((neuron, n) => [neuron, model.starts[n]] as const),
          {
            solver: solver("sync"),
            steps: lit(300),
            record: [
              { name: "v", every: 1 },
              { name: "w", every: 1 },
            ],
          },
        );
        const values = new Map([...fixed, ...given].map(([tensor, { all }]) => [tensor, all]));
        const path = signsByLoops(model, values, 300);
        const setup = setupOf(new Map([...fixed].map(([tensor, { all }]) => [tensor, all])));
        const givens = new Map(
          [...given].map(([tensor, { shape, all }]) => [tensor, tf.tensor(all, shape)]),
        );
        using made = makeRecall(model.graph, recall, setup);
        using result = await made.run({ givens });
        for (const [n, neuron] of model.graph.neurons.entries()) {
          const { steps, activations } = result.trajectories.get(neuron)!;
          const all = (await activations.array()) as number[][][];
          steps.forEach((step, at) => expect(all[at][0]).toEqual(path[step][n]));
        }
        const [{ ending, period, steps }] = result.outcomes;
        const text = (step: number) => JSON.stringify(path[step]);
        if (ending === "converged") expect(text(steps)).toBe(text(299));
        else {
          expect(ending).toBe("cycle");
          const points = path
            .slice(1)
            .map((_, step) => text(step + 1) + (looksBack ? text(step) : ""));
          const [last, ...earlier] = points.toReversed();
          expect(period).toBe(earlier.indexOf(last) + 1);
        }
        tf.dispose([...setup.values.values(), ...givens.values()]);
      }),
      30,
    );
  });

  test("rests by async where no unit would turn", async () => {
    await law(
      fc.asyncProperty(fc.nat(1e6), async (seed) => {
        const model = driven("binary", false);
        const fixed = numbersOf(model.data, seed, null);
        const given = numbersOf(model.givens, seed + 1, 1);
        const recall = recallOf(
          model.graph.neurons.map((neuron, n) => [neuron, model.starts[n]] as const),
          { solver: solver("async"), steps: lit(700) },
        );
        const setup = setupOf(new Map([...fixed].map(([tensor, { all }]) => [tensor, all])));
        const givens = new Map(
          [...given].map(([tensor, { shape, all }]) => [tensor, tf.tensor(all, shape)]),
        );
        using made = makeRecall(model.graph, recall, setup);
        using result = await made.run({ givens });
        const ends = await Promise.all(
          model.graph.neurons.map((neuron) => result.activations.get(neuron)!.data()),
        );
        const values = new Map<Tensor, ArrayLike<number>>(
          [...fixed, ...given].map(([tensor, { all }]) => [tensor, all]),
        );
        model.starts.forEach((start, n) => values.set(start, ends[n]));
        const [, next] = signsByLoops(model, values, 1);
        const rests = next.every((layer, n) => layer.every((value, k) => value === ends[n][k]));
        expect(result.outcomes[0].ending === "converged").toBe(rests);
        tf.dispose([...setup.values.values(), ...givens.values()]);
      }),
      20,
    );
  });
});

test.each(["adaptive", "alternate", "cccp", "anderson"])(
  "%s does not follow a drive, and says so",
  (name) => {
    const { graph, starts, data } = driven("smooth", false);
    const setup = setupOf(
      new Map([...numbersOf(data, 1, null)].map(([tensor, { all }]) => [tensor, all])),
    );
    const recall = recallOf(
      graph.neurons.map((neuron, n) => [neuron, starts[n]] as const),
      { solver: solver(name) },
    );
    expect(() => makeRecall(graph, recall, setup)).toThrow(/the drive of "v" may lead uphill/);
    tf.dispose([...setup.values.values()]);
  },
);

test("fixed points are not looked for where a drive moves a layer", async () => {
  const { graph } = driven("smooth", false);
  await expect(census(graph, { sizes: new Map(), tensors: new Map() })).rejects.toThrow(
    /a drive moves "v"/,
  );
});
