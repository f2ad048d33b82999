import { readFileSync } from "node:fs";
import { compile, type ExternEnergy, type Plugin, type UseAnswer } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { evaluateScalar, makeRegistry, neuronsOf, printText, verifyGraph } from "@hamlet/graph";
import { HYPERSYNAPSES } from "@hamlet/ham";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { externs } from "@ham-community/vision";
import { expect, test } from "vitest";

const index = {
  name: "@ham-community/vision/index.ham",
  text: readFileSync(new URL("../index.ham", import.meta.url), "utf8"),
};
const registry = makeRegistry(...LAGRANGIANS, ...HYPERSYNAPSES);

const TEXT = `ham 1
use "@ham-community/vision@^1.2" as vision
dim H = 4, W = 4, F = 2
neuron fine: [H, W, F] as vision.leaky_relu(slope = 0.1)
neuron coarse: [H / 2, W / 2, F] as softmax(over = F)
connect pool: vision.max_pool(fine, coarse, window = 2)
`;

function compiled(text: string, code: Plugin["externs"]) {
  const plugin = { name: "@ham-community/vision", version: "1.2.0", source: index, externs: code };
  const answer: UseAnswer = { found: "plugin", plugin };
  const compilation = compile({ name: "m.ham", text }, { registry, resolve: () => answer });
  const { diagnostics, sources } = compilation;
  return {
    ...compilation,
    messages: diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, sources)).join("\n\n"),
  };
}

const trusted = new Map(Object.entries(externs));

test("max pooling takes the largest of every window", () => {
  const { graph, messages } = compiled(TEXT, trusted);
  expect(messages).toBe("");
  expect(verifyGraph(graph)).toEqual([]);
  const [fine, coarse] = graph.neurons;
  const tensors = new Map([
    [fine.activation, Array.from({ length: 32 }, (_, i) => (i * 7) % 32)],
    [coarse.activation, Array.from({ length: 8 }, (_, i) => i + 1)],
  ]);
  const expected = [0, 1].flatMap((r) =>
    [0, 1].flatMap((s) =>
      [0, 1].map((c) => {
        const window = [0, 1].flatMap((i) =>
          [0, 1].map((j) => (((2 * r + i) * 8 + (2 * s + j) * 2 + c) * 7) % 32),
        );
        return -((r * 2 + s) * 2 + c + 1) * Math.max(...window);
      }),
    ),
  );
  const total = expected.reduce((a, b) => a + b, 0);
  expect(evaluateScalar(graph.terms[0].energy, { tensors })).toBe(total);
});

test("a plugin's pure .ham needs no code", () => {
  const { graph, messages } = compiled(
    `ham 1
use "@ham-community/vision@^1.2" as vision
dim N = 4, F = 2
neuron fine: [N, F] as vision.leaky_relu
neuron coarse: [F] as softmax
connect pool: vision.mean_pool(fine, coarse)
`,
    "not trusted",
  );
  expect(messages).toBe("");
  expect(printText(graph.terms[0].energy)).toBe("-0.25 * sum[c] coarse[c] * sum[n] fine[n, c]");
});

test("the version that was found is recorded", () => {
  expect(compiled(TEXT, trusted).plugins).toEqual([
    { name: "@ham-community/vision", version: "1.2.0" },
  ]);
});

test("code that is not trusted does not run", () => {
  expect(compiled(TEXT, "not trusted").messages).toMatchInlineSnapshot(`
    "error[E0906] extern_not_trusted: only .ham files run here; \`vision.max_pool\` needs code from a plugin
     --> m.ham:6:15
    6 | connect pool: vision.max_pool(fine, coarse, window = 2)
      |               ^^^^^^^^^^^^^^^ extern synapse
      = help: allow the plugin's code (\`--trust-plugins\`), or use a synapse that is written in .ham"
  `);
});

test("signatures are enough to check a connection, and say what was left out", () => {
  const { graph, leftOut, messages } = compiled(TEXT, "not run");
  expect(messages).toBe("");
  expect(leftOut).toEqual(["vision.max_pool"]);
  expect(verifyGraph(graph)).toEqual([]);
  const [term] = graph.terms;
  expect(neuronsOf(graph, term).map(({ name }) => name)).toEqual(["fine", "coarse"]);
  expect(compiled(TEXT, trusted).leftOut).toEqual([]);
  const wrong = TEXT.replace("[H / 2, W / 2, F]", "[H, W, F]");
  expect(compiled(wrong, "not run").messages).toBe(compiled(wrong, trusted).messages);
});

test("a slope that breaks the plugin's own assertion is reported where it is given", () => {
  const text = TEXT.replace("slope = 0.1", "slope = 1.5");
  expect(compiled(text, trusted).messages).toMatchInlineSnapshot(`
    "error[E0807] assert_failed: slope must be below 1 for a convex Lagrangian
     --> m.ham:4:27
    4 | neuron fine: [H, W, F] as vision.leaky_relu(slope = 1.5)
      |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ \`slope < 1\` is false
      = note: \`vision.leaky_relu\` asserts it in its definition"
  `);
});

test("shapes are checked before any code runs", () => {
  const never = () => {
    throw new Error("the code ran");
  };
  const text = TEXT.replace("[H / 2, W / 2, F]", "[H, W, F]");
  expect(compiled(text, new Map([["max_pool", never]])).messages).toMatchInlineSnapshot(`
    "error[E0305] dim_mismatch: \`pool\` needs the second neuron to have the size H / window = 2 on its first axis
     --> m.ham:6:37
    6 | connect pool: vision.max_pool(fine, coarse, window = 2)
      |                                     ^^^^^^ \`coarse\` has H = 4 there
      = note: vision.max_pool(a: [H, W, C], b: [H / window, W / window, C])"
  `);
});

test("code that fails, and code that returns nonsense, are mistakes of the package", () => {
  const fails = () => {
    throw new Error("no such window");
  };
  expect(compiled(TEXT, new Map([["max_pool", fails]])).messages).toMatchInlineSnapshot(`
    "error[E0905] broken_plugin: the synapse \`vision.max_pool\` has no energy that could be used: its package failed with “no such window”
     --> m.ham:6:15
    6 | connect pool: vision.max_pool(fine, coarse, window = 2)
      |               ^^^^^^^^^^^^^^^ extern synapse
      = help: this is a mistake of the package: tell its authors, or use another version"
  `);
  const stray: ExternEnergy = ({ args: { a }, dims }) =>
    a({ name: "h", dim: dims["H"] }, { name: "w", dim: dims["W"] }, 0);
  expect(compiled(TEXT, new Map([["max_pool", stray]])).messages).toMatchInlineSnapshot(`
    "error[E0905] broken_plugin: the synapse \`vision.max_pool\` has no energy that could be used: what its package returns leaves [h, w] unbound
     --> m.ham:6:15
    6 | connect pool: vision.max_pool(fine, coarse, window = 2)
      |               ^^^^^^^^^^^^^^^ extern synapse
      = help: this is a mistake of the package: tell its authors, or use another version"
  `);
  expect(compiled(TEXT, new Map()).messages).toMatchInlineSnapshot(`
    "error[E0905] broken_plugin: the synapse \`vision.max_pool\` has no energy that could be used: its package does not provide it
     --> m.ham:6:15
    6 | connect pool: vision.max_pool(fine, coarse, window = 2)
      |               ^^^^^^^^^^^^^^^ extern synapse
      = help: this is a mistake of the package: tell its authors, or use another version"
  `);
});
