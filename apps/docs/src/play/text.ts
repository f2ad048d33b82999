// The text of a memory as a page shows it at once: with its colours, and without an editor. Who goes into it
// gets the editor, at the place of the click.

import { type CharacterStream, codeMirrorMode } from "@hamlet/dsl/highlight";
import type { Diagnostic } from "@hamlet/dsl";
import type { Editor, Place } from "./editor.ts";

/** Puts a text into a box. */
export function makeText(box: HTMLElement, onTyped: (text: string) => void): Editor {
  let text = "";
  let diagnostics: readonly Diagnostic[] = [];
  let editor: Editor | null = null;
  let loading: Promise<void> | null = null;
  const plain = box.appendChild(document.createElement("div"));
  Object.assign(plain, { className: "plain", tabIndex: 0 });
  plain.setAttribute("role", "textbox");
  plain.setAttribute("aria-multiline", "true");
  plain.setAttribute("aria-label", "The memory as .ham text");
  const load = () =>
    (loading ??= import("./editor.ts").then(({ makeEditor }) => {
      const focused = plain.contains(document.activeElement);
      plain.remove();
      editor = makeEditor(box, onTyped);
      editor.show(text);
      editor.underline(diagnostics);
      if (focused) editor.focus(clicked);
    }));
  let clicked: Place | undefined;
  plain.addEventListener("pointerdown", ({ clientX: x, clientY: y }) => (clicked = { x, y }));
  plain.addEventListener("focus", () => void load());
  return {
    show(to) {
      text = to;
      if (editor === null) plain.replaceChildren(...linesOf(to));
      else editor.show(to);
    },
    underline(found) {
      diagnostics = found;
      editor?.underline(found);
    },
    focus: (at) => void load().then(() => editor!.focus(at)),
  };
}

const MODE = codeMirrorMode();

/** A line of a text, read from left to right. */
class Line implements CharacterStream {
  readonly text: string;
  at = 0;
  constructor(text: string) {
    this.text = text;
  }
  match(pattern: RegExp): RegExpMatchArray | null {
    const found = this.text.slice(this.at).match(pattern);
    this.at += found?.[0].length ?? 0;
    return found;
  }
  eatSpace(): boolean {
    return this.match(/^\s+/) !== null;
  }
  next(): void {
    this.at++;
  }
}

function* linesOf(text: string): Generator<HTMLElement> {
  for (const written of text.replace(/\n$/, "").split("\n")) {
    const shown = document.createElement("span");
    shown.className = "line";
    const line = new Line(written);
    while (line.at < written.length) {
      const start = line.at;
      const name = classOf(MODE.token(line));
      const part = written.slice(start, line.at);
      if (name === null) shown.append(part);
      else
        shown.append(
          Object.assign(document.createElement("span"), { className: name, textContent: part }),
        );
    }
    shown.append("\n");
    yield shown;
  }
}

/** The class that the editor gives a token as well. */
function classOf(tag: string | null): string | null {
  if (tag === null) return null;
  if (/keyword|modifier/i.test(tag)) return "tok-keyword";
  if (/comment/i.test(tag)) return "tok-comment";
  return /^(?:number|string|typeName)$/.test(tag) ? `tok-${tag}` : null;
}
