import {
  type EnergyGraph,
  get,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  type Neuron,
  neg,
  pow,
  sum,
  twoColours,
} from "@hamlet/graph";
import { array, integer, nat, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";

const D = makeDim("D", 2);
const i = makeIndex("i", D);
const identity: Parameters<typeof makeNeuron>[2] = {
  name: "identity",
  summary: "",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => mul(lit(1 / 2), pow(x, lit(2))),
  references: [],
};

/** Layers joined in pairs, or three at a time, by products. */
function wired(count: number, joints: readonly (readonly number[])[]): EnergyGraph {
  const neurons = Array.from({ length: count }, (_, n) => makeNeuron(`x${n}`, [D], identity));
  const terms = joints.map((members, n) => ({
    name: `t${n}`,
    energy: neg(sum([i], mul(...members.map((m) => get(neurons[m].activation, [i]))))),
  }));
  return { dims: [D], tensors: [makeTensor("W", "param")], neurons, terms, recalls: [] };
}

function coloursOf(graph: EnergyGraph, last: readonly Neuron[] = []): (0 | 1)[] {
  const found = twoColours(graph, graph.neurons, last);
  if (!("colours" in found)) throw new Error("there are no two colours");
  return graph.neurons.map((neuron) => found.colours.get(neuron)!);
}

function cycleOf(graph: EnergyGraph, neurons = graph.neurons): string[] {
  const found = twoColours(graph, neurons);
  if (!("cycle" in found)) throw new Error("there are two colours");
  return found.cycle.map(({ a, term, b }) => `${a.name} ${term} ${b.name}`);
}

describe("two colours", () => {
  test("alternate along a chain; the first layer, or one that is asked for, is last", () => {
    const chain = wired(4, [
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(coloursOf(chain)).toEqual([1, 0, 1, 0]);
    expect(coloursOf(chain, [chain.neurons[1]])).toEqual([0, 1, 0, 1]);
  });

  test("are found for every random graph between two sides, and differ at every joint", () => {
    law(
      property(
        integer({ min: 2, max: 7 }),
        array(tuple(nat(6), nat(6)), { maxLength: 10 }),
        (count, pairs) => {
          const joints = pairs
            .map(([a, b]) => [a % count, b % count])
            .filter(([a, b]) => a % 2 !== b % 2);
          const colours = coloursOf(wired(count, joints));
          for (const [a, b] of joints) expect(colours[a]).not.toBe(colours[b]);
        },
      ),
      25,
    );
  });

  test("do not exist where a cycle of joints is odd, which is then shown whole", () => {
    const graph = wired(6, [
      [5, 0],
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 0],
    ]);
    const cycle = cycleOf(graph);
    expect(cycle).toHaveLength(5);
    cycle.forEach((joint, n) => {
      const next = cycle[(n + 1) % cycle.length];
      expect(joint.split(" ")[2]).toBe(next.split(" ")[0]);
    });
    expect(new Set(cycle.map((joint) => joint.split(" ")[1])).size).toBe(5);
  });

  test("exist again when a layer of the cycle is a constant", () => {
    const graph = wired(3, [
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
    expect(cycleOf(graph)).toHaveLength(3);
    expect("colours" in twoColours(graph, graph.neurons.slice(1))).toBe(true);
  });

  test("do not exist where three layers meet, or a layer meets itself", () => {
    expect(cycleOf(wired(3, [[0, 1, 2]]))).toHaveLength(3);
    expect(
      cycleOf(
        wired(2, [
          [0, 1],
          [1, 1],
        ]),
      ),
    ).toEqual(["x1 t1 x1"]);
  });
});
