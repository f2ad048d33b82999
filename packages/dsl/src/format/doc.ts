/**
 * A small pretty printer after Wadler: a document says where a line may be broken, the printer
 * breaks the outermost groups that do not fit. A space or a break at the start of a line prints
 * nothing, so that a comment may end a line anywhere.
 */

/** Text with places where it can be broken. */
export type Doc =
  | string
  | readonly Doc[]
  | { readonly kind: "line"; readonly flat: string }
  | { readonly kind: "hardline" }
  | { readonly kind: "group"; readonly content: Doc }
  | { readonly kind: "indent"; readonly content: Doc };

/** A space, or a break when its group does not fit. */
export const line: Doc = { kind: "line", flat: " " };

/** Nothing, or a break when its group does not fit. */
export const softline: Doc = { kind: "line", flat: "" };

/** Always a break. */
export const hardline: Doc = { kind: "hardline" };

/** Content that is broken at all of its lines or at none. */
export const group = (content: Doc): Doc => ({ kind: "group", content });

/** Content whose breaks are indented by one level. */
export const indent = (content: Doc): Doc => ({ kind: "indent", content });

interface Command {
  readonly doc: Doc;
  readonly depth: number;
  readonly flat: boolean;
}

/** Prints a document that starts at a depth of indentation (in levels of two spaces). */
export function printDoc(doc: Doc, width: number, depth: number): string {
  const out: string[] = [];
  let column = depth * 2;
  let atLineStart = true;
  const write = (text: string): void => {
    if (text === "") return;
    out.push(text);
    column += columnsOf(text);
    atLineStart = false;
  };
  const newline = (to: number): void => {
    if (atLineStart) return;
    out.push(`\n${"  ".repeat(to)}`);
    column = to * 2;
    atLineStart = true;
  };
  const todo: Command[] = [{ doc, depth, flat: false }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { doc: current, depth: level, flat } = next;
    if (typeof current === "string") {
      write(atLineStart ? current.trimStart() : current);
    } else if (!("kind" in current)) {
      todo.push(...current.map((part) => ({ doc: part, depth: level, flat })).reverse());
    } else if (current.kind === "hardline") {
      newline(level);
    } else if (current.kind === "line") {
      if (!flat) newline(level);
      else if (!atLineStart) write(current.flat);
    } else if (current.kind === "indent") {
      todo.push({ doc: current.content, depth: level + 1, flat });
    } else {
      const fits = flat || fitsInto(width - column, current.content, todo);
      todo.push({ doc: current.content, depth: level, flat: fits });
    }
  }
  return out.join("").replace(/[ ]+$/gm, "");
}

/** Whether content fits on the line, with what follows it up to the next place to break. */
function fitsInto(space: number, content: Doc, rest: readonly Command[]): boolean {
  let left = space;
  let restIndex = rest.length;
  const todo: { doc: Doc; flat: boolean }[] = [{ doc: content, flat: true }];
  while (left >= 0) {
    const next = todo.pop() ?? rest[--restIndex];
    if (next === undefined) return true;
    const { doc, flat } = next;
    if (typeof doc === "string") left -= columnsOf(doc);
    else if (!("kind" in doc)) todo.push(...doc.map((part) => ({ doc: part, flat })).reverse());
    else if (doc.kind === "hardline") return restIndex < rest.length;
    else if (doc.kind !== "line") todo.push({ doc: doc.content, flat });
    else if (flat) left -= doc.flat.length;
    else return true;
  }
  return false;
}

const columnsOf = (text: string): number => Array.from(text).length;
