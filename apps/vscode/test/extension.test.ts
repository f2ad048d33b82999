// The packed extension: what is in it, and what it does in an editor.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@hamlet/dsl";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import snippets from "../snippets/ham.json" with { type: "json" };
import { buildPackage } from "../build.ts";
import { type Editor, loadExtension, makeEditor } from "./editor.ts";

const MAIN = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));
const MODEL = `ham 1

neuron v: [2] as tanh
energy pull = -2 * sum[i] v[i]

recall settle {
  start v = 0
  steps = 50
}

test "it goes up" {
  run settle
  expect v[0] > 0.5
}

test "it goes \\"down\\"" {
  run settle
  expect v[0] < 0
}
`;

/** Ends only what hangs. */
const PATIENCE = { timeout: 600_000 };

let folder: string;
let packed: Uint8Array;
let editor: Editor;
const subscriptions: { dispose(): unknown }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ham-vscode-"));
  packed = await buildPackage();
  for (const [path, content] of Object.entries(unzipSync(packed))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  // The command as it stands here, which also notes that it was called.
  writeFileSync(
    join(folder, "ham"),
    `#!/bin/sh\necho "$@" >> ${folder}/calls\nexec ${process.execPath} ${MAIN} "$@"\n`,
  );
  chmodSync(join(folder, "ham"), 0o755);
  writeFileSync(join(folder, "m.ham"), MODEL);
});
afterAll(async () => {
  for (const one of subscriptions) await one.dispose();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  editor = makeEditor();
  editor.settings["ham.command"] = join(folder, "ham");
});

const calls = () =>
  existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "";

async function activate(): Promise<void> {
  const extension = join(folder, "extension");
  await loadExtension(join(extension, "dist/desktop.js"), editor).activate({
    subscriptions,
    asAbsolutePath: (path: string) => join(extension, path),
  });
}

const command = (name: string) => (editor.commands.get(name) as (uri?: string) => Promise<void>)();

test("the package holds what its manifest names, no source, and weighs at most 1.5 MB", () => {
  expect(packed.length).toBeLessThan(1_500_000);
  const files = Object.keys(unzipSync(packed));
  expect(files.filter((path) => /\.(ts|map)$|node_modules|test\//.test(path))).toEqual([]);
  const text = readFileSync(join(folder, "extension/package.json"), "utf8");
  const named = [...text.matchAll(/"((?:\.\/)?[\w-]+(?:\/[\w.-]+)*\.(?:js|json|svg|png|md))"/g)];
  expect(named.length).toBeGreaterThan(8);
  for (const [, path] of named) {
    expect(files).toContain(join("extension", path));
  }
  expect(JSON.parse(text)).not.toHaveProperty("devDependencies");
  expect(files).toEqual(expect.arrayContaining(["extension.vsixmanifest", "[Content_Types].xml"]));
});

test("every command of the manifest is there, and a recall shows how it ended", async () => {
  await activate();
  const { contributes } = JSON.parse(
    readFileSync(join(folder, "extension/package.json"), "utf8"),
  ) as { contributes: { commands: { command: string }[] } };
  for (const { command: name } of contributes.commands) {
    expect([...editor.commands.keys()]).toContain(name);
  }
  const document = editor.open(join(folder, "m.ham"), MODEL);
  await command("ham.run");
  const [panel] = editor.panels;
  expect(panel.options.enableScripts).toBe(false);
  await vi.waitFor(() => expect(panel.webview.html).toContain("settle: 50 steps"), PATIENCE);
  expect(panel.webview.html).toContain("<polyline");
  // It follows the text, which is in no file.
  editor.type(document, MODEL.replace("steps = 50", "steps = 7"));
  await vi.waitFor(() => expect(panel.webview.html).toContain("settle: 7 steps"), PATIENCE);
  editor.type(document, MODEL.replace("v[i]\n", "w[i]\n"));
  await vi.waitFor(() => expect(panel.webview.html).toContain("there is no `w` here"), PATIENCE);
  panel.dispose();
  editor.type(document, MODEL);
  await command("ham.graph");
  await vi.waitFor(() => expect(editor.panels[1].webview.html).toContain("<svg"), PATIENCE);
});

test("the server that comes with it says what is wrong and explains, also where nothing is trusted", async () => {
  await activate();
  editor.trusted = false;
  const path = join(folder, "wrong.ham");
  editor.open(path, MODEL.replace("as tanh", "as tahn"));
  await vi.waitFor(
    () => expect(editor.messages.get(path)?.[0]).toContain("called `tahn`"),
    PATIENCE,
  );
  editor.open(join(folder, "m.ham"), MODEL);
  await command("ham.explain");
  await vi.waitFor(() => expect(editor.panels[0].webview.html).toContain("d/dt x_v"), PATIENCE);
});

test("the testing view lists the tests, and says how each went", async () => {
  await activate();
  editor.open(join(folder, "m.ham"), MODEL);
  const [[, file]] = [...editor.items];
  expect([...file.children].map(([, { label }]) => label)).toEqual([
    "it goes up",
    'it goes "down"',
  ]);
  await editor.runTests();
  expect(editor.results.get("it goes up")).toBe("passed ");
  expect(editor.results.get('it goes "down"')).toMatch(
    /^failed expect v\[0\] < 0: failed.*v\[0\] is 0\.\d/,
  );
});

test("the testing view follows a title while it is typed, and shows one that stands twice once", async () => {
  await activate();
  const document = editor.open(join(folder, "m.ham"), MODEL);
  const titles = () => [...editor.items].flatMap(([, { children }]) => [...children]);
  const labels = () => titles().map(([, { label }]) => label);
  editor.type(document, MODEL.replace("it goes up", "it \\goes\tup"));
  expect(labels()).toEqual(["it goes\tup", 'it goes "down"']);
  editor.type(document, MODEL.replace('it goes \\"down\\"', "it goes up"));
  expect(labels()).toEqual(["it goes up"]);
  writeFileSync(join(folder, "m.ham"), document.getText());
  await editor.runTests();
  writeFileSync(join(folder, "m.ham"), MODEL);
  expect(editor.results.get("it goes up")).toMatch(/^failed expect v\[0\] < 0/);
});

test("in a page there are no processes, and what needs one says so", () => {
  class Worker {
    readonly addEventListener = () => undefined;
    readonly postMessage = () => undefined;
    readonly terminate = () => undefined;
  }
  vi.stubGlobal("Worker", Worker);
  const { activate: start } = loadExtension(join(folder, "extension/dist/web.js"), editor, (name) =>
    expect.unreachable(`a page has no ${name}`),
  );
  // Its server never answers here, so it is never done.
  void start({ subscriptions: [], extensionUri: { scheme: "file", path: folder } });
  vi.unstubAllGlobals();
  editor.open(join(folder, "m.ham"), MODEL);
  for (const name of ["ham.run", "ham.graph", "ham.landscape"]) void command(name);
  expect(editor.warnings).toHaveLength(3);
  expect(editor.warnings[0]).toContain("which a page does not have");
  expect(editor.panels).toEqual([]);
});

test("nothing is run in a workspace that is not trusted", async () => {
  await activate();
  editor.trusted = false;
  editor.open(join(folder, "m.ham"), MODEL);
  const before = calls();
  for (const name of ["ham.run", "ham.graph", "ham.landscape"]) await command(name);
  await editor.runTests();
  expect(editor.panels).toEqual([]);
  expect(editor.warnings.filter((text) => text.includes("not trusted"))).toHaveLength(4);
  expect(calls()).toBe(before);
});

test("a command that is not installed is told, with what to do", async () => {
  await activate();
  editor.settings["ham.command"] = join(folder, "nothing");
  editor.open(join(folder, "m.ham"), MODEL);
  await command("ham.run");
  await vi.waitFor(() =>
    expect(editor.panels[0].webview.html).toContain("npm install --global @hamlet/cli"),
  );
});

test.for(Object.entries(snippets))("the snippet %s is well formed", ([, { body }]) => {
  const text = body
    .join("\n")
    .replaceAll(/\$\{\d+\|([^,|]*)[^}]*\|\}/g, "$1")
    .replaceAll(/\$\{\d+:([^}]*)\}/g, "$1")
    .replaceAll(/\$\d+/g, "");
  const whole = text.startsWith("ham 1") ? text : `ham 1\n${text}`;
  expect(parse({ name: "s.ham", text: whole }).diagnostics).toEqual([]);
});
