// `ham lsp`: that an editor can start the server and end it. What it answers is tested with the server.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { MAIN } from "./ham.ts";

/** A message as the protocol puts it on a stream. */
function framed(message: object): string {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

test("ham lsp answers on its streams, and ends well when it is told to", async () => {
  const child = spawn(process.execPath, [MAIN, "lsp"]);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const params = { processId: null, rootUri: null, capabilities: {} };
  child.stdin.write(framed({ id: 1, method: "initialize", params }));
  child.stdin.write(framed({ id: 2, method: "shutdown" }));
  while (!stdout.includes('"id":2,"result":null')) await once(child.stdout, "data");
  child.stdin.write(framed({ method: "exit" }));
  const [code] = (await once(child, "close")) as [number];
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain('"serverInfo":{"name":"ham"}');
});
