// Whether a model keeps its promises: convex Lagrangians, an energy with a floor, functions that
// are asked only for values they have. These rules read the finished graph.

import {
  children,
  checkBoundedness,
  checkConvexity,
  checkDomains,
  type Convexity,
  type EnergyGraph,
  type Expr,
  type Facts,
  factsOf,
  type Neuron,
  printInterval,
  printText,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { convexityUnproven } from "../2-check/rules/convexity-unproven.ts";
import { domain, noValue } from "../2-check/rules/domain.ts";
import { notConvex } from "../2-check/rules/not-convex.ts";
import { signNeeded } from "../2-check/rules/sign-needed.ts";
import { unboundedEnergy } from "../2-check/rules/unbounded-energy.ts";
import type { Span } from "../source.ts";
import type { GraphCheck, Written } from "./graph-check.ts";
import { reportSolvers } from "./solver-fit.ts";
import { rewritten } from "./where-to-sum.ts";

/** Reports every promise that a sound graph may still break. */
export const checkSoundness: GraphCheck = (graph, written) => {
  const facts = factsOf(graph);
  for (const neuron of graph.neurons) reportConvexity(neuron, facts, written);
  reportDomains(graph, facts, written);
  reportNoValues(graph, written);
  if (written.leftOut.length > 0) return;
  reportBoundedness(graph, facts, written);
  reportSolvers(graph, written, (name) => termSpan(written, name));
};

function neuronItem({ file }: Written, name: string): ast.NeuronItem | undefined {
  return file.items.find((item) => item.kind === "neuron" && item.name.text === name) as
    | ast.NeuronItem
    | undefined;
}

/** The Lagrangian that a neuron names, when the file itself declares it. */
function ownLagrangian({ file }: Written, item: ast.NeuronItem): ast.LagrangianItem | undefined {
  const [name] = item.lagrangian.path.segments;
  return file.items.find(
    (other) => other.kind === "lagrangian" && other.name.text === name.text,
  ) as ast.LagrangianItem | undefined;
}

function reportConvexity(neuron: Neuron, facts: Facts, written: Written): void {
  const item = neuronItem(written, neuron.name);
  if (item === undefined || isAssumed(item) || isAssumed(ownLagrangian(written, item))) return;
  const verdict = checkConvexity(neuron, { facts });
  if (verdict.status === "proven" || verdict.status === "assumed") return;
  const own = ownLagrangian(written, item);
  if (own === undefined && reportSign(neuron, item, verdict, written)) return;
  const value = own?.body.find((line) => line.kind === "bodyValue");
  const span =
    written.spanOf(verdict.culprit.expr) ??
    (value?.kind === "bodyValue" ? value.value.span : item.lagrangian.span);
  const head = own?.name.span ?? null;
  if (verdict.status === "refuted") {
    notConvex(written.diagnostics, span, head, chordText(verdict));
  } else {
    const because = {
      sign: verdict.culprit.because === "sign",
      written: printText(verdict.culprit.expr),
    };
    convexityUnproven(written.diagnostics, span, head, because, verdict.tried);
  }
}

function isAssumed(item: ast.NeuronItem | ast.LagrangianItem | undefined): boolean {
  return (item?.attributes ?? []).some(
    ({ name, args }) => name.text === "assume" && args.some((arg) => arg.text === "convex"),
  );
}

/** An option of a catalogue entry whose sign is not known; true when it was reported. */
function reportSign(
  neuron: Neuron,
  item: ast.NeuronItem,
  verdict: Exclude<Convexity, { status: "proven" | "assumed" }>,
  { file, diagnostics }: Written,
): boolean {
  const { expr } = verdict.culprit;
  const tensor = expr.kind === "get" ? expr.tensor : null;
  const arg = item.lagrangian.args?.find(
    ({ value }) =>
      value.kind === "reference" && tensor !== null && value.path.segments[0].text === tensor.name,
  );
  if (arg?.name === undefined || tensor === null) return false;
  const declared = file.items.find(
    (other) =>
      (other.kind === "param" || other.kind === "const") && other.name.text === tensor.name,
  );
  const known = declared?.kind === "param" || declared?.kind === "const" ? declared : null;
  const text = file.source.text;
  signNeeded(
    diagnostics,
    neuron.lagrangianName,
    arg.name.text,
    { span: arg.value.span, learned: tensor.kind === "param" },
    known === null
      ? null
      : {
          span: known.type?.span ?? known.name.span,
          fix: positive(known, text),
        },
  );
  return true;
}

/** `param gamma: real > 0 = 1.0`, unless it has another bound or starts with another sign. */
function positive(item: ast.ParamItem | ast.ConstItem, text: string) {
  const { type, name, init, span } = item;
  const starts = init.kind === "value" && init.value.kind === "number" ? init.value.value : null;
  if (type?.bound !== undefined || (starts !== null && starts <= 0)) return null;
  const at = type?.span.end ?? name.span.end;
  // A bound follows the kind of the entries: `[D] > 0` is one as well.
  const bound = { span: { start: at, end: at }, text: type === undefined ? ": real > 0" : " > 0" };
  return { shown: rewritten(text, span, [bound]), edit: bound };
}

/** `L(0) + L(2) = 3.75 < 2 L(1) = 4.24`, for states of few units. */
function chordText({ counterExample }: Extract<Convexity, { status: "refuted" }>): string | null {
  const { a, b, atA, atB, atMiddle } = counterExample;
  if (a.length > 3) return null;
  const short = (x: number) => String(Number(x.toPrecision(3)));
  const at = (x: readonly number[]) => `L(${x.map(short).join(", ")})`;
  const middle = a.map((x, i) => (x + b[i]) / 2);
  return `${at(a)} + ${at(b)} = ${short(atA + atB)} < 2 ${at(middle)} = ${short(2 * atMiddle)}`;
}

function reportBoundedness(graph: EnergyGraph, facts: Facts, written: Written): void {
  const verdict = checkBoundedness(graph, facts);
  // Where a Lagrangian is to blame, that was said already.
  if (verdict.status === "proven" || verdict.term === null) return;
  const { term, neurons, fall, confinements } = verdict;
  const span = termSpan(written, term.name);
  if (span === null) return;
  const product = neurons
    .map(({ name, activation }) => power(name, fall?.get(activation) ?? null))
    .join(" ");
  unboundedEnergy(
    written.diagnostics,
    {
      span,
      fall: fall === null ? "no power bounds how fast this falls" : `falls like -${product}`,
    },
    neurons.flatMap((neuron) => {
      const item = neuronItem(written, neuron.name);
      const exponent = confinements.find((other) => other.neuron === neuron)?.exponent ?? 0;
      const rise =
        exponent === 0
          ? "has no energy of its own"
          : `rises only like ${power(neuron.name, exponent)}`;
      return item === undefined ? [] : [{ span: item.lagrangian.span, rise }];
    }),
  );
}

function power(name: string, exponent: number | null): string {
  const n = exponent === null ? "?" : String(Number(exponent.toPrecision(3)));
  return n === "1" ? `|${name}|` : `|${name}|^${n}`;
}

/** The formula of an energy, or the template of a connection. */
function termSpan({ file }: Written, name: string): Span | null {
  for (const item of file.items) {
    if (item.kind === "energy" && item.name.text === name) return item.value.span;
    if (item.kind !== "connect") continue;
    const own = item.name?.text ?? item.template.path.segments.at(-1)!.text;
    if (own === name) return item.template.span;
  }
  return null;
}

function reportDomains(graph: EnergyGraph, facts: Facts, written: Written): void {
  const seen = new Set<Expr>();
  for (const term of graph.terms) {
    for (const { op, argument, node, range } of checkDomains(term.energy, facts)) {
      // Division by something that might be 0 is everyday; a warning there would only be noise.
      if (op === "division" || seen.has(node)) continue;
      seen.add(node);
      const span = written.spanOf(argument) ?? written.spanOf(node) ?? termSpan(written, term.name);
      if (span === null) continue;
      const { source } = written.file;
      const text =
        written.spanOf(argument) === undefined
          ? printText(argument)
          : source.text.slice(span.start, span.end);
      const before = source.text.slice(0, span.start);
      const isArgument =
        new RegExp(`\\b${op}\\(\\s*$`, "u").test(before) &&
        /^\s*\)/u.test(source.text.slice(span.end));
      const risk = { op, argument: text, range: printInterval(range), isArgument };
      domain(written.diagnostics, risk, span);
    }
  }
}

/** Numbers that were worked out while reading the file and are none, like `0/0`. */
function reportNoValues(graph: EnergyGraph, written: Written): void {
  const values = graph.tensors.flatMap(({ source }) =>
    source?.from === "value" ? source.value : [],
  );
  const pending: Expr[] = [...values, ...graph.terms.map(({ energy }) => energy)];
  const seen = new Set(pending);
  for (const expr of pending) {
    const span = written.spanOf(expr);
    if (expr.kind === "lit" && !Number.isFinite(expr.value) && span !== undefined) {
      const text = written.file.source.text.slice(span.start, span.end);
      noValue(written.diagnostics, text, expr.value, span);
    }
    for (const child of children(expr)) {
      if (!seen.has(child)) pending.push(child);
      seen.add(child);
    }
  }
}
