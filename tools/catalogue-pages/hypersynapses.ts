import {
  type Dim,
  get,
  type HypersynapseDefinition,
  makeDim,
  makeNeuron,
  makeTensor,
  type OptionValue,
  printLatex,
} from "../../packages/graph/src/index.ts";
import { HYPERSYNAPSES, makeEnergyGraph, makeManyBody } from "../../packages/ham/src/index.ts";
import { lagrIdentity } from "../../packages/lagrangians/src/index.ts";
import { boundText, displayed, fenced, list, page, table } from "./markdown.ts";

const HEAD = `A hypersynapse is an energy over the activations of the layers that it joins. Energies add, and
agreement is negative: a layer is sent $-\\partial E/\\partial\\hat x$. Layers are given by position;
weights, sizes and options by name. Weights that nothing is bound to are the connection's own, such as
\`enc.W\`. This page is printed from the entries themselves (\`@hamlet/ham\`); tests hold the energy and
every gradient to reference values from JAX, and every signal to finite differences.`;

const OWN = `## Your own

Whatever is not here is written as its formula, in a few lines; gradients, checks and exports follow. This
couples four layers by a weight for every choice of one unit from each:`;

const OWN_HAM = `synapse together(a: [A], b: [B], c: [C], d: [D]) {
  param W: [A, B, C, D] ~ normal(0, 0.02)
  energy = -sum[i, j, k, l] W[i, j, k, l] * a[i] * b[j] * c[k] * d[l]
}
connect many: together(x, y, z, w)`;

const OWN_TS = `import { makeManyBody } from "@hamlet/ham";

const together = makeManyBody({ layers: 4 });`;

/** The page of all hypersynapses. */
export function hypersynapsePage(): string {
  const { summary } = makeManyBody({ layers: 4 });
  return page(
    "Hypersynapses",
    "Every hypersynapse with its energy, signature, weights and options.",
    [
      HEAD,
      ...HYPERSYNAPSES.flatMap(section),
      OWN,
      fenced("ham", OWN_HAM),
      "In TypeScript one function makes it for any number of layers:",
      fenced("ts", OWN_TS),
      `\`${summary}\`. With \`weights: "shared"\` all layers have one axis and meet unit by unit, without weights.`,
    ],
  );
}

function section(definition: HypersynapseDefinition): string[] {
  const { name, summary, args, dims, options, params, references } = definition;
  const signature = args.map((arg) => `${arg.name}: [${arg.axes.join(", ")}]`).join(", ");
  return [
    `## ${name}`,
    `\`${name}(${signature})\``,
    displayed(`E = ${formula(definition)}`) ?? `\`${summary}\``,
    fenced("ham", example(definition)),
    table(
      ["weights", "axes"],
      params.map((param) => [`\`${param.name}\``, `\`[${param.axes.join(", ")}]\``]),
    ),
    table(
      ["option", "meaning", "default", "bound"],
      [
        ...dims.map((dim) => [`\`${dim.name}\``, dim.meaning, usualText(dim.default), "—"]),
        ...options.map((option) => [
          `\`${option.name}\``,
          option.meaning,
          usualText(option.default),
          option.words === undefined
            ? boundText(option.bound)
            : option.words.map((word) => `\`${word}\``).join(", "),
        ]),
      ],
    ),
    list(references),
  ].filter((part) => part !== null);
}

function usualText(usual: HypersynapseDefinition["options"][number]["default"]): string {
  if (usual === null) return "must be given, or follows from the weights";
  if (typeof usual === "function") return "follows from the axes";
  return `\`${typeof usual === "object" ? `[${usual.join(", ")}]` : usual}\``;
}

function example({ name, args, dims }: HypersynapseDefinition): string {
  const sizes = dims.filter((dim) => dim.default === null).map((dim) => `${dim.name} = 100`);
  return `connect s: ${name}(${[...args.map((arg) => arg.name), ...sizes].join(", ")})`;
}

/** The energy with its own names, options as symbols. */
function formula(synapse: HypersynapseDefinition): string {
  const dims = new Map<string, Dim>();
  const dim = (name: string) => {
    const known = dims.get(name) ?? makeDim(name);
    dims.set(name, known);
    return known;
  };
  const neurons = synapse.args.map((arg) => makeNeuron(arg.name, arg.axes.map(dim), lagrIdentity));
  const params = Object.fromEntries(
    synapse.params.map(({ name, axes }) => [name, makeTensor(name, "param", axes.map(dim))]),
  );
  const options = Object.fromEntries(
    synapse.options.flatMap(({ name, default: usual }): [string, OptionValue][] =>
      typeof usual === "string" || Array.isArray(usual)
        ? []
        : [[name, get(makeTensor(name, "const"))]],
    ),
  );
  const graph = makeEnergyGraph({
    neurons,
    hypersynapses: { s: { synapse, params, options } },
    connections: [[neurons, "s"]],
  });
  return printLatex(graph.terms[0].energy);
}
