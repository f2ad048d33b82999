// The tests of models in the testing view. They are found by their words, and run by `ham test --json`.

import { unquote } from "@hamlet/dsl/editor";
import * as vscode from "vscode";
import type { Refusal } from "./commands.ts";
import type { Ham } from "./ham.ts";

/** A test as it stands in a file: `test` is a reserved word, so nothing else begins with it. */
const TEST = /^[ \t]*test[ \t]+("(?:[^"\\\r\n]|\\.)*")/gm;

/** One file of the report of `ham test --json`. */
interface FileReport {
  readonly errors: string | null;
  readonly tests: readonly {
    readonly title: string;
    readonly passed: boolean;
    readonly failures: readonly {
      readonly text: string;
      readonly example: number;
      readonly values: readonly { readonly text: string; readonly value: number | null }[];
    }[];
  }[];
}

/** Fills the testing view, and runs what is asked of it. */
export function registerTests(ham: Ham, refusal: Refusal): vscode.Disposable {
  const controller = vscode.tests.createTestController("ham", "Hamlet");

  const read = (document: vscode.TextDocument): void => {
    if (document.languageId !== "ham" || document.uri.scheme !== "file") return;
    const found = testsOf(document.getText());
    const id = document.uri.toString();
    if (found.length === 0) return controller.items.delete(id);
    const label = vscode.workspace.asRelativePath(document.uri);
    const file = controller.createTestItem(id, label, document.uri);
    file.children.replace(
      found.map(({ title, offset }) => {
        const item = controller.createTestItem(`${id}#${title}`, title, document.uri);
        const place = document.positionAt(offset);
        item.range = new vscode.Range(place, place);
        return item;
      }),
    );
    controller.items.add(file);
  };

  controller.resolveHandler = async (item) => {
    if (item !== undefined) return;
    for (const uri of await vscode.workspace.findFiles("**/*.ham", "**/node_modules/**")) {
      read(await vscode.workspace.openTextDocument(uri));
    }
  };

  const runFile = async (
    run: vscode.TestRun,
    file: vscode.TestItem,
    wanted: readonly vscode.TestItem[],
  ): Promise<void> => {
    for (const item of wanted) run.started(item);
    try {
      const { fsPath } = file.uri!;
      const stop = new AbortController();
      run.token.onCancellationRequested(() => stop.abort());
      const cwd = vscode.Uri.joinPath(file.uri!, "..").fsPath;
      const { stdout, stderr } = await ham(["test", fsPath, "--json"], {
        cwd,
        signal: stop.signal,
      });
      if (stdout === "") throw new Error(stderr.trim());
      const [{ tests, errors }] = JSON.parse(stdout) as [FileReport];
      for (const item of wanted) {
        const reports = tests.filter(({ title }) => title === item.label);
        const failures = reports.flatMap((report) => report.failures);
        if (errors !== null || reports.length === 0) {
          run.errored(item, new vscode.TestMessage(errors ?? "There is no such test any more."));
        } else if (reports.every(({ passed }) => passed)) run.passed(item);
        else run.failed(item, failures.map(messageOf));
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      for (const item of wanted) run.errored(item, new vscode.TestMessage(reason));
    }
  };

  controller.createRunProfile(
    "Run",
    vscode.TestRunProfileKind.Run,
    async (request) => {
      const reason = refusal();
      if (reason !== null) {
        void vscode.window.showWarningMessage(reason);
        return;
      }
      const run = controller.createTestRun(request);
      const asked = request.include ?? [...controller.items].map(([, item]) => item);
      for (const item of asked) {
        const file = item.parent ?? item;
        const all = item.parent === undefined ? [...item.children].map(([, one]) => one) : [item];
        const wanted = all.filter((one) => !(request.exclude?.includes(one) ?? false));
        await runFile(run, file, wanted);
      }
      run.end();
    },
    true,
  );

  vscode.workspace.textDocuments.forEach(read);
  return vscode.Disposable.from(
    controller,
    vscode.workspace.onDidOpenTextDocument(read),
    vscode.workspace.onDidChangeTextDocument(({ document }) => read(document)),
    vscode.commands.registerCommand("ham.runTest", async (uri: string, title: string) => {
      read(await vscode.workspace.openTextDocument(vscode.Uri.parse(uri)));
      const id = vscode.Uri.parse(uri).toString();
      const item = controller.items.get(id)?.children.get(`${id}#${title}`);
      if (item === undefined) return;
      const reason = refusal();
      if (reason !== null) {
        void vscode.window.showWarningMessage(reason);
        return;
      }
      const run = controller.createTestRun(new vscode.TestRunRequest([item]));
      await runFile(run, item.parent!, [item]);
      run.end();
    }),
  );
}

/** The tests of a text: their titles, and where they stand; of several with one title, the first. */
export function testsOf(text: string): { readonly title: string; readonly offset: number }[] {
  const found = new Map<string, number>();
  for (const { 0: whole, 1: quoted, index } of text.matchAll(TEST)) {
    const title = unquote(quoted);
    if (!found.has(title)) found.set(title, index + whole.search(/\S/));
  }
  return [...found].map(([title, offset]) => ({ title, offset }));
}

function messageOf({ text, values, example }: FileReport["tests"][number]["failures"][number]) {
  const parts = values.map((one) => `${one.text} is ${one.value ?? "not finite"}`);
  return new vscode.TestMessage(
    `expect ${text}: failed for example ${example}; ${parts.join(", ")}`,
  );
}
