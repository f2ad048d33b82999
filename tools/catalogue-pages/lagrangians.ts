import {
  checkConvexity,
  get,
  type LagrangianDefinition,
  makeDim,
  makeNeuron,
  makeTensor,
  printConvexity,
  printLatex,
} from "../../packages/graph/src/index.ts";
import { LAGRANGIANS } from "../../packages/lagrangians/src/index.ts";
import { boundText, displayed, fenced, list, page, table } from "./markdown.ts";

const HEAD = `A Lagrangian $L(x)$ makes a layer: its gradient is the activation,
$\\hat x = \\partial L / \\partial x$, and its Legendre transform
$\\langle x, \\hat x\\rangle - L(x)$ the energy of the layer. A convex one lets the energy of a model
only fall. This page is printed from the entries themselves (\`@hamlet/lagrangians\`); tests hold each
to its laws: the activation is the finite-difference gradient, the Hessian is positive semi-definite
at 10 000 random points, and values stay finite for $|\\beta x|$ up to a million (except those of
\`exp\` and \`rexp\`, which are themselves beyond 32 bits from $\\beta x = 88.7$ on).

Some Lagrangians work unit by unit. The others mix the units along an axis, which \`over\` names when the
layer has more than one; along the other axes they are independent and add. In the pictures the solid
line is the activation of a unit, the dashed one $L$. The layer of a mixing Lagrangian has two more
units there, at 0 and at 1.`;

/** The page of all Lagrangians. */
export function lagrangianPage(): string {
  return page(
    "Lagrangians",
    "Every Lagrangian with its formula, activation, options and sources.",
    [HEAD, ...LAGRANGIANS.flatMap(section)],
  );
}

function section(definition: LagrangianDefinition): string[] {
  const { name, summary, options, coupled, kind, references } = definition;
  const D = makeDim("D");
  const symbols = Object.fromEntries(
    options.map(({ name: option, bound }) => [
      option,
      get(makeTensor(option, "const", [], { bound })),
    ]),
  );
  const neuron = makeNeuron("x", [D], definition, { options: symbols });
  const convexity = checkConvexity(neuron, { points: 100 });
  const facts = [
    coupled ? "Mixes the units along `over`" : "Unit by unit",
    kind === "binary" ? "binary: jumps between two values" : "smooth",
    `convexity: ${convexity.status === "assumed" ? "known, not proven by rules" : printConvexity(convexity)}`,
  ];
  const rows = options.map(({ name: option, meaning, default: usual, bound }) => [
    `\`${option}\``,
    meaning,
    usual === null ? "must be given" : `\`${usual}\``,
    boundText(bound),
  ]);
  return [
    `## ${name}`,
    `\`${summary}\``,
    `![The activation and the value of ${name}.](../../../assets/lagrangians/${name}.svg)`,
    displayed(`L(x) = ${printLatex(neuron.lagrangian)}`),
    fenced("ham", `neuron x: [D] as ${name}${exampleOptions(definition)}`),
    `${facts.join("; ")}.`,
    table(["option", "meaning", "default", "bound"], rows),
    list(references),
  ].filter((part) => part !== null);
}

function exampleOptions({ options }: LagrangianDefinition): string {
  const needed = options.filter((option) => option.default === null);
  return needed.length === 0 ? "" : `(${needed.map(({ name }) => `${name} = 3`).join(", ")})`;
}
