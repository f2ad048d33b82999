// The extension in a page: the server is a worker, which asks for the files that models name.

import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/browser";
import { clientOptions } from "./client.ts";
import { registerView } from "./commands.ts";
import { explanationOf } from "./explanation.ts";

/** What there is no command line for. */
const NOT_HERE = ["ham.run", "ham.graph", "ham.landscape"];

const notHere = () =>
  "Recalls and pictures run the ham command, which a page does not have: open the folder on a desktop.";

/** Starts it. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const worker = new Worker(vscode.Uri.joinPath(context.extensionUri, "dist/worker.js").toString());
  const client = new LanguageClient(
    "ham",
    "Hamlet",
    worker,
    clientOptions(["ham.explain"], { readFile: true }),
  );
  const explanation = explanationOf(client);
  context.subscriptions.push(
    client,
    client.onRequest("ham/readFile", readFile),
    registerView("ham.explain", explanation, () => null),
    ...NOT_HERE.map((name) => registerView(name, explanation, notHere)),
  );
  await client.start();
}

/** A file of the workspace for the server; null where there is none. */
async function readFile({ uri }: { readonly uri: string }): Promise<{ base64: string } | null> {
  try {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.parse(uri));
    let letters = "";
    for (const byte of bytes) letters += String.fromCharCode(byte);
    return { base64: btoa(letters) };
  } catch {
    return null;
  }
}
