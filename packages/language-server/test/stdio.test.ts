import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { startClient } from "./client.ts";
import { expectSession, FILES, play } from "./session.ts";

const folder = mkdtempSync(join(tmpdir(), "hamlet-session-"));
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
afterAll(() => rmSync(folder, { recursive: true }));

test("a session over the streams of a process", async () => {
  const uri = pathToFileURL(folder).href;
  const client = await startClient({ workspaceFolders: [{ uri, name: "models" }] });
  await expectSession(await play(client, uri));
  expect(await client.end()).toBe(0);
});
