// Every part of every energy lies in the range that the proofs use: random hypergraphs with all
// Lagrangians and hypersynapses, loaded as a file is, against the interpreter.

import {
  activationOf,
  children,
  evaluate,
  type Expr,
  factsOf,
  type Interval,
  makeRanges,
  printInterval,
  printText,
  type Tensor,
} from "@hamlet/graph";
import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, test } from "vitest";
import { samples, seed } from "../../../tools/samples.ts";
import { randomHypergraph, stream } from "./random-hypergraph.ts";

beforeAll(() => useBackend("cpu"));

function isIn({ low, high }: Interval, value: number): boolean {
  // Ranges are of real numbers; a unit in the last place is the interpreter's.
  const slack = 1e-9 * Math.max(1, Math.abs(value));
  return value >= low - slack && value <= high + slack;
}

test("activations, and every part of an energy", async () => {
  let narrow = 0;
  let parts = 0;
  const count = samples(25);
  for (let each = seed(); each < seed() + count; each++) {
    const text = randomHypergraph(each, "any", ["euler(dt = 0.1)"]);
    using model = await loadModel({ name: "m.ham", text }, { seed: each });
    const { graph, sizes } = model;
    const facts = factsOf(graph);
    const range = makeRanges(facts);
    const draw = stream(each);
    for (const scale of [0.5, 4]) {
      const tensors = new Map<Tensor, ArrayLike<number>>(
        graph.tensors.flatMap((tensor) =>
          tensor.kind === "given" ? [] : [[tensor, model.entries(tensor.name).data]],
        ),
      );
      for (const neuron of graph.neurons) {
        const count = neuron.axes.reduce((total, dim) => total * sizes.get(dim)!, 1);
        const states = Array.from({ length: count }, () => scale * (4 * draw() - 2));
        tensors.set(neuron.state, states);
        const { value, indices } = activationOf(neuron);
        const activations = evaluate(value, { sizes, tensors }, indices).data;
        tensors.set(neuron.activation, activations);
        const known = facts.get(neuron.activation)!;
        for (const xhat of activations) {
          expect(isIn(known, xhat), `${neuron.lagrangianName}: ${xhat}`).toBe(true);
        }
      }
      const seen = new Set<Expr>();
      const visit = (expr: Expr): void => {
        if (seen.has(expr)) return;
        seen.add(expr);
        children(expr).forEach(visit);
        const assumed = range(expr);
        if (Number.isFinite(assumed.low) || Number.isFinite(assumed.high)) narrow++;
        for (const value of evaluate(expr, { sizes, tensors }).data) {
          parts++;
          if (isIn(assumed, value)) continue;
          expect.unreachable(`${printText(expr)} = ${value}, not in ${printInterval(assumed)}`);
        }
      };
      graph.terms.forEach(({ energy }) => visit(energy));
    }
  }
  expect(narrow).toBeGreaterThan(12 * count);
  expect(parts).toBeGreaterThan(120 * count);
});
