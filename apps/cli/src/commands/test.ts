// `ham test FILE…`: runs the tests that files hold, and says which failed and why.

import { HamError } from "@hamlet/graph";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { failureText, type TestReport } from "@hamlet/model";
import { EXIT } from "../exit.ts";
import { jsonOption, type ModelFlags, withModelOptions } from "../options.ts";
import { modelPaths } from "../files/models.ts";
import { openModel } from "../files/open-model.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham test`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withModelOptions(command.argument("<files...>")).addOption(jsonOption("one JSON array")),
  run: test,
};

interface TestFlags extends ModelFlags {
  readonly json: boolean;
}

interface FileReport {
  readonly file: string;
  readonly tests: readonly TestReport[];
  /** All messages of a file that cannot be loaded. */
  readonly errors: string | null;
}

/** Runs all tests; returns the exit code. */
async function test(paths: readonly string[], flags: TestFlags): Promise<number> {
  const reports: FileReport[] = [];
  for (const path of await modelPaths(paths)) {
    const report = await testFile(path, flags);
    reports.push(report);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(reports, withoutWarnings, 2)}\n`);
  else process.stdout.write(`${summary(reports)}\n`);
  if (reports.some(({ errors }) => errors !== null)) return EXIT.file;
  const passed = reports.every(({ tests }) => tests.every((one) => one.passed));
  return passed ? EXIT.ok : EXIT.failed;
}

/** Warnings are on standard error. */
const withoutWarnings = (key: string, value: unknown): unknown =>
  key === "warnings" ? undefined : value;

async function testFile(file: string, flags: TestFlags): Promise<FileReport> {
  try {
    using model = await openModel(file, flags);
    const onTest = (report: TestReport) => {
      if (!flags.json) process.stdout.write(`${lines(report)}\n`);
      for (const warning of report.warnings) {
        process.stderr.write(`${renderDiagnostic(warning, model.compilation.sources)}\n\n`);
      }
    };
    if (!flags.json) process.stdout.write(`${file}\n`);
    const tests = await model.runTests({ onTest });
    if (!flags.json && tests.length === 0) process.stdout.write("  no tests\n");
    return { file, tests, errors: null };
  } catch (error) {
    // The other files still have something to say.
    if (!HamError.isInstance(error) || error.code !== "model/file-has-errors") throw error;
    if (error.details["ofArguments"] === true) throw error;
    process.stderr.write(`${error.message}\n\n`);
    return { file, tests: [], errors: error.message };
  }
}

function lines(report: TestReport): string {
  const { title, passed, failures } = report;
  const reasons = failures.map((failure) => `    ${failureText(failure, report)}`);
  return [`  ${passed ? "✓" : "✗"} ${title}`, ...reasons].join("\n");
}

function summary(reports: readonly FileReport[]): string {
  const tests = reports.flatMap((report) => report.tests);
  const failed = tests.filter(({ passed }) => !passed).length;
  const broken = reports.filter(({ errors }) => errors !== null).length;
  const parts = [`${tests.length - failed} passed`, `${failed} failed`];
  if (broken > 0) parts.push(`${broken} ${broken === 1 ? "file" : "files"} with errors`);
  return `\ntests: ${parts.join(", ")}`;
}
