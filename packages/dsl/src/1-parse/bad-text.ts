/** Messages of the lexer: characters and spellings that are not part of the language. */
import type { IToken } from "chevrotain";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { SIGN_NAMES } from "./foreign.ts";

/** `1..N` */
export function reportRange(start: number, diagnostics: Diagnostics): void {
  diagnostics.report(
    "E0107",
    { start, end: start + 2 },
    {
      message: "there are no ranges",
      help: ["an index runs over the whole of its dim: `sum[i] v[i]`; `where` leaves entries out"],
    },
  );
}

/** `.5` and `5.` */
export function reportPointNumber(typed: string, start: number, diagnostics: Diagnostics): void {
  const instead = typed.replace(/^\./, "0.").replace(/\.$/, ".0");
  const span = { start, end: start + typed.length };
  diagnostics.report("E0107", span, {
    message: "a number has digits on both sides of its point",
    fix: [`\`${instead}\``],
    edits: [{ span, text: instead }],
  });
}

/** `|x|` and `||x||` */
export function reportBars(typed: string, start: number, diagnostics: Diagnostics): void {
  const span = { start, end: start + typed.length };
  diagnostics.report("E0107", span, {
    message: `there are no \`${typed}\` brackets`,
    help: [
      typed === "|"
        ? "absolute values are written `abs(x)`"
        : "norms are written out: `sqrt(sum[i] x[i]^2)`",
    ],
  });
}

/** `U+00D7 MULTIPLICATION SIGN`; signs without a familiar name get the number alone. */
export function describe(character: string): string {
  const number = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  const name = SIGN_NAMES.get(character);
  return name === undefined ? `U+${number}` : `U+${number} ${name}`;
}

/** A run of characters that mean nothing here. */
export function reportUnknown(image: string, start: number, diagnostics: Diagnostics): void {
  const characters = Array.from(image);
  const printable = characters
    .slice(0, 12)
    .join("")
    .replace(/[\p{C}]/gu, "\uFFFD");
  const more = characters.length > 12 ? "…" : "";
  diagnostics.report(
    "E0104",
    { start, end: start + image.length },
    {
      message: `\`${printable}${more}\` is not part of the language`,
      ...(characters.length === 1 ? { label: describe(image) } : {}),
      ...(image === "'"
        ? { help: ["there is no transpose: name the indices in the other order"] }
        : {}),
      ...(image === "√" ? { help: ["square roots are written `sqrt(x)`"] } : {}),
      ...(/^[\u201c\u201d]/.test(image)
        ? { help: ['texts are written in plain quotes, `"…"`'] }
        : {}),
      ...(image === "?"
        ? {
            help: [
              "there is no `?:`: leave terms out with `sum[i where …]`, or use `max`, `min`, `relu`",
            ],
          }
        : {}),
      ...(/^[₀-₉]+$/.test(image)
        ? {
            help: [
              `names are made of letters, digits and \`_\`: write \`_${image.normalize("NFKC")}\``,
            ],
          }
        : {}),
      ...(image === "%"
        ? { help: ["there is no remainder operator; comments are written `//`"] }
        : {}),
    },
  );
}

/** A text without its second quote. */
export function reportUnclosedString(image: string, start: number, diagnostics: Diagnostics): void {
  const end = start + image.length;
  diagnostics.report(
    "E0102",
    { start, end: start + 1 },
    {
      message: "this text is never closed",
      label: "opened here",
      fix: ['add `"` where the text ends; a text stays on one line'],
      edits: [{ span: { start: end, end }, text: '"' }],
    },
  );
}

/** Strings follow JSON: `\n`, `\"`, `\\`, `\u03be` and so on. */
export function checkEscapes(image: string, start: number, diagnostics: Diagnostics): void {
  for (const escape of image.matchAll(/\\(?:u[0-9a-fA-F]{4}|.)/gu)) {
    if (/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})$/.test(escape[0])) continue;
    const at = start + escape.index;
    diagnostics.report(
      "E0104",
      { start: at, end: at + escape[0].length },
      {
        message: `\`${escape[0]}\` is not an escape of the language`,
        help: ['escapes are those of JSON: `\\"`, `\\\\`, `\\n`, `\\t`, `\\u03be`'],
      },
    );
  }
}

/** The power as it should be written, with the operands as typed. */
export function powerFix(text: string, tokens: readonly IToken[], operator: Span): string {
  const last = tokens.at(-1);
  if (last === undefined || last.endOffset! + 1 !== operator.start) return "use `^`";
  let first = tokens.length - 1;
  let depth = 0;
  // A base of more than a few dozen tokens would not fit on the line anyway.
  for (; first >= Math.max(0, tokens.length - 40); first--) {
    const { image } = tokens[first];
    if (image === ")" || image === "]") depth++;
    else if (image === "(" || image === "[") depth--;
    else if (depth === 0) break;
    if (depth < 0) break;
  }
  const exponent = /^\s*(-?(?:[\p{L}_][\p{L}\p{Nd}_]*|[\d_.]+))/u.exec(text.slice(operator.end));
  const base = tokens[first];
  if (base === undefined || exponent === null) return "use `^`";
  return `\`${text.slice(base.startOffset, operator.start)}^${exponent[1]}\``;
}
