// Whether a model keeps its promises: convex Lagrangians, an energy with a floor, functions that
// are asked only for values they have. These rules read the finished graph.

import {
  argumentFault,
  children,
  checkBoundedness,
  checkConvexity,
  checkDomains,
  checkSlopes,
  type Convexity,
  type EnergyGraph,
  type Expr,
  type Facts,
  factsOf,
  isLit,
  isValue,
  makeRanges,
  type Neuron,
  printInterval,
  printText,
  type SlopeRisk,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { convexityUnproven } from "../rules/convexity-unproven.ts";
import { divisionByZero, domain, infiniteSlope, overflow } from "../rules/domain.ts";
import { fitsFloat32, noFiniteValue } from "../rules/no-finite-value.ts";
import { notConvex } from "../rules/not-convex.ts";
import { signNeeded } from "../rules/sign-needed.ts";
import { unboundedEnergy } from "../rules/unbounded-energy.ts";
import { valueOutOfBounds } from "../rules/value-out-of-bounds.ts";
import type { Span } from "../source.ts";
import type { GraphCheck, Written } from "./graph-check.ts";
import { reportIdle } from "./idle.ts";
import { itemsOf } from "./items.ts";
import { reportMisplacedReads } from "./misplaced-reads.ts";
import { reportMixedOptions, reportStoredAxes } from "./mixed-options.ts";
import { reportSaidTwice } from "./said-twice.ts";
import { reportRounded } from "./rounded-numbers.ts";
import { reportSettings } from "./settings.ts";
import { reportSolvers } from "./solver-fit.ts";
import { rewritten } from "./where-to-sum.ts";
import { knownValue } from "./known-value.ts";

/** Reports every promise that a sound graph may still break. */
export const checkSoundness: GraphCheck = (graph, written) => {
  reportSaidTwice(written);
  reportMisplacedReads(graph, written);
  reportMixedOptions(graph, written);
  reportStoredAxes(graph, written);
  if (written.diagnostics.hasErrors()) return;
  const facts = factsOf(graph);
  for (const neuron of graph.neurons) reportConvexity(neuron, facts, written);
  reportDomains(graph, facts, written);
  reportSlopes(graph, facts, written);
  reportOverflows(graph, facts, written);
  reportNoValues(graph, written);
  reportRounded(written);
  if (written.leftOut.length > 0) return;
  reportBoundedness(graph, facts, written);
  reportIdle(graph, written, (name) => termSpan(written, name));
  reportSolvers(graph, written, (name) => termSpan(written, name));
};

function neuronItem({ file }: Written, name: string): ast.NeuronItem | undefined {
  return itemsOf(file).neurons.get(name);
}

/** The Lagrangian that a neuron names, when the file itself declares it. */
function ownLagrangian({ file }: Written, item: ast.NeuronItem): ast.LagrangianItem | undefined {
  return itemsOf(file).lagrangians.get(item.lagrangian.path.segments[0].text);
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
  const isHeld = (neuron: Neuron) =>
    confinements.find((other) => other.neuron === neuron)?.bounded ?? false;
  const hasPole = fall === null && neurons.every(isHeld);
  const falls = hasPole
    ? "this may fall without end all the same, at a place that they come near to"
    : "no power bounds how fast this falls";
  unboundedEnergy(
    written.diagnostics,
    { span, fall: fall === null ? falls : `may fall like -${product}`, hasPole },
    neurons.flatMap((neuron) => {
      const item = neuronItem(written, neuron.name);
      const exponent = confinements.find((other) => other.neuron === neuron)?.exponent ?? 0;
      const rise = isHeld(neuron)
        ? "is bounded"
        : exponent === 0
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
  const item = itemsOf(file).terms.get(name);
  if (item === undefined) return null;
  return item.kind === "energy" ? item.value.span : item.template.span;
}

/** The formula of an own Lagrangian; where a neuron names another one, that name. */
function lagrangianSpan(written: Written, neuron: string): Span | null {
  const item = neuronItem(written, neuron);
  if (item === undefined) return null;
  const value = ownLagrangian(written, item)?.body.find((line) => line.kind === "bodyValue");
  return value?.kind === "bodyValue" ? value.value.span : item.lagrangian.span;
}

/** The energies and the own Lagrangians of a model, each with the place of the whole. */
function formulasOf({ terms, neurons }: EnergyGraph, written: Written) {
  // Those of a catalogue are what they should be, behind guards that the rules do not see through.
  const own = neurons.filter(({ made }) => typeof made?.declaration === "string");
  return [
    ...terms.map(({ name, energy }) => ({ formula: energy, whole: termSpan(written, name) })),
    ...own.map(({ name, lagrangian }) => ({
      formula: lagrangian,
      whole: lagrangianSpan(written, name),
    })),
  ];
}

function reportDomains(graph: EnergyGraph, facts: Facts, written: Written): void {
  const seen = new Set<Expr>();
  for (const { formula, whole } of formulasOf(graph, written)) {
    for (const { op, argument, node, range } of checkDomains(formula, facts)) {
      // Division by something that might be 0 is everyday; a warning there would only be noise.
      if (op === "division" || seen.has(node)) continue;
      seen.add(node);
      const span = written.spanOf(argument) ?? written.spanOf(node) ?? whole;
      if (span === null) continue;
      const { text } = written.file.source;
      const isArgument =
        new RegExp(`\\b${op}\\(\\s*$`, "u").test(text.slice(0, span.start)) &&
        /^\s*\)/u.test(text.slice(span.end));
      const shown = textOf(argument, written);
      const risk = { op, argument: shown, range: printInterval(range), isArgument };
      domain(written.diagnostics, risk, span);
    }
  }
}

/** Where a unit may stand, or a param begins, at a root without a slope. */
function reportSlopes(graph: EnergyGraph, facts: Facts, written: Written): void {
  const seen = new Set<Expr>();
  const report = (risks: readonly SlopeRisk[], learned: boolean, fallback: Span | null) => {
    for (const { op, argument, node, range } of risks) {
      if (seen.has(node)) continue;
      seen.add(node);
      const span = written.spanOf(argument) ?? written.spanOf(node) ?? fallback;
      if (span === null) continue;
      const text = textOf(argument, written);
      const risk = { op, argument: text, range: printInterval(range), learned };
      infiniteSlope(written.diagnostics, risk, span);
    }
  };
  for (const { name, energy } of graph.terms) {
    const read = [...tensorsIn([energy])];
    const units = new Set(read.filter(({ kind }) => kind === "activation"));
    report(checkSlopes(energy, units, facts), false, termSpan(written, name));
  }
  for (const { lagrangian, state, name } of graph.neurons) {
    report(checkSlopes(lagrangian, new Set([state]), facts), false, lagrangianSpan(written, name));
  }
  if ((graph.trainings ?? []).length === 0) return;
  const range = makeRanges(facts);
  const begin = new Map(facts);
  for (const tensor of graph.tensors) {
    const { kind, source } = tensor;
    if (kind === "param" && source?.from === "value") begin.set(tensor, range(source.value));
  }
  for (const { name, energy } of graph.terms) {
    const read = [...tensorsIn([energy])];
    const params = new Set(read.filter((tensor) => tensor.kind === "param" && begin.has(tensor)));
    const risks = checkSlopes(energy, params, begin);
    const zero = risks.filter(({ range: { low, high } }) => low === 0 && high === 0);
    report(zero, true, termSpan(written, name));
  }
}

/** Exponentials under a logarithm: `log(1 + exp(x))`, `log(sum[i] exp(x[i]))`. */
function reportOverflows(graph: EnergyGraph, facts: Facts, written: Written): void {
  const range = makeRanges(facts);
  const isLarge = (expr: Expr): boolean =>
    expr.kind === "apply" && expr.op === "exp" && range(expr.args[0]).high > LARGEST_EXPONENT;
  /** Whether such an exponential makes it large as well: a sum or a mean of it, a multiple, a power. */
  const grows = (expr: Expr): boolean => {
    if (isLarge(expr)) return true;
    if (expr.kind === "reduce") return expr.op === "sum" && grows(expr.body);
    if (expr.kind !== "apply") return false;
    const [base, exponent] = expr.args;
    if (expr.op === "pow") return isLit(exponent) && exponent.value > 0 && grows(base);
    return (expr.op === "add" || expr.op === "mul") && expr.args.some(grows);
  };
  forEachPart(graph, written, (node, fallback) => {
    if (node.kind !== "apply" || node.op !== "log") return;
    const [inside] = node.args;
    const isSum = inside.kind === "reduce" && inside.op === "sum" && isLarge(inside.body);
    const parts = inside.kind === "apply" && inside.op === "add" ? inside.args : [];
    const isPlain = isSum || parts.some(isLarge);
    // What a catalogue writes otherwise is its own business.
    if (!isPlain && !(written.spanOf(node) !== undefined && grows(inside))) return;
    const span = written.spanOf(node) ?? fallback;
    if (span === null) return;
    const exponent = (exp: Expr) => (exp.kind === "apply" ? textOf(exp.args[0], written) : "");
    /** A reduction ends at the next plus. */
    const closed = (exp: Expr) =>
      exp.kind === "apply" && exp.args[0].kind === "apply" && exp.args[0].op === "add"
        ? `(${exponent(exp)})`
        : exponent(exp);
    let fix: string | null = null;
    if (isSum) {
      const { over, where, body } = inside;
      const guard = where === null ? "" : ` where ${textOf(where, written)}`;
      fix = `(logsumexp[${over.map(({ name }) => name).join(", ")}${guard}] ${closed(body)})`;
    } else if (isLarge(inside)) {
      fix = `(${exponent(inside)})`;
    } else if (
      parts.length === 2 &&
      parts.some(isLarge) &&
      parts.some((part) => isValue(part, 1))
    ) {
      fix = `softplus(${exponent(parts.find(isLarge)!)})`;
    }
    overflow(written.diagnostics, textOf(node, written), fix, span);
  });
}

/** Above it `exp` is infinite in float32. */
const LARGEST_EXPONENT = 88.7;

function textOf(expr: Expr, { spanOf, file }: Written): string {
  const span = spanOf(expr);
  return span === undefined ? printText(expr) : file.source.text.slice(span.start, span.end);
}

/** Visits every part of the energies and own Lagrangians once, with the place of the whole. */
function forEachPart(
  graph: EnergyGraph,
  written: Written,
  visit: (node: Expr, fallback: Span | null) => void,
): void {
  const seen = new Set<Expr>();
  for (const { formula, whole } of formulasOf(graph, written)) {
    const walk = (node: Expr): void => {
      if (seen.has(node)) return;
      seen.add(node);
      children(node).forEach(walk);
      visit(node, whole);
    };
    walk(formula);
  }
}

/**
 * Consts whose value follows from others and is none, such as `1 / z` with `const z = 0`, and
 * divisions by such a 0 in an energy.
 */
function reportNoValues(graph: EnergyGraph, written: Written): void {
  const moved = new Set(
    graph.recalls.flatMap(({ schedules }) => schedules.map(({ tensor }) => tensor)),
  );
  const known = new Map<Tensor, ArrayLike<number>>();
  for (const tensor of graph.tensors) {
    const { kind, source, axes } = tensor;
    if (kind !== "const" || source?.from !== "value" || moved.has(tensor)) continue;
    const value = axes.length === 0 ? valueOf(source.value, known) : null;
    if (value === null) continue;
    known.set(tensor, [value]);
    const span = written.spanOf(source.value);
    if (fitsFloat32(value) || span === undefined) continue;
    noFiniteValue(written.diagnostics, textOf(source.value, written), value, span);
  }
  reportTaus(graph, known, written);
  reportDraws(graph, known, written);
  reportSettings(graph, (expr) => valueOf(expr, known), written);
  reportSchedules(graph, known, written);
  forEachPart(graph, written, (node, fallback) => {
    if (node.kind === "lit" && !Number.isFinite(node.value) && fallback !== null) {
      // What was divided by 0 is one number with it by now.
      const { text } = written.file.source;
      const formula = text.slice(fallback.start, fallback.end);
      noFiniteValue(written.diagnostics, formula, node.value, fallback);
    }
    if (node.kind !== "apply") return;
    const divisor = node.op === "pow" ? node.args[0] : null;
    const exponent = node.op === "pow" ? node.args[1] : null;
    if (divisor === null || exponent === null || !isLit(exponent) || exponent.value >= 0) return;
    if (divisor.free.length > 0 || valueOf(divisor, known) !== 0) return;
    const span = written.spanOf(node) ?? fallback;
    if (span !== null) divisionByZero(written.diagnostics, textOf(divisor, written), span);
  });
}

/** Layers that would stand still, or go uphill. */
function reportTaus({ neurons }: EnergyGraph, known: Known, written: Written): void {
  for (const { name, tau } of neurons) {
    const value = valueOf(tau, known);
    if (value === null || value > 0) continue;
    const setting = neuronItem(written, name)?.settings.find((each) => each.kind === "tau");
    if (setting?.kind !== "tau") continue;
    const bound = { op: ">", value: 0 } as const;
    valueOutOfBounds(written.diagnostics, "tau", bound, value, setting.value.span, null);
  }
}

/** Distributions that there are none of, as far as the text says what they are drawn with. */
function reportDraws(graph: EnergyGraph, known: Known, written: Written): void {
  const { tensors, recalls, tests = [], trainings = [] } = graph;
  const draws = [
    ...tensors.map(({ source }) => source),
    ...recalls.flatMap(({ starts }) => starts),
    ...[...tests, ...trainings].flatMap(({ feeds }) => feeds),
  ];
  for (const draw of draws) {
    if (draw?.from !== "draw") continue;
    const { distribution, args } = draw;
    const values = args.map((arg) => valueOf(arg, known));
    const fault = argumentFault(distribution, values);
    if (fault === null) continue;
    const { place, name, bound, value } = fault;
    const span = written.spanOf(args[place] ?? args[0]);
    if (span === undefined) continue;
    const note = place < args.length ? null : `\`${name}\` is ${value} where nothing is said`;
    valueOutOfBounds(written.diagnostics, name, bound, value, span, note);
  }
}

/** Schedules that have no number at their beginning, half way or at their end. */
function reportSchedules({ recalls }: EnergyGraph, known: Known, written: Written): void {
  for (const { value } of recalls.flatMap(({ schedules }) => schedules)) {
    const span = written.spanOf(value);
    const bad = [0, 0.5, 1].find((time) => {
      const at = valueOf(value, known, time);
      return at !== null && !fitsFloat32(at);
    });
    if (bad === undefined || span === undefined) continue;
    const found = valueOf(value, known, bad)!;
    noFiniteValue(written.diagnostics, textOf(value, written), found, span, bad);
  }
}

/** The values of consts that follow from the text alone. */
type Known = ReadonlyMap<Tensor, ArrayLike<number>>;

/** A number that follows from literals, sizes and consts; null where it does not. */
function valueOf(expr: Expr, tensors: Known, time?: number): number | null {
  const reads = tensorsIn([expr]);
  if (expr.free.length > 0 || [...reads].some((tensor) => !tensors.has(tensor))) return null;
  return knownValue(expr, { tensors, ...(time === undefined ? {} : { time }) });
}
