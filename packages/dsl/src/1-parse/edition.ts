/** `ham 1`, the first words of every file. */
import type { IToken } from "chevrotain";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source.ts";
import type { Edition } from "./ast.ts";
import { tokenSpan } from "./cst.ts";

/** The edition this package reads. */
export const EDITION = 1;

/** `ham 1`, and the position of the first token after it. */
export function readEdition(
  source: SourceFile,
  tokens: readonly IToken[],
  diagnostics: Diagnostics,
): { edition: Edition | undefined; from: number } {
  const [word, number] = tokens;
  const later = tokens.findIndex(
    (token, at) => at > 0 && token.image === "ham" && tokens[at + 1]?.tokenType.name === "Number",
  );
  if (word !== undefined && /^ham$/i.test(word.image)) {
    const from = number?.tokenType.name === "Number" ? 2 : 1;
    if (from === 2 && word.image === "ham" && number.image === String(EDITION)) {
      return {
        edition: { value: EDITION, span: { start: word.startOffset, end: number.endOffset! + 1 } },
        from,
      };
    }
    const isNumber = from === 2 && word.image === "ham";
    const span = isNumber ? tokenSpan(number) : tokenSpan(word);
    diagnostics.report("E0105", span, {
      message:
        word.image !== "ham"
          ? "`ham` is written in small letters"
          : from === 2
            ? `there is no edition ${number.image} of the language`
            : "`ham` needs the number of an edition",
      label: "this program reads edition 1",
      fix: ["`ham 1`"],
      edits: [
        {
          span: { start: word.startOffset, end: isNumber ? span.end : word.endOffset! + 1 },
          text: word.image !== "ham" && from === 2 ? "ham" : "ham 1",
        },
      ],
    });
    return { edition: undefined, from };
  }
  if (word?.tokenType.name === "Number") {
    diagnostics.report("E0105", tokenSpan(word), {
      message: "the file does not say which edition it is written in",
      label: "`ham` goes before this",
      fix: ["`ham 1`"],
      edits: [{ span: tokenSpan(word), text: "ham 1" }],
    });
    return { edition: undefined, from: 1 };
  }
  if (later === -1) {
    const end = word === undefined ? 0 : word.endOffset! + 1;
    const span = { start: word?.startOffset ?? 0, end };
    diagnostics.report("E0105", span, {
      message: "the file does not say which edition it is written in",
      label: "expected `ham 1` first",
      fix: ["insert `ham 1` at the top (`ham fmt` does this)"],
      edits: [{ span: { start: 0, end: 0 }, text: source.text === "" ? "ham 1\n" : "ham 1\n\n" }],
    });
  }
  return { edition: undefined, from: 0 };
}
