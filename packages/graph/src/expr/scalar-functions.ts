// The scalar functions of the graph and how each is computed in float64.

/** What the graph knows of one scalar function. */
export interface ScalarFunctionDefinition {
  /** Number of arguments; null for any number. */
  readonly arity: number | null;
  /** The value in float64; conditions give 0 or 1. */
  readonly evaluate: (...args: number[]) => number;
}

const truth = (value: boolean): number => (value ? 1 : 0);

function unary(evaluate: (x: number) => number): ScalarFunctionDefinition {
  return { arity: 1, evaluate };
}

function relation(evaluate: (a: number, b: number) => boolean): ScalarFunctionDefinition {
  return { arity: 2, evaluate: (a, b) => truth(evaluate(a, b)) };
}

const DEFINITIONS = {
  add: { arity: null, evaluate: (...xs: number[]) => xs.reduce((total, x) => total + x, 0) },
  mul: { arity: null, evaluate: (...xs: number[]) => xs.reduce((total, x) => total * x, 1) },
  pow: { arity: 2, evaluate: (x: number, n: number) => x ** n },
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  abs: unary(Math.abs),
  /** −1, 0 or 1. */
  sign: unary(Math.sign),
  relu: unary((x) => (x <= 0 ? 0 : x)),
  /** 1 for x > 0, else 0. */
  step: unary((x) => truth(x > 0)),
  /** log(1 + exp(x)). */
  softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  sigmoid: unary((x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))),
  /** By cosh x − 1 = 2 sinh²(x/2), which keeps the digits of small numbers. */
  logcosh: unary((x) =>
    x * x < 1e5 ? Math.log1p(2 * Math.sinh(x / 2) ** 2) : Math.abs(x) - Math.LN2,
  ),
  tanh: unary(Math.tanh),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  ceil: unary(Math.ceil),
  max: { arity: 2, evaluate: Math.max },
  min: { arity: 2, evaluate: Math.min },
  eq: relation((a, b) => a === b),
  ne: relation((a, b) => a !== b),
  lt: relation((a, b) => a < b),
  le: relation((a, b) => a <= b),
  and: relation((a, b) => a !== 0 && b !== 0),
  or: relation((a, b) => a !== 0 || b !== 0),
  not: unary((a) => truth(a === 0)),
};

/** The name of a scalar function. */
export type ScalarFunction = keyof typeof DEFINITIONS;

/** Every scalar function by its name: how many arguments it takes, and its value in float64. */
export const SCALAR_FUNCTIONS: Readonly<Record<ScalarFunction, ScalarFunctionDefinition>> =
  DEFINITIONS;

/** Comparisons and logic: their value is 0 or 1. */
export function isCondition(op: ScalarFunction): boolean {
  return ["eq", "ne", "lt", "le", "and", "or", "not"].includes(op);
}
