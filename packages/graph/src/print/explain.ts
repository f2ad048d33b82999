// A model as a reader of the papers would write it down: its energy, its activations and the
// update rule of every layer, with what several formulas share given a name once.

import { exprKey } from "../rewrite/canonical.ts";
import {
  activationOf,
  drivesOf,
  type EnergyGraph,
  type Neuron,
  velocities,
} from "../model/energy-graph.ts";
import { children, get, isLit, lit, mul } from "../expr/expr.ts";
import { joined, latexName } from "./latex-names.ts";
import { type LatexOptions, printLatex } from "./print-latex.ts";
import { printText } from "./print-text.ts";
import { nameSharedParts } from "../rewrite/shared-parts.ts";
import { replaceGets, replaceParts } from "../rewrite/substitute.ts";
import { makeTensor } from "../expr/tensor.ts";
import type { Apply, Expr, Index } from "../expr/types.ts";
import { eachPart, makeFold } from "../expr/parts.ts";

/** When an expression can first be computed. */
export type ExplainedStage =
  | "once, when the model is loaded"
  | "once for every example"
  | "at every step";

/** A formula: what stands left and right of its equals sign. */
export interface Formula {
  /** What it defines: an energy's name, a layer's entry, a shared part. */
  readonly left: Expr | string;
  readonly right: Expr;
  readonly indices: readonly Index[];
}

/** Everything that `ham explain` prints, as expressions. */
export interface Explanation {
  readonly energies: readonly Formula[];
  /** Layers whose own energy `⟨x, x̂⟩ − L(x)` counts. */
  readonly leaking: readonly Neuron[];
  readonly activations: readonly (Formula & { readonly neuron: Neuron })[];
  /**
   * The right side is `τ dx/dt`; for a binary layer, which has no such, it is `−∂E/∂x̂`. Where a layer
   * is driven, the drive is part of it.
   */
  readonly rules: readonly (Formula & { readonly neuron: Neuron; readonly isDriven: boolean })[];
  /** Parts that have a name: softmaxes, and what a formula would write more than once. */
  readonly shared: readonly Formula[];
  /** What does not have to be computed at every step. */
  readonly ahead: readonly { readonly stage: ExplainedStage; readonly part: Expr }[];
}

/** A part of as many operations, reads and numbers gets a name where it is written more than once. */
const LONG = 12;

/** Writes a model down; see above. */
export function explain(graph: EnergyGraph): Explanation {
  // With every time constant 1 a velocity is what stands right of τ dx/dt. A binary layer follows
  // the energy alone: its own part is 0 at both of its values.
  const unhurried = graph.neurons.map((neuron) => ({
    ...neuron,
    tau: lit(1),
    leak: neuron.leak && neuron.kind === "smooth",
  }));
  const slopes = [...velocities({ ...graph, neurons: unhurried }).values()];
  const taken = [...graph.tensors, ...graph.neurons, ...graph.dims].map(({ name }) => name);
  const { formulas, parts } = nameSharedParts(
    [...slopes.map(({ value }) => withoutSteps(value)), ...graph.terms.map(({ energy }) => energy)],
    {
      taken,
      isNamed: ({ kind }, reads, length) => kind === "softmax" || (reads > 1 && length >= LONG),
    },
  );
  const energies = formulas.slice(slopes.length);
  const activations = graph.neurons.map(activationOf);
  const activating = nameSharedParts(
    activations.map(({ value }) => withoutSteps(value)),
    {
      taken: [...taken, ...parts.map(({ name }) => name.name)],
      isNamed: (_, reads, length) => reads > 1 && length >= LONG,
    },
  );
  return {
    energies: graph.terms.map(({ name }, i) => ({ left: name, right: energies[i], indices: [] })),
    leaking: graph.neurons.filter(({ leak, kind }) => leak && kind === "smooth"),
    activations: graph.neurons.map((neuron, i) => {
      const { indices } = activations[i];
      const left = get(neuron.activation, indices);
      return { neuron, indices, left, right: activating.formulas[i] };
    }),
    rules: slopes.map(({ indices }, i) => ({
      neuron: graph.neurons[i],
      isDriven: drivesOf(graph).some(({ neuron }) => neuron === graph.neurons[i]),
      indices,
      left: get(graph.neurons[i][movingSide(graph.neurons[i])], indices),
      right: formulas[i],
    })),
    shared: [...parts, ...activating.parts].map(({ name, indices, value }) => ({
      left: get(name, indices),
      right: value,
      indices,
    })),
    ahead: slopes.flatMap(({ value }) => computedAhead(value)),
  };
}

/** `max(x, 0)ⁿ · step(x)` is `max(x, 0)ⁿ`: what a reader would write, whatever a derivative made. */
function withoutSteps(expr: Expr): Expr {
  // Names of free indices repeat; only the very same index is the same.
  const indices: Index[] = [];
  const keyOf = (part: Expr) => {
    indices.push(...part.free.filter((index) => !indices.includes(index)));
    return exprKey(part, indices);
  };
  return replaceParts(expr, (node) => {
    if (node.kind !== "apply" || node.op !== "mul") return null;
    const bases = node.args.map((factor) => {
      const positive = factor.kind === "apply" && factor.op === "pow" && isPositivePower(factor);
      return positive ? factor.args[0] : factor;
    });
    const clipped = bases.flatMap((base) =>
      base.kind === "apply" && base.op === "relu" ? [keyOf(base.args[0])] : [],
    );
    const kept = node.args.filter((factor) => {
      const isStep = factor.kind === "apply" && factor.op === "step";
      return !isStep || !clipped.includes(keyOf(factor.args[0]));
    });
    return kept.length === node.args.length ? null : mul(...kept.map(withoutSteps));
  });
}

function isPositivePower({ args: [, exponent] }: Apply): boolean {
  return isLit(exponent) && exponent.value > 0;
}

/** What the rule of a layer is about: smooth layers move their state, binary ones flip a value. */
function movingSide({ kind }: Neuron): "state" | "activation" {
  return kind === "binary" ? "activation" : "state";
}

const ORDER = { load: 0, example: 1, step: 2 };
type Stage = keyof typeof ORDER;

/** The largest parts of an expression that need no activation, and are more than a read. */
function computedAhead(expr: Expr): { stage: ExplainedStage; part: Expr }[] {
  const found = new Map<string, { stage: ExplainedStage; part: Expr }>();
  const stageOf = makeStages();
  eachPart([expr], (node) => {
    const stage = stageOf(node);
    if (stage === "step") return;
    const work = node.kind === "reduce" || node.kind === "softmax" || node.free.length > 0;
    if (!work || children(node).length === 0) return false;
    found.set(exprKey(node, node.free), {
      part: node,
      stage: stage === "load" ? "once, when the model is loaded" : "once for every example",
    });
    return false;
  });
  return [...found.values()];
}

/** When expressions can first be computed; shared parts are asked once. */
function makeStages(): (expr: Expr) => Stage {
  const own = (expr: Expr): Stage => {
    if (expr.kind === "time") return "step";
    if (expr.kind !== "get") return "load";
    const { kind } = expr.tensor;
    if (kind === "state" || kind === "activation") return "step";
    return kind === "given" ? "example" : "load";
  };
  return makeFold<Stage>((expr, stageOf) =>
    children(expr)
      .map(stageOf)
      .reduce((latest, stage) => (ORDER[stage] > ORDER[latest] ? stage : latest), own(expr)),
  );
}

/** An activation that no line can hold is shown as what it is: the gradient of L. */
const isReadable = (activation: Expr) => printText(activation).length <= 500;

/** An explanation as text, in the notation of the language; `x_v` is the internal state of `v`. */
export function explainText(explanation: Explanation): string {
  const states = new Map(
    explanation.activations.map(({ neuron }) => [
      neuron.state,
      makeTensor(`x_${neuron.name}`, "state", neuron.axes),
    ]),
  );
  const text = (expr: Expr | string) =>
    typeof expr === "string"
      ? expr
      : printText(
          replaceGets(expr, (node) => {
            const state = states.get(node.tensor);
            return state === undefined ? null : get(state, node.at);
          }),
        );
  const lines: string[] = ["Energy"];
  for (const { name } of explanation.leaking) {
    lines.push(`  + <x_${name}, ${name}> - L(x_${name})   the layer's own`);
  }
  for (const { left, right } of explanation.energies) {
    lines.push(`  + ${text(right)}   ${text(left)}`);
  }
  lines.push("", "Activations");
  for (const { left, right, indices, neuron } of explanation.activations) {
    const shown = isReadable(right) ? text(right) : `dL/d(${text(get(neuron.state, indices))})`;
    lines.push(`  ${text(left)} = ${shown}   ${neuron.lagrangianName}`);
  }
  lines.push("", "Update rules");
  for (const { left, right, neuron, isDriven } of explanation.rules) {
    if (neuron.kind === "binary") {
      const pull = isDriven ? "drive - dE/d" : "-dE/d";
      const rule = isDriven
        ? "a unit takes the value for which E - drive * value is lower"
        : "a unit takes its value of lower energy";
      lines.push(`  ${pull}(${text(left)}) = ${text(right)}   ${rule}`);
      continue;
    }
    const tau = text(neuron.tau);
    lines.push(`  ${tau === "1" ? "" : `${tau} * `}d/dt ${text(left)} = ${text(right)}`);
  }
  if (explanation.shared.length > 0) lines.push("", "where");
  for (const { left, right } of explanation.shared) lines.push(`  ${text(left)} = ${text(right)}`);
  if (explanation.ahead.length > 0) lines.push("", "Computed ahead");
  for (const { part, stage } of explanation.ahead) lines.push(`  ${text(part)}   ${stage}`);
  return `${lines.join("\n")}\n`;
}

/** A formula of an explanation as LaTeX. */
export interface LatexRow {
  readonly part: "energy" | "activation" | "rule" | "shared";
  readonly left: string;
  readonly right: string;
  /** Whose activation or rule it is. */
  readonly neuron?: Neuron;
}

/** Every formula of an explanation, from the energy on; activations wear hats. */
export function explanationRows(
  explanation: Explanation,
  { mark = (text) => text }: Pick<LatexOptions, "mark"> = {},
): LatexRow[] {
  const latex = (expr: Expr) => printLatex(expr, { hats: true, mark });
  const energyOf = (name: string) => {
    const { base, below } = latexName(name);
    return `${mark("E", name)}_{${[base, ...below].join(", ")}}`;
  };
  // A whole layer is named without its units.
  const own = explanation.leaking.map(({ name, state, activation }) => {
    const [x, xhat] = [state, activation].map((layer) =>
      latex(get(makeTensor(layer.name, layer.kind), [])),
    );
    return `\\langle ${x}, ${xhat} \\rangle - L_{${joined(latexName(name))}}(${x})`;
  });
  const terms = explanation.energies.map(({ left }) => energyOf(left as string));
  return [
    { part: "energy", left: "E", right: [...own, ...terms].join(" + ") || "0" },
    ...explanation.energies.map(({ right }, k): LatexRow => ({
      part: "energy",
      left: terms[k],
      right: latex(right),
    })),
    ...explanation.activations.map(({ left, right, indices, neuron }): LatexRow => {
      const state = latex(get(neuron.state, indices));
      const shown = isReadable(right) ? latex(right) : `\\frac{\\partial L}{\\partial ${state}}`;
      return { part: "activation", neuron, left: latex(left as Expr), right: shown };
    }),
    ...explanation.rules.map(({ left, right, neuron, isDriven }): LatexRow => {
      const moved = latex(left as Expr);
      const tau = latex(neuron.tau);
      const lead = tau === "1" ? "" : `${tau}\\,`;
      const shown =
        neuron.kind === "binary"
          ? `${isDriven ? "\\mathrm{drive} " : ""}-\\frac{\\partial E}{\\partial ${moved}}`
          : `${lead}\\frac{d\\,${moved}}{dt}`;
      return { part: "rule", neuron, left: shown, right: latex(right) };
    }),
    ...explanation.shared.map(({ left, right }): LatexRow => ({
      part: "shared",
      left: latex(left as Expr),
      right: latex(right),
    })),
  ];
}

/** The update rules and what they name as a LaTeX `aligned` block; activations wear hats. */
export function explainLatex(explanation: Explanation): string {
  const rows = explanationRows(explanation)
    .filter(({ part }) => part !== "energy")
    .map(({ left, right }) => `${left} &= ${right}`);
  return `\\begin{aligned}\n${rows.join(" \\\\\n")}\n\\end{aligned}\n`;
}
