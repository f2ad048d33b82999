// An expression as LaTeX, for readers of papers.

import { isLit, isValue, lit } from "../expr/expr.ts";
import { joined, latexName } from "./latex-names.ts";
import { fraction, signed } from "./print-text.ts";
import { isCondition } from "../expr/scalar-functions.ts";
import type { Apply, Expr, Index, Lit, Reduce, Softmax, Tensor } from "../expr/types.ts";

/** How expressions are written. */
export interface LatexOptions {
  /** Put a hat on activations, as in x̂ = ∂L/∂x. Default false. */
  readonly hats?: boolean;
  /** What is written for a name of the model, such as `\\hat{v}` for the activation `v`; default: that. */
  readonly mark?: (latex: string, name: string) => string;
}

/** How tightly an operator binds; a part that binds less is put in parentheses. */
const LEVEL = { or: 1, and: 2, not: 3, compare: 4, sum: 5, product: 6, power: 7, atom: 8 };

interface Printed {
  readonly text: string;
  readonly level: number;
}

const INFIX: Partial<Record<Apply["op"], [string, number]>> = {
  or: ["\\lor", LEVEL.or],
  and: ["\\land", LEVEL.and],
  eq: ["=", LEVEL.compare],
  ne: ["\\neq", LEVEL.compare],
  lt: ["<", LEVEL.compare],
  le: ["\\leq", LEVEL.compare],
};

const CALLS: Partial<Record<Apply["op"], string>> = {
  exp: "\\exp",
  log: "\\log",
  tanh: "\\tanh",
  sin: "\\sin",
  cos: "\\cos",
  max: "\\max",
  min: "\\min",
  sigmoid: "\\sigma",
  logcosh: "\\log\\cosh",
};

/** The LaTeX of an expression, for math mode. KaTeX accepts it. */
export function printLatex(expr: Expr, options: LatexOptions = {}): string {
  return new Printer(options).print(expr).text;
}

/** How the name of an activation one step ago begins, and what a reader sees of it. */
const BEFORE = "before ";
const PAST = "^{-}";

class Printer {
  readonly #names = new Map<Index, string>();
  readonly #hats: boolean;
  readonly #mark: (latex: string, name: string) => string;

  constructor({ hats = false, mark = (latex) => latex }: LatexOptions) {
    this.#hats = hats;
    this.#mark = mark;
  }

  print(expr: Expr): Printed {
    switch (expr.kind) {
      case "lit":
        return printNumber(expr.value);
      case "size":
        return { text: this.#name(expr.dim.name, []), level: LEVEL.atom };
      case "time":
        return { text: "t", level: LEVEL.atom };
      case "position":
        return { text: this.#index(expr.index), level: LEVEL.atom };
      case "get":
        return { text: this.#read(expr.tensor, expr.at), level: LEVEL.atom };
      case "select": {
        const [condition, whenTrue, whenFalse] = [
          expr.condition,
          expr.whenTrue,
          expr.whenFalse,
        ].map((part) => this.print(part).text);
        const rows = `${whenTrue} & \\text{if } ${condition} \\\\ ${whenFalse} & \\text{otherwise}`;
        return { text: `\\begin{cases} ${rows} \\end{cases}`, level: LEVEL.sum };
      }
      case "reduce":
      case "softmax":
        return this.#binder(expr);
      case "apply":
        return this.#apply(expr);
    }
  }

  #part(expr: Expr, atLeast: number): string {
    const { text, level } = this.print(expr);
    if (level >= atLeast) return text;
    // A condition used as a number: 1 where it holds (Iverson).
    const bracket = expr.kind === "apply" && isCondition(expr.op) && atLeast > LEVEL.compare;
    return bracket ? `\\left[${text}\\right]` : `\\left(${text}\\right)`;
  }

  /** Two different indices of one name are told apart by primes. */
  #index(index: Index): string {
    let name = this.#names.get(index);
    if (name === undefined) {
      const taken = new Set(this.#names.values());
      const plain = joined(latexName(index.name));
      name = plain;
      for (let primes = 1; taken.has(name); primes++) name = `{${plain}}${"'".repeat(primes)}`;
      this.#names.set(index, name);
    }
    return name;
  }

  #read(tensor: Tensor, at: readonly (Index | number)[]): string {
    const isPast = tensor.kind === "activation" && tensor.name.startsWith(BEFORE);
    const name = isPast ? tensor.name.slice(BEFORE.length) : tensor.name;
    const places = at.map((index) =>
      typeof index === "number" ? String(index) : this.#index(index),
    );
    return this.#name(name, places, {
      above: this.#hats && tensor.kind === "activation" ? "\\hat" : "",
      behind: isPast ? PAST : "",
    });
  }

  #name(name: string, places: readonly string[], { above = "", behind = "" } = {}): string {
    const { base, below } = latexName(name);
    const shown = this.#mark(above === "" ? base : `${above}{${base}}`, name);
    return joined({ base: `${shown}${behind}`, below: [...below, ...places] });
  }

  #binder(expr: Reduce | Softmax): Printed {
    const indices = expr.over.map((index) => this.#index(index)).join(", ");
    const guard = expr.where === null ? "" : ` \\,:\\, ${this.print(expr.where).text}`;
    const under = `_{${indices}${guard}}`;
    if (expr.kind === "softmax") {
      const body = this.print(expr.body).text;
      return { text: `\\operatorname{softmax}${under}\\left(${body}\\right)`, level: LEVEL.atom };
    }
    if (expr.op === "logsumexp") {
      const text = `\\log \\sum${under} \\exp\\left(${this.print(expr.body).text}\\right)`;
      return { text, level: LEVEL.product };
    }
    const text = `\\${expr.op}${under} ${this.#part(expr.body, LEVEL.product)}`;
    return { text, level: LEVEL.product };
  }

  #apply(expr: Apply): Printed {
    const { op, args } = expr;
    const infix = INFIX[op];
    if (infix !== undefined) {
      const [sign, level] = infix;
      return { text: args.map((arg) => this.#part(arg, level + 1)).join(` ${sign} `), level };
    }
    const [x] = args;
    switch (op) {
      case "add":
        return { text: this.#sum(args), level: LEVEL.sum };
      case "mul":
        return this.#product(args);
      case "pow":
        return this.#power(expr);
      case "not":
        return { text: `\\lnot ${this.#part(x, LEVEL.not)}`, level: LEVEL.not };
      case "sqrt":
        return { text: `\\sqrt{${this.print(x).text}}`, level: LEVEL.atom };
      case "abs":
        return { text: `\\left|${this.print(x).text}\\right|`, level: LEVEL.atom };
      case "relu":
        return { text: `\\max\\left(0, ${this.print(x).text}\\right)`, level: LEVEL.power };
      case "step":
        return { text: `\\left[${this.print(x).text} > 0\\right]`, level: LEVEL.atom };
      case "ceil":
        return {
          text: `\\left\\lceil ${this.print(x).text} \\right\\rceil`,
          level: LEVEL.atom,
        };
      default: {
        const inside = args.map((arg) => this.print(arg).text).join(", ");
        const name = CALLS[op] ?? `\\operatorname{${op}}`;
        return { text: `${name}\\left(${inside}\\right)`, level: LEVEL.power };
      }
    }
  }

  #sum(terms: readonly Expr[]): string {
    const parts = terms.map(signed).sort((a, b) => Number(a.minus) - Number(b.minus));
    return parts
      .map(({ minus, size }, i) => {
        const text = this.#part(size, LEVEL.product);
        if (i === 0) return minus ? `-${text}` : text;
        return `${minus ? "-" : "+"} ${text}`;
      })
      .join(" ");
  }

  #product(factors: readonly Expr[]): Printed {
    const { above, below } = fraction(factors, isNegative);
    const [sign, ...tops] = withSign(above);
    if (below.length > 0) {
      const top = this.#row(tops);
      return { text: `${sign}\\frac{${top}}{${this.#row(below)}}`, level: LEVEL.product };
    }
    // A minus in front of a sum is one of the whole sum.
    const text = tops.length === 1 ? this.#part(tops[0], LEVEL.product) : this.#row(tops);
    return { text: `${sign}${text}`, level: LEVEL.product };
  }

  /** Factors side by side; what swallows everything to its right stands last. */
  #row(factors: readonly Expr[]): string {
    if (factors.length === 0) return "1";
    if (factors.length === 1) return this.print(factors[0]).text;
    const rank = ({ kind }: Expr) =>
      kind === "reduce" || kind === "select" ? 2 : Number(kind === "softmax");
    const ordered = factors.toSorted((a, b) => rank(a) - rank(b));
    const texts = ordered.map((factor, i) => {
      const { level } = this.print(factor);
      const swallows = factor.kind === "reduce" && i < ordered.length - 1;
      const signedNumber = isLit(factor) && factor.value < 0 && i > 0;
      return this.#part(factor, swallows || signedNumber ? level + 1 : LEVEL.product);
    });
    return texts.reduce((row, text) =>
      // Two numbers side by side would read as one.
      /\d$/.test(row) && /^\d/.test(text) ? `${row} \\cdot ${text}` : `${row} \\, ${text}`,
    );
  }

  #power({ args: [base, exponent] }: Apply): Printed {
    if (isNegative(exponent)) {
      const positive = isValue(exponent, -1) ? base : powerOf(base, -exponent.value);
      return { text: `\\frac{1}{${this.print(positive).text}}`, level: LEVEL.product };
    }
    if (isValue(exponent, 0.5)) {
      return { text: `\\sqrt{${this.print(base).text}}`, level: LEVEL.atom };
    }
    const raised = this.#part(base, LEVEL.power);
    // A power of a power needs braces, and a prime or a past is a superscript already.
    const isRaised = raised.includes("'") || raised.includes(PAST);
    const atom = this.print(base).level === LEVEL.atom && !isRaised;
    const shown = atom || raised.startsWith("\\left(") ? raised : `{${raised}}`;
    return { text: `${shown}^{${this.print(exponent).text}}`, level: LEVEL.power - 0.5 };
  }
}

function isNegative(exponent: Expr): exponent is Lit {
  return isLit(exponent) && exponent.value < 0;
}

function powerOf(base: Expr, exponent: number): Expr {
  return { kind: "apply", op: "pow", args: [base, lit(exponent)], free: base.free };
}

/** The sign of a product and its factors without it. */
function withSign(factors: readonly Expr[]): [string, ...Expr[]] {
  const [first, ...rest] = factors;
  if (first === undefined || !isLit(first) || first.value >= 0) return ["", ...factors];
  return first.value === -1 ? ["-", ...rest] : ["-", lit(-first.value), ...rest];
}

/** Simple fractions as fractions, very large and small numbers by powers of ten. */
function printNumber(value: number): Printed {
  if (value < 0) {
    const { text } = printNumber(-value);
    return { text: `-${text}`, level: LEVEL.sum };
  }
  if (value === Infinity) return { text: "\\infty", level: LEVEL.atom };
  const [digits, exponent] = String(value).split("e");
  if (exponent !== undefined) {
    const power = `10^{${Number(exponent)}}`;
    const text = digits === "1" ? power : `${digits} \\times ${power}`;
    return { text, level: LEVEL.product };
  }
  const below = [2, 3, 4, 5, 6, 7, 8, 9, 12].find((n) => Number.isInteger(value * n));
  if (Number.isInteger(value) || below === undefined) return { text: digits, level: LEVEL.atom };
  return { text: `\\frac{${value * below}}{${below}}`, level: LEVEL.product };
}
