import { activationOf, evaluateScalar, printText, verifyGraph } from "@hamlet/graph";
import { expect, test } from "vitest";
import { compiled, errors } from "./compiling.ts";

/** The first neuron of a sound model: its Lagrangian and activation as text. */
function neuron(text: string) {
  const compilation = compiled(
    `${text}\nenergy pull = -sum[i: D] v0\nneuron w: [D] as identity`.replace("v0", "w[i]"),
  );
  expect(errors(compilation)).toBe("");
  expect(verifyGraph(compilation.graph)).toEqual([]);
  const [first] = compilation.graph.neurons;
  return {
    lagrangian: printText(first.lagrangian),
    activation: printText(activationOf(first).value),
    params: compilation.graph.tensors.map(
      ({ name, axes }) => `${name}[${axes.map((dim) => dim.name).join(", ")}]`,
    ),
    neuron: first,
  };
}

test("a Lagrangian without axes is per unit and adds over all of them", () => {
  const { lagrangian, activation } = neuron(`dim D = 3
lagrangian soft(x) { const beta: real > 0 = 1.0  value = softplus(beta * x) / beta }
neuron v: [D] as soft(beta = 2.0)`);
  expect(lagrangian).toBe("0.5 * sum[d] softplus(2 * v[d])");
  expect(activation).toBe("sigmoid(2 * v[d])");
});

test("a Lagrangian of one axis mixes all the axes it is used over", () => {
  const { lagrangian } = neuron(`dim D = 3, E = 2, F = 5
lagrangian lse(x: [K]) { value = logsumexp[k] x[k] + 1/K }
neuron v: [D, E, F] as lse(over = [D, E])`);
  expect(lagrangian).toBe(
    "sum[f] (logsumexp[k1, k2] v[k1, k2, f] + 0.1666666666667)".replace(
      "0.1666666666667",
      String(1 / 6),
    ),
  );
});

test("a position on the axes that it mixes counts them as one, the last one fastest", () => {
  const { neuron: v } = neuron(`dim D = 2, E = 3
lagrangian later(x: [K]) { value = sum[k where k >= 2] k * x[k]^2 }
neuron v: [D, E] as later(over = [D, E])`);
  const units = Array.from({ length: 6 }, (_, k) => {
    const unit = Array.from({ length: 6 }, (__, n) => Number(n === k));
    return evaluateScalar(v.lagrangian, { tensors: new Map([[v.state, unit]]) });
  });
  expect(units).toEqual([0, 0, 2, 3, 4, 5]);
});

test("its param is a tensor of the neuron, with the mixed axes", () => {
  const { lagrangian, params } = neuron(`dim D = 3
lagrangian weighed(x: [K]) { param w: [K] > 0 = 1.0  value = 1/2 * sum[k] w[k] * x[k]^2 }
neuron v: [D] as weighed`);
  expect(params).toEqual(["v.w[D]"]);
  expect(lagrangian).toBe("0.5 * sum[k] v.w[k] * v[k]^2");
});

test("@assume on a Lagrangian is recorded on its neurons", () => {
  const { neuron: v } = neuron(`dim D = 3
@assume(convex)
lagrangian odd(x) { value = x^4 }
neuron v: [D] as odd`);
  expect(v.assumed).toEqual(["convex"]);
});

test("@assume on a neuron is recorded on it", () => {
  const { neuron: v } = neuron(`dim D = 3
@assume(convex)
neuron v: [D] as tanh`);
  expect(v.assumed).toEqual(["convex"]);
});

test("axes that are named one by one are given in the order of `over`", () => {
  const { lagrangian, params } = neuron(`dim D = 3, E = 2
lagrangian rows(x: [Y, X]) { param w: [X] > 0 = 1.0  value = sum[y, z] w[z] * x[y, z]^2 }
neuron v: [D, E] as rows(over = [E, D])`);
  expect(params).toEqual(["v.w[D]"]);
  expect(lagrangian).toBe("sum[y, z] v.w[z] * v[z, y]^2");
});
