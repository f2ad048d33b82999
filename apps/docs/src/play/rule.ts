// The model of a text as formulas, and what each of their names is.

import {
  certify,
  type Dim,
  type EnergyGraph,
  explain,
  type Explanation,
  explanationRows,
  type Get,
  isLit,
  type LatexRow,
  printCertificate,
  printText,
  type Tensor,
} from "@hamlet/graph";

/** A name of a formula. */
export interface Named {
  readonly name: string;
  /** As the formula writes it. */
  readonly latex: string;
  /** What it is, as a declaration would say it. */
  readonly type: string;
}

/** What a model computes. */
export interface Rule {
  /** The formulas as `ham explain --latex` has them, and the energy before; names are marked. */
  readonly rows: readonly Pick<LatexRow, "part" | "left" | "right">[];
  readonly names: readonly Named[];
  /** What is known of it without running it, a claim a line. */
  readonly certificate: readonly string[];
}

/** Writes a model down; `sizes` are those of its dims that data tells. */
export function ruleOf(graph: EnergyGraph, sizes: ReadonlyMap<string, number>): Rule {
  const explanation = explain(graph);
  const latexOf = new Map<string, string>();
  const rows = explanationRows(explanation, {
    mark(latex, name) {
      // A layer's name without a hat is its state; the list shows what others see of it.
      if (!latexOf.has(name) || latex.startsWith("\\hat")) latexOf.set(name, latex);
      return `\\htmlData{name=${name}}{${latex}}`;
    },
  }).map(({ part, left, right }) => ({ part, left, right }));
  // What is marked of an energy is its letter; all have the same.
  const plain = explanationRows(explanation);
  for (const [k, { name }] of graph.terms.entries()) latexOf.set(name, plain[k + 1].left);
  const typeOf = typesOf(graph, explanation, sizes);
  return {
    rows,
    names: [...latexOf].map(([name, latex]) => ({ name, latex, type: typeOf(name) })),
    certificate: printCertificate(certify(graph)).trimEnd().split("\n"),
  };
}

function typesOf(
  { neurons, tensors, terms, dims }: EnergyGraph,
  { shared }: Explanation,
  sizes: ReadonlyMap<string, number>,
): (name: string) => string {
  const known = new Map<string, string>();
  const sizeOf = ({ name, size }: Dim) =>
    size !== null && isLit(size) ? size.value : sizes.get(name);
  const shape = (axes: readonly Dim[]) => {
    if (axes.length === 0) return "";
    const counts = axes.map(sizeOf);
    const names = `[${axes.map(({ name }) => name).join(", ")}]`;
    return counts.includes(undefined) ? names : `${names} = ${counts.join(" × ")}`;
  };
  for (const dim of dims) {
    const size = sizeOf(dim);
    known.set(dim.name, `dim ${dim.name}${size === undefined ? "" : ` = ${size}`}`);
  }
  for (const { name } of terms) known.set(name, `energy ${name}`);
  for (const tensor of tensors)
    known.set(tensor.name, `${headOf(tensor)}${shape(tensor.axes)}`.trim());
  for (const { name, axes, lagrangianName } of neurons)
    known.set(name, `neuron ${name}: ${shape(axes)} as ${lagrangianName}`);
  for (const { left, indices } of shared) {
    const { name } = (left as Get).tensor;
    known.set(name, `${name}: ${shape(indices.map(({ dim }) => dim))}, written out below "where"`);
  }
  return (name) => known.get(name)!;
}

/** A declaration without its shape. */
function headOf({ kind, name, elem, bound, axes, source }: Tensor): string {
  const limit = bound === null ? "" : ` ${bound.op} ${bound.value}`;
  const value = source?.from === "value" ? ` = ${printText(source.value)}` : "";
  const entries = elem === "real" && axes.length > 0 && limit === "" ? "" : `${elem}${limit}`;
  return axes.length > 0
    ? `${kind} ${name}: ${entries === "" ? "" : `${entries}, `}`
    : `${kind} ${name}: ${entries}${value}`;
}
