// The commands of the palette. In a workspace that is not trusted, and in a page, those that run the
// command line say why they do not.

import * as vscode from "vscode";
import type { View } from "./panel.ts";
import { openPanel } from "./panel.ts";

/** Why the command line is not run here; null where it may be. */
export type Refusal = () => string | null;

/** Why a workspace that is not trusted is only checked. */
export function refusedUntrusted(): string | null {
  if (vscode.workspace.isTrusted) return null;
  return "This workspace is not trusted, so nothing in it is run: its files are checked by what they declare.";
}

/** Registers a command that opens a view of the active editor. */
export function registerView(name: string, view: View, refusal: Refusal): vscode.Disposable {
  return vscode.commands.registerCommand(name, async (uri?: string) => {
    const document =
      uri === undefined
        ? vscode.window.activeTextEditor?.document
        : await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    const reason = refusal();
    if (document === undefined || document.languageId !== "ham") {
      void vscode.window.showInformationMessage("Open a .ham file first.");
    } else if (reason === null) {
      openPanel(document, view);
    } else {
      void vscode.window.showWarningMessage(reason);
    }
  });
}
