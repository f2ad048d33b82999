// The tests of a text, run as `ham test` runs them.

import type { Signal } from "@hamlet/core";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { failureText, type Model, type TestReport } from "@hamlet/model";

/** How the tests of a text went, as far as they have run. */
export interface Tested {
  readonly of: number;
  readonly reports: readonly Report[];
}

/** How one test went. */
export interface Report extends Pick<TestReport, "title" | "passed"> {
  /** What does not hold, in the words of `ham test`. */
  readonly reasons: readonly string[];
  /** What is to be said of what it feeds. */
  readonly warnings: readonly string[];
}

/** Milliseconds between two looks at the tests. */
const LOOK = 30;

/** Runs the tests of a model, and tells of each. */
export async function* testsOf(model: Model, signal: Signal | undefined): AsyncGenerator<Tested> {
  const of = model.graph.tests?.length ?? 0;
  const reports: Report[] = [];
  let left = false;
  const running = model.runTests({
    onTest: (report) =>
      reports.push({
        title: report.title,
        passed: report.passed,
        reasons: report.failures.map((failure) => failureText(failure, report)),
        warnings: report.warnings.map((one) => renderDiagnostic(one, model.compilation.sources)),
      }),
    signal: {
      get aborted() {
        return left || signal?.aborted === true;
      },
    },
  });
  const ended = running.then(
    () => true,
    () => true,
  );
  const look = () => new Promise<false>((resolve) => void setTimeout(resolve, LOOK, false));
  try {
    do yield { of, reports: [...reports] };
    while (!(await Promise.race([ended, look()])));
    await running;
    yield { of, reports };
  } finally {
    // The model is disposed next.
    left = true;
    await ended;
  }
}
