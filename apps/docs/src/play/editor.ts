// The text of the memory, with the colours of the language and its mistakes underlined. Once a reader is
// in it, the language server helps.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic as Shown, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Transaction } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import type { Diagnostic } from "@hamlet/dsl";
import { codeMirrorMode } from "@hamlet/dsl/highlight";
import { classHighlighter } from "@lezer/highlight";

/** A place in the window. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** An editor of one text. */
export interface Editor {
  /** Replaces the text; the reader is not told, since nobody typed. */
  show(text: string): void;
  underline(diagnostics: readonly Diagnostic[]): void;
  /** Goes into the text, at a place of the window where one is given. */
  focus(at?: Place): void;
}

/** What the page found in a text, and what the server said of it. */
interface Known {
  readonly page: readonly Shown[];
  readonly server: readonly Shown[];
}
const NOTHING: Known = { page: [], server: [] };

/** Puts an editor into a box. */
export function makeEditor(box: HTMLElement, onTyped: (text: string) => void): Editor {
  let showing = false;
  const language = new Compartment();
  let known = NOTHING;
  const view = new EditorView({
    parent: box,
    state: EditorState.create({
      extensions: [
        lineNumbers(),
        history(),
        keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
        language.of([]),
        StreamLanguage.define(codeMirrorMode()),
        syntaxHighlighting(classHighlighter),
        lintGutter(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "The memory as .ham text" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) known = NOTHING;
          if (update.docChanged && !showing) onTyped(update.state.doc.toString());
        }),
      ],
    }),
  });
  /** A message of both is the server's, whose fixes come with it. */
  const underline = () => {
    const { length } = view.state.doc;
    const said = new Set(
      known.server.map(({ from, message }) => `${from} ${message.split(":")[0]}`),
    );
    const own = known.page.filter(
      ({ from, message }) => !said.has(`${from} ${message.split(":")[0]}`),
    );
    const all = [...known.server, ...own].filter(({ to }) => to <= length);
    view.dispatch(setDiagnostics(view.state, all));
  };
  box.addEventListener(
    "focusin",
    () =>
      void import("./language.ts").then(({ speak }) => {
        const speaking = speak(view, (diagnostics) => {
          known = { ...known, server: diagnostics };
          underline();
        });
        view.dispatch({ effects: language.reconfigure(speaking) });
      }),
    { once: true },
  );
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
      const page = diagnostics.map(({ span, severity, code, message }) => ({
        from: Math.min(span.start, length),
        to: Math.min(Math.max(span.end, span.start), length),
        severity,
        message: `${code}: ${message}`,
      }));
      known = { ...known, page };
      underline();
    },
    focus(at) {
      const head = at === undefined ? null : view.posAtCoords(at);
      if (head !== null) view.dispatch({ selection: { anchor: head } });
      view.focus();
    },
  };
}
