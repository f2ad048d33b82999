// The pictures of the page about editors: a text in the colours of its tokens, with what the
// language server says of it, as an editor would show that.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { codeMirrorMode } from "../../packages/dsl/src/highlight.ts";
import { picture } from "./picture.ts";

const MAIN = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url));

const SOUND = `ham 1

dim K = 8, D = 16
const beta: real > 0 = 4.0
const xi: [K, D] ~ normal(0, 1)

/// The state, one number per unit.
neuron v: [D] as identity { leak = off }

energy memory = -1/beta * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2
`;
const WRONG = SOUND.replace("as identity", "as idenity");

interface Place {
  readonly line: number;
  readonly character: number;
}

/** What the server is asked, and what it says by itself. */
interface Said {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly params?: unknown;
}

/** A text, and what is said of it. */
interface Shown {
  readonly text: string;
  readonly notes: readonly Note[];
}

/** A box of text behind a stretch of a line. */
interface Note {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly text: readonly string[];
  readonly kind: "error" | "hover";
}

/** Asks a server of its own about a text. */
async function askServer(text: string, hoverAt: Place | null): Promise<Note[]> {
  const uri = "file:///memory.ham";
  const child = spawn(process.execPath, [MAIN, "lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const params = { processId: null, rootUri: null, capabilities: {} };
  send({ id: 1, method: "initialize", params });
  send({ method: "initialized", params: {} });
  const textDocument = { uri, languageId: "ham", version: 1, text };
  send({ method: "textDocument/didOpen", params: { textDocument } });
  if (hoverAt !== null) {
    send({
      id: 2,
      method: "textDocument/hover",
      params: { textDocument: { uri }, position: hoverAt },
    });
  }
  let buffer = Buffer.alloc(0);
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const head = /^Content-Length: (\d+)\r\n\r\n/.exec(buffer.toString("latin1"));
      if (head === null || buffer.length < head[0].length + Number(head[1])) break;
      const end = head[0].length + Number(head[1]);
      const said = JSON.parse(buffer.toString("utf8", head[0].length, end)) as Said;
      buffer = buffer.subarray(end);
      const notes = hoverAt === null ? messagesOf(said) : hoverOf(said, hoverAt);
      if (notes === null) continue;
      child.kill();
      return notes;
    }
  }
  throw new Error("The server ended without an answer.");
}

interface Range {
  readonly range: { readonly start: Place; readonly end: Place };
}

/** Lines so short that letters are not shrunk below 11 px on a page. */
const wrapped = (row: string): string[] => row.match(/.{1,68}(?:\s+|$)/g) ?? [row];

function messagesOf({ method, params }: Said): Note[] | null {
  if (method !== "textDocument/publishDiagnostics") return null;
  const { diagnostics } = params as { diagnostics: readonly (Range & { message: string })[] };
  return diagnostics.map(({ range: { start, end }, message }) => ({
    line: start.line,
    from: start.character,
    to: end.character,
    text: message.split("\n").slice(0, 2).flatMap(wrapped),
    kind: "error" as const,
  }));
}

function hoverOf({ id, result }: Said, { line, character }: Place): Note[] | null {
  if (id !== 2) return null;
  const { contents } = result as { contents: { value: string } };
  const text = contents.value
    .split("\n")
    .filter((row) => row.trim() !== "" && !row.startsWith("```"))
    .slice(0, 6)
    .flatMap(wrapped);
  // Not right of where a box has room.
  const from = Math.min(character, 14);
  return [{ line, from, to: from + 1, text, kind: "hover" }];
}

// Drawing

const [CHAR, ROW, LEFT, TOP] = [8.4, 22, 52, 20];
const COLOURS: Readonly<Record<string, string>> = {
  definitionKeyword: "#c792ea",
  operatorKeyword: "#89ddff",
  keyword: "#82aaff",
  modifier: "#c792ea",
  typeName: "#ffcb6b",
  number: "#f78c6c",
  string: "#c3e88d",
  operator: "#89ddff",
  lineComment: "#7f8ea3",
  docComment: "#9fb0c8",
};

/** The picture. Below a line with a note there is room for it. */
function draw(text: string, notes: readonly Note[], title: string): string {
  const lines = text.trimEnd().split("\n");
  const longest = Math.max(
    ...lines.map((line) => line.length),
    ...notes.map(({ from, text: rows }) => from + 2 + Math.max(...rows.map((row) => row.length))),
  );
  const parts: string[] = [];
  let y = TOP;
  lines.forEach((line, at) => {
    parts.push(
      `<text x="${LEFT - 16}" y="${y + 15}" fill="#5c6b80" text-anchor="end">${at + 1}</text>`,
      `<text x="${LEFT}" y="${y + 15}" xml:space="preserve">${coloured(line)}</text>`,
    );
    y += ROW;
    for (const note of notes.filter((one) => one.line === at)) {
      const x = LEFT + note.from * CHAR;
      if (note.kind === "error") parts.push(wave(x, y - 2, (note.to - note.from) * CHAR));
      const [width, height] = [
        (Math.max(...note.text.map((row) => row.length)) + 2) * CHAR,
        note.text.length * ROW + 8,
      ];
      const edge = note.kind === "error" ? "#f07178" : "#5c6b80";
      parts.push(
        `<rect x="${x}" y="${y + 4}" width="${width}" height="${height}" rx="4" fill="#1b2330" stroke="${edge}"/>`,
        ...note.text.map(
          (row, k) =>
            `<text x="${x + CHAR}" y="${y + 22 + k * ROW}" fill="#d6deeb" xml:space="preserve">${escaped(row)}</text>`,
        ),
      );
      y += height + 10;
    }
  });
  const [width, height] = [Math.ceil(LEFT + (longest + 2) * CHAR), y + TOP];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14"><title>${escaped(title)}</title><rect width="${width}" height="${height}" rx="8" fill="#11161f"/>${parts.join("")}</svg>\n`;
}

/** The pieces of a line in their colours. */
function coloured(line: string): string {
  const { token } = codeMirrorMode();
  let at = 0;
  let text = "";
  const stream = {
    match(pattern: RegExp) {
      const found = pattern.exec(line.slice(at));
      if (found !== null) at += found[0].length;
      return found;
    },
    eatSpace() {
      const before = at;
      at += /^\s*/.exec(line.slice(at))![0].length;
      return at > before;
    },
    next: () => (at += 1),
  };
  while (at < line.length) {
    const before = at;
    const colour = COLOURS[token(stream) ?? ""] ?? "#d6deeb";
    text += `<tspan fill="${colour}">${escaped(line.slice(before, at))}</tspan>`;
  }
  return text;
}

function wave(x: number, y: number, width: number): string {
  const steps = Math.max(2, Math.round(width / 4));
  const points = Array.from({ length: steps + 1 }, (_, k) => {
    const [px, py] = [x + (k * width) / steps, y + (k % 2) * 3];
    return `${px.toFixed(1)},${py.toFixed(1)}`;
  });
  return `<polyline points="${points.join(" ")}" fill="none" stroke="#f07178" stroke-width="1.5"/>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

const hoverAt = { line: 9, character: SOUND.split("\n")[9].indexOf("v[i]") };

const shown = (text: string, at: Place | null, title: string) =>
  picture<Shown>(
    async () => ({ text, notes: await askServer(text, at) }),
    ({ text: lines, notes }) => draw(lines, notes, title),
  );

export const messages = shown(WRONG, null, "A mistake, underlined and explained");
export const hover = shown(SOUND, hoverAt, "What a name is, where the pointer rests on it");
