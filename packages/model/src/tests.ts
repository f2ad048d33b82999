// One test of a file: draw what it feeds, recall, and look at what came out.

import { foldIn, type Key, key, type Signal } from "@hamlet/core";
import type { Diagnostic } from "@hamlet/dsl";
import {
  decided,
  type Dim,
  type Environment,
  evaluateScalar,
  type Expectation,
  type Expr,
  type ModelTest,
  type Neuron,
  type Tensor,
  TEST_QUANTITIES,
  tensorsIn,
} from "@hamlet/graph";
import {
  exactScalar,
  makeFeed,
  type Ending,
  type Entries,
  nameHash,
  type RecallOptions,
  type RecallResult,
} from "@hamlet/ham";
import { assertOneBatch } from "./entries.ts";

/** How tests are run. */
export interface TestOptions {
  /** Called after every test. */
  readonly onTest?: (report: TestReport) => void;
  /** Stops them between two tests, which throws the signal's reason. */
  readonly signal?: Signal;
}

/** An expectation that does not hold. */
export interface FailedExpectation {
  /** As written. */
  readonly text: string;
  /** What its parts were. */
  readonly values: readonly { readonly text: string; readonly value: number }[];
  /** Which example; 0 when there is one. */
  readonly example: number;
  /** How the recall of that example ended. */
  readonly ending: Ending;
}

/** How a test went. */
export interface TestReport {
  readonly title: string;
  readonly recall: string;
  readonly passed: boolean;
  readonly expectations: number;
  readonly examples: number;
  readonly failures: readonly FailedExpectation[];
  /** What is to be said of what it feeds. */
  readonly warnings: readonly Diagnostic[];
}

/** Endings that make numbers say little. */
const TELLING: ReadonlySet<Ending> = new Set(["clipped", "non-finite"]);

/** "expect overlap(v, xi[0, _]) > 0.99: failed, overlap(v, xi[0, _]) is 0.83" */
export function failureText(
  { text, values, example, ending }: FailedExpectation,
  { examples }: Pick<TestReport, "examples">,
): string {
  const parts = values.map(({ text: part, value }) => `${part} is ${Number(value.toPrecision(6))}`);
  const where = examples === 1 ? "" : ` for example ${example}`;
  if (TELLING.has(ending)) parts.push(`the recall ended ${ending}`);
  return `expect ${text}: failed${where}${parts.length === 0 ? "" : `, ${parts.join(", ")}`}`;
}

/** What a test needs of the model that it belongs to. */
export interface TestBench {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly seed: number;
  readonly entries: ReadonlyMap<Tensor, Entries>;
  /** The givens that its recall reads. */
  readonly read: readonly Tensor[];
  readonly recall: (
    options: Omit<RecallOptions, "givens"> & { readonly givens: Readonly<Record<string, Entries>> },
  ) => Promise<RecallResult & Pick<TestReport, "warnings">>;
}

/** Runs a test; the first example that fails an expectation is the one reported. */
export async function runTest(test: ModelTest, bench: TestBench): Promise<TestReport> {
  const { sizes, entries, read } = bench;
  const constants = new Map<Tensor, ArrayLike<number>>(
    [...entries].flatMap(([tensor, { data }]) => (tensor.kind === "given" ? [] : [[tensor, data]])),
  );
  const seed: Key =
    test.seed === null
      ? foldIn(key(bench.seed), nameHash(test.title))
      : key(exactScalar(test.seed, { sizes, tensors: constants }));

  // Givens that have a file and are not fed set the number of examples, if anything here reads them.
  const fed = new Set(test.feeds.map(({ tensor }) => tensor));
  const seen = new Set([...read, ...tensorsIn(formulasOf(test))]);
  const givens = new Map<Tensor, Entries>(
    [...entries].filter(
      ([tensor]) => tensor.kind === "given" && !fed.has(tensor) && seen.has(tensor),
    ),
  );
  assertOneBatch(new Map([...givens].map(([tensor, { shape }]) => [tensor, shape])));
  const [batch = 1] = Array.from(givens.values(), ({ shape }) => shape[0]);
  test.feeds.forEach((feed, i) => {
    const draw = makeFeed(feed, { sizes, constants });
    givens.set(feed.tensor, draw(givens, batch, foldIn(seed, i)));
  });
  using result = await bench.recall({
    givens: Object.fromEntries([...givens].map(([tensor, value]) => [tensor.name, value])),
    batch,
    key: foldIn(seed, test.feeds.length),
  });
  const activations = new Map<Neuron, ArrayLike<number>>();
  for (const [neuron, tensor] of result.activations) activations.set(neuron, await tensor.data());

  const failures: FailedExpectation[] = [];
  for (const expectation of test.expectations) {
    for (let example = 0; example < result.batch; example++) {
      const tensors = new Map([
        ...constants,
        ...[...givens].map(([tensor, { data }]) => [tensor, part(data, example, batch)] as const),
        ...[...activations].map(
          ([neuron, data]) => [neuron.activation, part(data, example, batch)] as const,
        ),
        ...quantities(result, example),
      ]);
      const { ending } = result.outcomes[example];
      const failure = failureOf(expectation, { sizes, tensors }, { example, ending });
      if (failure === null) continue;
      failures.push(failure);
      break;
    }
  }
  return {
    title: test.title,
    recall: test.recall.name,
    passed: failures.length === 0,
    expectations: test.expectations.length,
    examples: result.batch,
    failures,
    warnings: result.warnings,
  };
}

function failureOf(
  { condition, shown, text }: Expectation,
  environment: Environment,
  at: Pick<FailedExpectation, "example" | "ending">,
): FailedExpectation | null {
  if (evaluateScalar(decided(condition), environment) === 1) return null;
  const values = shown.map(({ text: part, value }) => ({
    text: part,
    value: evaluateScalar(value, environment),
  }));
  return { text, values, ...at };
}

/** What a test reads itself. */
const formulasOf = ({ feeds, expectations }: ModelTest): readonly Expr[] => [
  ...feeds.flatMap((feed) => (feed.from === "value" ? [feed.value] : feed.args)),
  ...expectations.map(({ condition }) => condition),
];

function part(data: ArrayLike<number>, example: number, batch: number): Float64Array {
  const count = data.length / batch;
  return Float64Array.from({ length: count }, (_, i) => data[example * count + i]);
}

function quantities(
  { outcomes }: RecallResult,
  example: number,
): (readonly [Tensor, ArrayLike<number>])[] {
  const { energyAfter, steps, ending, rise } = outcomes[example];
  return [
    [TEST_QUANTITIES.energy, [energyAfter]],
    [TEST_QUANTITIES.steps, [steps]],
    [TEST_QUANTITIES.converged, [Number(ending === "converged")]],
    [TEST_QUANTITIES.rise, [rise]],
  ];
}
