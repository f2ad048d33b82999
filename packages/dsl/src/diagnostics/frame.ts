/**
 * Prints a diagnostic as text: headline, place, the lines concerned with their labels, advice.
 *
 *     error[E0101] unexpected_token: expected `as` before the Lagrangian's name
 *      --> m.ham:3:15
 *     3 | neuron v: [D] identity
 *       |               ^^^^^^^^ `as` goes here
 *       = fix: `neuron v: [D] as identity`
 *
 * The primary place is marked `^`, related ones `-`; every label has a row of its own. A single
 * line between two labelled lines is shown, more are left out as `...`; long lines are cut around
 * their marks. Colour is the caller's.
 */
import { lineAt, linesOf, lineText, positionAt, type SourceFile, type Span } from "../source.ts";
import type { Advice, Diagnostic } from "./diagnostic.ts";

const ADVICE: readonly (readonly [keyof Advice, string])[] = [
  ["fix", "fix"],
  ["help", "help"],
  ["note", "note"],
  ["why", "why"],
  ["counterExample", "counter-example"],
];

interface Mark {
  readonly span: Span;
  readonly sign: "^" | "-" | "";
  readonly label: string;
}

/** The text of one diagnostic, without a newline at the end. `sources` are found by name. */
export function renderDiagnostic(diagnostic: Diagnostic, sources: Iterable<SourceFile>): string {
  const files = new Map([...sources].map((source) => [source.name, source]));
  const blocks = new Map<string, Mark[]>([
    [diagnostic.file, [{ span: diagnostic.span, sign: "^", label: diagnostic.label ?? "" }]],
  ]);
  for (const { file, span, label } of diagnostic.related) {
    const marks = blocks.get(file) ?? [];
    blocks.set(file, marks);
    marks.push({ span, sign: label === "" ? "" : "-", label });
  }

  const frames = [...blocks].map(([name, marks]) => {
    const source = files.get(name);
    return { name, source, rows: source === undefined ? [] : frameRows(source, marks), marks };
  });
  const lastLine = Math.max(1, ...frames.flatMap(({ rows }) => rows.map((row) => row.line)));
  const width = String(lastLine).length;
  const gutter = " ".repeat(width);

  const out = [
    `${diagnostic.severity}[${diagnostic.code}] ${diagnostic.rule}: ${diagnostic.message}`,
  ];
  for (const [index, { name, source, rows, marks }] of frames.entries()) {
    const at = source === undefined ? undefined : positionAt(source, marks[0].span.start);
    const place = at === undefined ? name : `${name}:${at.line}:${at.column}`;
    out.push(`${gutter}${index === 0 ? "-->" : ":::"} ${place}`);
    for (const { line, text } of rows) {
      if (line === 0) out.push("...");
      else if (line < 0) out.push(`${gutter} | ${text}`);
      else out.push(`${String(line).padStart(width)} | ${text}`.trimEnd());
    }
  }
  for (const key of Object.keys(diagnostic)) {
    const advice = ADVICE.find(([name]) => name === key);
    if (advice === undefined) continue;
    const [name, title] = advice;
    out.push(...(diagnostic[name] ?? []).map((line) => `${gutter} = ${title}: ${line}`));
  }
  return out.join("\n");
}

/** Rows of a frame: source lines carry their number, label rows -1, gaps 0. */
function frameRows(source: SourceFile, marks: readonly Mark[]): { line: number; text: string }[] {
  const starts = linesOf(source);
  const lineOf = ({ span }: Mark) => lineAt(starts, Math.min(span.start, source.text.length));
  const lines = [...new Set(marks.map(lineOf))].sort((a, b) => a - b);
  const rows: { line: number; text: string }[] = [];
  for (const [index, line] of lines.entries()) {
    const gap = index === 0 ? 0 : line - lines[index - 1] - 1;
    if (gap === 1)
      rows.push({ line: line - 1, text: cutOut(lineText(source.text, starts, line - 1), 0).text });
    else if (gap > 1) rows.push({ line: 0, text: "" });
    const text = lineText(source.text, starts, line);
    const own = marks.filter((mark) => mark.sign !== "" && lineOf(mark) === line);
    const places = own.map(({ span }) => ({
      from: span.start - starts[line - 1],
      to: Math.min(span.end - starts[line - 1], text.length),
    }));
    const part = cutOut(text, places[0]?.from ?? 0);
    rows.push({ line, text: part.text });
    own.forEach((mark, at) => {
      const within = (offset: number) => Math.min(Math.max(offset, part.start), part.end);
      const [from, to] = [within(places[at].from), within(places[at].to)];
      const before = part.lead + cells(text.slice(part.start, from));
      const signs = mark.sign.repeat(Math.max(1, cells(text.slice(from, to))));
      const label = mark.label === "" ? "" : ` ${mark.label}`;
      rows.push({ line: -1, text: " ".repeat(before) + signs + label });
    });
  }
  return rows;
}

/** Longer lines are cut; so much of them stays before the first mark. */
const LONGEST_LINE = 160;
const BEFORE_MARK = 60;

/** The part of a line around a place; `lead` is what the `…` before it takes. */
function cutOut(
  text: string,
  at: number,
): { readonly text: string; readonly start: number; readonly end: number; readonly lead: number } {
  if (text.length <= LONGEST_LINE) {
    return { text: shown(text), start: 0, end: text.length, lead: 0 };
  }
  const start = whole(text, Math.max(0, Math.min(at - BEFORE_MARK, text.length - LONGEST_LINE)));
  const end = whole(text, Math.min(text.length, start + LONGEST_LINE));
  const [before, after] = [start === 0 ? "" : "…", end === text.length ? "" : "…"];
  return { text: before + shown(text.slice(start, end)) + after, start, end, lead: before.length };
}

/** An offset that tears no character apart, and leaves no accent behind. */
function whole(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && at < text.length) {
    const unit = text.charCodeAt(at);
    const isSecondHalf = unit >= 0xdc00 && unit <= 0xdfff;
    if (!isSecondHalf && !/^\p{M}/u.test(text.slice(at, at + 2))) break;
    at--;
  }
  return at;
}

/** A tab is shown as one space, so that columns and marks agree. Control characters would move the cursor. */
function shown(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}

/** Cells a terminal uses: none for combining marks, two for wide scripts and emoji, else one. */
function cells(text: string): number {
  let count = 0;
  for (const character of text) {
    if (/^[\p{M}\p{Cf}]$/u.test(character)) continue;
    const wide =
      /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303E\uFF01-\uFF60]$/u;
    count += wide.test(character) ? 2 : 1;
  }
  return count;
}
