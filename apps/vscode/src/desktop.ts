// The extension on a desktop: the server is a process, and the command line draws and runs.

import * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { clientOptions } from "./client.ts";
import { refusedUntrusted, registerView } from "./commands.ts";
import { explanationOf } from "./explanation.ts";
import { makeHam } from "./ham.ts";
import { registerTests } from "./tests.ts";
import { viewsOf } from "./views.ts";

/** Starts it. The server is ours and runs no code of a workspace, so it starts in every one. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const module = context.asAbsolutePath("dist/server.js");
  const client = new LanguageClient(
    "ham",
    "Hamlet",
    { module, transport: TransportKind.stdio },
    clientOptions(["ham.explain", "ham.runTest"]),
  );
  const ham = makeHam(() => vscode.workspace.getConfiguration("ham").get("command", "ham"));
  const views = viewsOf(ham);
  context.subscriptions.push(
    client,
    registerView("ham.run", views.run, refusedUntrusted),
    registerView("ham.graph", views.graph, refusedUntrusted),
    registerView("ham.landscape", views.landscape, refusedUntrusted),
    registerView("ham.explain", explanationOf(client), () => null),
    registerTests(ham, refusedUntrusted),
  );
  await client.start();
}
