import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import {
  DefinitionRequest,
  DidOpenTextDocumentNotification,
  HoverRequest,
  type Location,
} from "vscode-languageserver-protocol";
import { startClient } from "./client.ts";
import { COMMANDS, expectSession, FILES, play } from "./session.ts";

const folder = mkdtempSync(join(tmpdir(), "hamlet-session-"));
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
afterAll(() => rmSync(folder, { recursive: true }));

test("a session over the streams of a process", async () => {
  const uri = pathToFileURL(folder).href;
  const client = await startClient({
    workspaceFolders: [{ uri, name: "models" }],
    initializationOptions: { commands: COMMANDS },
  });
  await expectSession(await play(client, uri));
  expect(await client.end()).toBe(0);
});

const PLUGIN = {
  "package.json": JSON.stringify({
    name: "kit",
    version: "1.2.0",
    type: "module",
    ham: "./index.ham",
    exports: "./index.js",
  }),
  "index.ham": "ham 1\n/// Pulls.\nextern synapse pull(a: [A], b: [B]) { const gain = 1 }\n",
  "index.js": `import { writeFileSync } from "node:fs";
writeFileSync(new URL("ran", import.meta.url), "");
export const externs = { pull: () => 0 };
`,
};

test("the code of a plugin is never run, its signatures are known", async () => {
  const kit = join(folder, "node_modules/kit");
  mkdirSync(kit, { recursive: true });
  for (const [name, text] of Object.entries(PLUGIN)) writeFileSync(join(kit, name), text);
  const uri = pathToFileURL(join(folder, "plugged.ham")).href;
  const text = `ham 1
use "kit@^1" as kit
dim D = 3
neuron v: [D] as tanh
connect one: kit.pull(v, v, gain = 2)
connect two: kit.pull(v, v, force = 2)
`;
  const client = await startClient();
  const { connection } = client;
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "ham", version: 1, text },
  });
  const found = await client.diagnostics(uri, 1);
  expect(found.map(({ code }) => code)).toEqual(["E0402"]);
  const place = { textDocument: { uri }, position: { line: 4, character: 18 } };
  const to = await connection.sendRequest(DefinitionRequest.type, place);
  expect((to as Location).uri).toBe(pathToFileURL(join(kit, "index.ham")).href);
  const hover = await connection.sendRequest(HoverRequest.type, place);
  expect(hover?.contents).toMatchObject({ value: expect.stringContaining("Pulls.") });
  expect(existsSync(join(kit, "ran"))).toBe(false);
  expect(await client.end()).toBe(0);
});
