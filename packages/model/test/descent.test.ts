// The law of every solver that claims descent: over random hypergraphs of up to five layers, the
// energy never rises beyond rounding. The energies are computed anew in float64, from the states
// and activations of every step, by the reference interpreter.

import { evaluateScalar, type Tensor, totalEnergy } from "@hamlet/graph";
import { ENERGY_ROUNDING, SOLVERS } from "@hamlet/ham";
import { loadModel, type Model } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { samples, seed } from "../../../tools/samples.ts";
import { randomHypergraph, type Wiring } from "./random-hypergraph.ts";

beforeAll(() => useBackend("wasm"));

/** Hypergraphs of a group, of which there are two. */
const GROUP = samples(4);

/** Solvers that do not take any wiring. */
const AT_HOME: Readonly<Record<string, Wiring>> = { alternate: "two colours", cccp: "concave" };

/** Every solver that claims descent, as text, by where it is at home. */
const HOMES = Map.groupBy(
  [...SOLVERS.values()]
    .filter(({ descends }) => descends === true)
    .map(({ name, options }) => {
      // A step that is far too long, for those that find their own.
      const dt = options.some((option) => option.name === "dt") ? "(dt = 0.5)" : "";
      return { solver: `${name}${dt}`, home: AT_HOME[name] ?? "any" };
    }),
  ({ home }) => home,
);

test("every solver that claims descent is held to it here", () => {
  const claiming = [...SOLVERS.values()].filter(({ descends }) => descends === true);
  expect([...HOMES.values()].flat()).toHaveLength(claiming.length);
  expect(new Set(HOMES.keys())).toEqual(new Set(["any", "concave", "two colours"]));
});

/** The energies along a recall, in float64. */
function energiesOf(model: Model, recall: string): number[] {
  const constants = new Map<Tensor, ArrayLike<number>>(
    model.graph.tensors.map((tensor) => [tensor, model.entries(tensor.name).data]),
  );
  const energy = totalEnergy(model.graph);
  using compiled = model.compileRecall(recall);
  const energies: number[] = [];
  for (const { states, activations } of compiled.descend()) {
    const tensors = new Map(constants);
    for (const [neuron, state] of states) tensors.set(neuron.state, state.dataSync());
    for (const [neuron, xhat] of activations) tensors.set(neuron.activation, xhat.dataSync());
    energies.push(evaluateScalar(energy, { sizes: model.sizes, tensors }));
  }
  return energies;
}

/** Throws where the energy rises by more than rounding; says whether it stayed finite. */
function checkFall(energies: readonly number[], label: string): boolean {
  for (let step = 1; step < energies.length; step++) {
    // A model without a lower bound falls until its states leave the range of float32.
    if (!Number.isFinite(energies[step])) return false;
    const rise = energies[step] - energies[step - 1];
    if (rise > ENERGY_ROUNDING * (1 + Math.abs(energies[step - 1]))) {
      throw new Error(`${label}, step ${step}: ${energies[step - 1]} → ${energies[step]}`);
    }
  }
  return true;
}

describe.each([...HOMES].map(([home, all]) => [home, all.map(({ solver }) => solver)] as const))(
  "wired as: %s; by %j the energy never rises",
  (wiring, solvers) => {
    let finite = 0;
    const groups = [0, 1];

    test.each(groups)("in group %i of hypergraphs", async (group) => {
      const first = seed() + group * GROUP;
      for (let each = first; each < first + GROUP; each++) {
        const text = randomHypergraph(each, wiring, solvers);
        using model = await loadModel({ name: `${each}.ham`, text }, { seed: each });
        for (const { name } of model.graph.recalls) {
          const energies = energiesOf(model, name);
          expect(energies).toHaveLength(21);
          finite += Number(checkFall(energies, `${name}, seed ${each}\n${text}`));
        }
      }
    });

    test("where it has a floor, which most have", () => {
      expect(finite).toBeGreaterThan(0.5 * groups.length * GROUP * solvers.length);
    });
  },
);
