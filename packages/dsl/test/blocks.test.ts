// Tests and trainings as data.

import { evaluateScalar, printText } from "@hamlet/graph";
import { expect, test } from "vitest";
import { checked } from "./checking.ts";
import { compiled } from "./compiling.ts";

const TEXT = `ham 1

dim D = 4, K = 3
data xi: [K, D] from "xi.npy"
given image: [D] from "images.npy"
given noisy: [D]
param W: [K, D] ~ normal(0, 0.1)
param b: [D] = 0

neuron x: [D] as tanh

energy memory = -sum[m] relu(sum[i] W[m, i] * x[i])^2
energy field = -sum[i] b[i] * x[i] - sum[m, i] xi[m, i] * x[i]

recall clean {
  start x = noisy
  solver = euler(dt = 0.1)
  steps = 4
}

train denoise {
  unroll = clean
  feed noisy ~ normal(image, 0.3)
  loss = mean[i] (x[i] - image[i])^2
  optimiser = adamw(lr = 0.04)
  batch = 2 * 50
  epochs = 10
  freeze = [b]
  clip = 1.0
}

test "comes back" {
  seed = 7
  feed noisy = xi[0, _]
  feed image[i] = 2 * noisy[i]
  run clean
  expect overlap(x, xi[0, _]) > 0.9
}
`;

const { graph, diagnostics } = compiled(TEXT);

test("a train block becomes a training, with what was left out filled in", () => {
  expect(diagnostics).toEqual([]);
  const [training] = graph.trainings!;
  expect(training.name).toBe("denoise");
  expect(training.recall.name).toBe("clean");
  expect(evaluateScalar(training.batch)).toBe(100);
  expect(evaluateScalar(training.epochs)).toBe(10);
  expect(evaluateScalar(training.clip!)).toBe(1);
  expect(training.freeze.map(({ name }) => name)).toEqual(["b"]);
  expect(training.optimiser.name).toBe("adamw");
  const options = [...training.optimiser.options].map(([name, value]) => [name, printText(value)]);
  expect(options).toEqual([
    ["lr", "0.04"],
    ["decay", "0.01"],
  ]);
  expect(printText(training.loss)).toMatchInlineSnapshot(`"0.25 * sum[i] (x[i] - image[i])^2"`);
  const [feed] = training.feeds;
  expect(feed.tensor.name).toBe("noisy");
  expect(
    feed.from === "draw" && [feed.distribution, ...feed.args.map((arg) => printText(arg))],
  ).toEqual(["normal", "image[d]", "0.3"]);
});

test("a gradient is taken by unrolling unless another way is named", () => {
  const gradientOf = (setting: string) => {
    const text = TEXT.replace("  clip = 1.0", `  clip = 1.0\n  ${setting}`);
    const { gradient } = compiled(text).graph.trainings![0];
    return [
      gradient.name,
      ...[...gradient.options].map(([name, value]) => [name, printText(value)]),
    ];
  };
  expect(gradientOf("")).toEqual(["unroll"]);
  expect(gradientOf("gradient = unroll(every = 7)")).toEqual(["unroll", ["every", "7"]]);
  expect(gradientOf("gradient = implicit")).toEqual(["implicit", ["tolerance", "0.00001"]]);
  expect(gradientOf("gradient = equilibrium(0.2)")).toEqual([
    "equilibrium",
    ["nudge", "0.2"],
    ["sides", "2"],
  ]);
});

test("a test becomes feeds, a recall and expectations with what they show", () => {
  const [found] = graph.tests!;
  expect(found.title).toBe("comes back");
  expect(evaluateScalar(found.seed!)).toBe(7);
  expect(found.recall).toBe(graph.recalls[0]);
  const fed = found.feeds.map((feed) => [
    feed.tensor.name,
    feed.from === "value" ? printText(feed.value) : feed.from,
  ]);
  expect(fed).toEqual([
    ["noisy", "xi[0, d]"],
    ["image", "2 * noisy[i]"],
  ]);
  expect(
    found.expectations.map(({ text, shown }) => [text, shown.map((part) => part.text)]),
  ).toEqual([["overlap(x, xi[0, _]) > 0.9", ["overlap(x, xi[0, _])"]]]);
});

test("a solver that flips units is the default where all layers are binary", () => {
  const text = `ham 1
dim D = 4, K = 2
neuron v: [D] as sign
neuron w: [K] as sign
energy e = -sum[i, k] v[i] * w[k]
`;
  const [recall] = compiled(text).graph.recalls;
  expect(recall.solver.name).toBe("async");
  expect(evaluateScalar(recall.steps)).toBe(600);
});

test("a recall needs no name, as a training needs none", () => {
  const { graph, diagnostics } = compiled(`dim D = 3
neuron v: [D] as tanh
energy e = -sum[i] v[i]
recall { steps = 7 }
test "by its name" { run default expect v[0] > 0 }
test "or without" { expect v[0] > 0 }
`);
  expect(diagnostics).toEqual([]);
  expect(graph.recalls.map(({ name, steps }) => [name, evaluateScalar(steps)])).toEqual([
    ["default", 7],
  ]);
  expect(graph.tests?.map(({ recall }) => recall.name)).toEqual(["default", "default"]);
});

test("a value from outside that is refused is the one mistake", () => {
  const text = `ham 1
dim D = 3
const beta: real > 0 = 2
neuron v: [D] as tanh(beta = beta)
energy e = -sum[i] v[i]
`;
  const found = (set: string) =>
    checked({ name: "m.ham", text: `${text}// --set ${set}\n` }).diagnostics;
  expect(found("beta=-1").map(({ code }) => code)).toEqual(["E0405"]);
  expect(found("epochs=3").map(({ code, help }) => [code, help?.[0]])).toEqual([
    ["E0907", "how often a training sees its examples is set with `ham train --epochs`"],
  ]);
});

test("a layer begins with its `init` in every recall that does not start it", () => {
  const { graph } = checked({
    name: "m.ham",
    text: `ham 1
dim D = 3
given image: [D] = [[1, 0, 0]]
neuron v: [D] as tanh { init = image }
neuron w: [D] as tanh { tau = 2 init ~ normal(1, 0.5) }
neuron u: [D] as tanh { init = 2 }
energy pull = -sum[i] v[i] * w[i] * u[i]
recall settle {
  start w[i] = image[i] / 2
  solver = euler(dt = 0.1)
}
recall other {
  solver = euler(dt = 0.1)
}
`,
  });
  const told = graph.recalls.map(({ starts }) =>
    starts
      .map((start) =>
        start.from === "value"
          ? `${start.neuron.name} = ${printText(start.value)}`
          : `${start.neuron.name} ~ ${start.distribution}(${start.args.map((arg) => printText(arg)).join(", ")})`,
      )
      .sort(),
  );
  expect(told).toEqual([
    ["u = 2", "v = image[d]", "w = 0.5 * image[i]"],
    ["u = 2", "v = image[d]", "w ~ normal(1, 0.5)"],
  ]);
});
