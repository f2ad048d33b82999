// A panel beside the editor that follows the text of a model.

import * as vscode from "vscode";
import { escaped, pageOf } from "./page.ts";

/** What a view is made of. */
export interface Shown {
  readonly uri: vscode.Uri;
  readonly text: string;
  /** The folder of the file, or of the workspace for a file that has none. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Something that a panel shows. */
export interface View {
  readonly title: string;
  /** A piece of HTML. */
  readonly show: (shown: Shown) => Promise<string>;
}

/** How long after the last key it looks again, in milliseconds. */
const PATIENCE = 400;

/** Opens a panel with a view of a document, which follows what is typed until it is closed. */
export function openPanel(document: vscode.TextDocument, { title, show }: View): vscode.Disposable {
  const name = document.uri.path.split("/").at(-1) ?? "";
  const heading = `${title}: ${name}`;
  const panel = vscode.window.createWebviewPanel(
    "ham",
    heading,
    { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
    { enableScripts: false, localResourceRoots: [] },
  );
  let latest = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const update = async (): Promise<void> => {
    latest.abort();
    latest = new AbortController();
    const { signal } = latest;
    const { uri } = document;
    try {
      const folder = folderOf(uri);
      const body = await show({ uri, text: document.getText(), folder, signal });
      if (!signal.aborted) panel.webview.html = pageOf(heading, body);
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      panel.webview.html = pageOf(heading, `<pre class="failure">${escaped(reason)}</pre>`);
    }
  };
  const following = vscode.workspace.onDidChangeTextDocument(({ document: changed }) => {
    if (changed.uri.toString() !== document.uri.toString()) return;
    clearTimeout(timer);
    timer = setTimeout(() => void update(), PATIENCE);
  });
  panel.onDidDispose(() => {
    clearTimeout(timer);
    latest.abort();
    following.dispose();
  });
  panel.webview.html = pageOf(heading, "…");
  void update();
  return panel;
}

function folderOf(uri: vscode.Uri): string {
  if (uri.scheme === "file") return vscode.Uri.joinPath(uri, "..").fsPath;
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ".";
}
