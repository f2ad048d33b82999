// The words that mean something in one place of a file, from the tables that give them meaning.

import { VISIT_ORDERS } from "@hamlet/graph";
import { INDEPENDENT, DISTRIBUTIONS, FEED_DISTRIBUTIONS } from "../2-lower/distributions.ts";
import { FUNCTIONS } from "../2-lower/expression.ts";
import { SOLVERS } from "../2-lower/solver.ts";
import { GRADIENTS, OPTIMISERS, SETTINGS } from "../2-lower/train.ts";
import { ATTRIBUTES } from "../rules/attributes.ts";
import { OPENING_WORDS, TOKEN_TABLE } from "../1-parse/tokens.ts";

/** A word with what it means. */
export interface Word {
  readonly name: string;
  readonly meaning: string;
}

/** Something that is chosen by its name, such as a solver, with its options. */
export interface Choice extends Word {
  readonly options: readonly Word[];
}

const words = (table: Readonly<Record<string, string>>): readonly Word[] =>
  Object.entries(table).map(([name, meaning]) => ({ name, meaning }));

const tokens = (...kinds: readonly string[]): readonly string[] =>
  TOKEN_TABLE.filter(({ highlight }) => kinds.includes(highlight)).map(({ pattern }) =>
    String(pattern),
  );

const choices = (
  table: ReadonlyMap<string, readonly Word[]>,
  meanings: Readonly<Record<string, string>>,
): readonly Choice[] =>
  [...table].map(([name, options]) => ({ name, meaning: meanings[name] ?? "", options }));

const draws = (table: ReadonlyMap<string, readonly string[]>): readonly Choice[] =>
  [...table].map(([name, parameters]) => ({
    name,
    meaning: "independent draws",
    options: parameters.map((parameter) => ({ name: parameter, meaning: "" })),
  }));

/** Every word of edition 1, by the place where it stands. */
export const VOCABULARY = {
  declarations: [...tokens("declaration").filter((word) => word !== "ham"), ...OPENING_WORDS],
  reducers: tokens("reducer"),
  operators: tokens("keyword"),
  elements: tokens("type"),
  functions: [...FUNCTIONS.keys()],
  solvers: choices(
    new Map([...SOLVERS].map(([name, { options }]) => [name, options])),
    Object.fromEntries(
      [...SOLVERS].map(([name, { moves }]) => [
        name,
        moves === "smooth" ? "for smooth layers" : "for binary layers",
      ]),
    ),
  ),
  orders: VISIT_ORDERS,
  optimisers: choices(OPTIMISERS, {}),
  gradients: choices(GRADIENTS, {}),
  distributions: draws(DISTRIBUTIONS),
  startDistributions: draws(INDEPENDENT),
  feedDistributions: draws(FEED_DISTRIBUTIONS),
  /** The lines of blocks. */
  recall: words({
    start: "where a layer begins",
    clamp: "what is held",
    solver: "how steps are taken",
    steps: "the most it makes",
    stop: "when it is over: `stop when …`",
    record: "what is kept of every step",
    schedule: "a const that changes from t = 0 to 1",
    return: "the layers that come out",
  }),
  train: [{ name: "feed", meaning: "what a given gets" }, ...SETTINGS] as readonly Word[],
  test: words({
    feed: "what a given gets",
    run: "the recall to run",
    expect: "what must hold",
    seed: "the seed of its draws",
  }),
  neuron: words({
    tau: "its time constant",
    leak: "`off` drops its own energy",
    init: "where it begins",
  }),
  /** Words of conditions. */
  stop: words({
    change: "the largest change of an activation in the last step",
    energy: "the energy now",
    step: "the number of steps made",
    settled: "the last step changed nothing",
  }),
  expect: words({
    energy: "the energy at the end",
    steps: "the number of steps made",
    converged: "whether it came to rest",
  }),
  comparisons: words({
    overlap: "`overlap(a, b)`: the cosine of two tensors",
    close: "`close(a, b, tolerance)`: no entries differ by more",
    falling: "`falling(energy)`: no step raised the energy",
    correct: "`correct(y, label)`: the largest entry is at the label",
  }),
  attributes: Object.entries(ATTRIBUTES).map(([name, { args }]) => ({ name, args })),
} as const;
