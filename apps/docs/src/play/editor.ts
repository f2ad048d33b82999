// The text of the memory, with the colours of the language and its mistakes underlined.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Transaction } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import type { Diagnostic } from "@hamlet/dsl";
import { codeMirrorMode } from "@hamlet/dsl/highlight";
import { classHighlighter } from "@lezer/highlight";

/** An editor of one text. */
export interface Editor {
  /** Replaces the text; the reader is not told, since nobody typed. */
  show(text: string): void;
  underline(diagnostics: readonly Diagnostic[]): void;
}

/** Puts an editor into a box. */
export function makeEditor(box: HTMLElement, onTyped: (text: string) => void): Editor {
  let showing = false;
  const view = new EditorView({
    parent: box,
    state: EditorState.create({
      extensions: [
        lineNumbers(),
        history(),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        StreamLanguage.define(codeMirrorMode()),
        syntaxHighlighting(classHighlighter),
        lintGutter(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "The memory as .ham text" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !showing) onTyped(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    show(text) {
      if (view.state.doc.toString() === text) return;
      showing = true;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        annotations: Transaction.addToHistory.of(false),
      });
      showing = false;
    },
    underline(diagnostics) {
      const { length } = view.state.doc;
      const marks = diagnostics.map(({ span, severity, code, message }) => ({
        from: Math.min(span.start, length),
        to: Math.min(Math.max(span.end, span.start), length),
        severity,
        message: `${code}: ${message}`,
      }));
      view.dispatch(setDiagnostics(view.state, marks));
    },
  };
}
