// A stub of the editor: what the extension asks of `vscode`, kept so that a test can look at it. What the
// language client needs besides is answered by classes and events without content.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";

/** A function of anything. */
type Call = (...args: never[]) => unknown;

/** A class of which nothing is asked here. */
class Thing {
  readonly given: readonly unknown[];
  constructor(...given: readonly unknown[]) {
    this.given = given;
  }
}

class Disposable {
  readonly #end: () => void;
  constructor(end: () => void = () => undefined) {
    this.#end = end;
  }
  static from(...all: readonly { dispose(): void }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
  dispose(): void {
    this.#end();
  }
}

/** A list of listeners, with a way to tell them. */
function makeEvent<T>() {
  const listeners = new Set<(value: T) => void>();
  const on = (call: (value: T) => void, self?: unknown) => {
    const listener = call.bind(self);
    listeners.add(listener);
    return new Disposable(() => listeners.delete(listener));
  };
  return { on, fire: (value: T) => listeners.forEach((listener) => listener(value)) };
}

class CodeActionKind {
  static readonly Empty = new CodeActionKind("");
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
  append(part: string): CodeActionKind {
    return new CodeActionKind(this.value === "" ? part : `${this.value}.${part}`);
  }
}

class EventEmitter<T> {
  readonly #event = makeEvent<T>();
  readonly event = this.#event.on;
  readonly fire = this.#event.fire;
  dispose(): void {
    // Nothing is kept.
  }
}

class CancellationTokenSource {
  readonly token = { isCancellationRequested: false, onCancellationRequested: makeEvent().on };
  cancel(): void {
    this.token.isCancellationRequested = true;
  }
  dispose(): void {
    // Nothing is kept.
  }
}

class Uri {
  readonly scheme: string;
  readonly path: string;
  constructor(scheme: string, path: string) {
    this.scheme = scheme;
    this.path = path;
  }
  static parse(text: string): Uri {
    const { protocol, pathname } = new URL(text);
    return new Uri(protocol.slice(0, -1), decodeURIComponent(pathname));
  }
  static file = (path: string) => new Uri("file", path);
  static joinPath = ({ scheme, path }: Uri, ...parts: string[]) =>
    new Uri(scheme, join(path, ...parts));
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return pathToFileURL(this.path).href;
  }
}

/** A text that is open. */
export interface StubDocument {
  readonly uri: Uri;
  readonly languageId: string;
  readonly version: number;
  getText(): string;
  positionAt(offset: number): unknown;
}

/** A page beside the editor. */
export interface StubPanel {
  readonly title: string;
  readonly options: { readonly enableScripts: boolean };
  readonly webview: { html: string };
  dispose(): void;
}

/** An item of the testing view. */
export interface StubItem {
  readonly id: string;
  readonly label: string;
  readonly children: Items;
  parent?: StubItem;
}

class Items {
  readonly #all = new Map<string, StubItem>();
  readonly #parent: StubItem | undefined;
  constructor(parent?: StubItem) {
    this.#parent = parent;
  }
  add(item: StubItem): void {
    if (this.#parent !== undefined) item.parent = this.#parent;
    this.#all.set(item.id, item);
  }
  replace(items: readonly StubItem[]): void {
    this.#all.clear();
    for (const item of items) {
      if (this.#all.has(item.id)) throw new Error(`two items are called ${item.id}`);
      this.add(item);
    }
  }
  get = (id: string) => this.#all.get(id);
  delete = (id: string) => void this.#all.delete(id);
  [Symbol.iterator] = () => this.#all[Symbol.iterator]();
}

/** The editor as a test sees it. */
export interface Editor {
  /** To be loaded in place of `vscode`. */
  readonly vscode: object;
  trusted: boolean;
  /** The settings, by their whole names. */
  readonly settings: Record<string, unknown>;
  active: StubDocument | undefined;
  readonly commands: Map<string, Call>;
  readonly panels: StubPanel[];
  readonly warnings: string[];
  /** What the server says of files, by their paths. */
  readonly messages: Map<string, string[]>;
  readonly items: Items;
  /** How each test went that was run, by its label. */
  readonly results: Map<string, string>;
  runTests(): Promise<void>;
  open(path: string, text: string): StubDocument;
  type(document: StubDocument, text: string): void;
}

/** Makes an editor with nothing open. */
export function makeEditor(): Editor {
  const [changed, opened] = [makeEvent<object>(), makeEvent<object>()];
  const documents: StubDocument[] = [];
  const texts = new Map<StubDocument, string>();
  const versions = new Map<StubDocument, number>();
  let runProfile: (request: object) => Promise<void>;
  const ended =
    (how: string) =>
    ({ label }: StubItem, message?: unknown) =>
      editor.results.set(
        label,
        [how, message]
          .flat()
          .map((one) => shown(one))
          .join(" "),
      );
  const shown = (one: unknown) =>
    one instanceof Object && "message" in one ? String(one.message) : one;

  const editor: Editor = {
    vscode: {},
    trusted: true,
    settings: {},
    active: undefined,
    commands: new Map(),
    panels: [],
    warnings: [],
    messages: new Map(),
    items: new Items(),
    results: new Map(),
    runTests: () => runProfile({}),
    open(path, text) {
      const document: StubDocument = {
        uri: Uri.file(path),
        languageId: "ham",
        get version() {
          return versions.get(document)!;
        },
        getText: () => texts.get(document)!,
        positionAt: (offset) => ({ offset }),
      };
      texts.set(document, text);
      versions.set(document, 1);
      documents.push(document);
      editor.active = document;
      opened.fire(document);
      return document;
    },
    type(document, text) {
      texts.set(document, text);
      versions.set(document, document.version + 1);
      const [start, end] = [0, 1e6].map((line) => ({ line, character: 0 }));
      changed.fire({ document, contentChanges: [{ range: { start, end }, text }] });
    },
  };

  const known = {
    version: "1.99.0",
    CancellationTokenSource,
    CodeActionKind,
    Disposable,
    EventEmitter,
    Uri,
    ViewColumn: { Beside: -2 },
    TestRunProfileKind: { Run: 1 },
    Range: Thing,
    TestMessage: class {
      readonly message: string;
      constructor(message: string) {
        this.message = message;
      }
    },
    TestRunRequest: class {
      readonly include: unknown;
      constructor(include: unknown) {
        this.include = include;
      }
    },
    languages: {
      match: (_: unknown, { languageId }: StubDocument) => (languageId === "ham" ? 10 : 0),
      createDiagnosticCollection: () => ({
        set: (uri: Uri, found: readonly { given: readonly [unknown, string] }[]) =>
          editor.messages.set(
            uri.path,
            found.map(({ given: [, text] }) => text),
          ),
        delete: () => undefined,
        clear: () => undefined,
        dispose: () => undefined,
      }),
    },
    Diagnostic: class extends Thing {},
    commands: {
      registerCommand(name: string, run: Call) {
        editor.commands.set(name, run);
        return new Disposable();
      },
    },
    workspace: {
      get isTrusted() {
        return editor.trusted;
      },
      textDocuments: documents,
      workspaceFolders: undefined,
      asRelativePath: (uri: Uri) => uri.path.split("/").at(-1),
      findFiles: () => Promise.resolve([]),
      openTextDocument: ({ path }: Uri) =>
        Promise.resolve(documents.find(({ uri }) => uri.path === path)),
      getConfiguration: (section: string) => ({
        get: (name: string, fallback: unknown) => editor.settings[`${section}.${name}`] ?? fallback,
      }),
      onDidChangeTextDocument: changed.on,
      onDidOpenTextDocument: opened.on,
    },
    window: {
      get activeTextEditor() {
        return editor.active === undefined ? undefined : { document: editor.active };
      },
      createWebviewPanel(_: string, title: string, __: object, options: StubPanel["options"]) {
        const closing = makeEvent<undefined>();
        const panel = {
          title,
          options,
          webview: { html: "" },
          onDidDispose: closing.on,
          dispose: () => closing.fire(undefined),
        };
        editor.panels.push(panel);
        return panel;
      },
      showWarningMessage: (text: string) => Promise.resolve(void editor.warnings.push(text)),
      showInformationMessage: (text: string) => Promise.resolve(void editor.warnings.push(text)),
      showErrorMessage: (text: string) => Promise.resolve(void editor.warnings.push(text)),
    },
    tests: {
      createTestController: () => ({
        items: editor.items,
        createTestItem(id: string, label: string, uri: Uri): StubItem {
          const item = { id, label, uri } as unknown as StubItem;
          return Object.assign(item, { children: new Items(item) });
        },
        createRunProfile: (_: string, __: number, run: typeof runProfile) => (runProfile = run),
        createTestRun: () => ({
          token: { onCancellationRequested: makeEvent<object>().on },
          started: () => undefined,
          passed: ended("passed"),
          failed: ended("failed"),
          errored: ended("errored"),
          end: () => undefined,
        }),
        dispose: () => undefined,
      }),
    },
  };
  return Object.assign(editor, { vscode: withRest(known) });
}

/** The spaces of the editor, such as `window`. */
function withRest(known: object): object {
  const spaces = Object.entries(known).map(([name, value]: [string, unknown]) => {
    const isSpace = typeof value === "object" && value !== null;
    return [name, isSpace ? answering(value) : value] as const;
  });
  return answering(Object.fromEntries(spaces));
}

/** The same object; of what it lacks, an event for `on…`, a class for names in capitals, else a call. */
function answering(known: object): object {
  return new Proxy(known, {
    get(target, name, receiver) {
      if (name in target || typeof name === "symbol" || name === "then") {
        return Reflect.get(target, name, receiver) as unknown;
      }
      if (name.startsWith("on")) return makeEvent<object>().on;
      if (/^[A-Z]/.test(name)) return class extends Thing {};
      return () => answering({ dispose: () => undefined });
    },
  });
}

/** Loads a script of the extension, with this editor in place of `vscode`. */
export function loadExtension(
  path: string,
  { vscode }: Editor,
  others: (name: string) => unknown = createRequire(path),
): { activate: (context: object) => Promise<void> } {
  const module = { exports: {} };
  const load = compileFunction(readFileSync(path, "utf8"), ["module", "exports", "require"], {
    filename: path,
  }) as (module: object, exports: object, require: (name: string) => unknown) => void;
  load(module, module.exports, (name) => (name === "vscode" ? vscode : others(name)));
  return module.exports as ReturnType<typeof loadExtension>;
}
