/** Messages for what follows a declaration or a line that was already complete. */
import type { IToken } from "chevrotain";
import type { DiagnosticDetails } from "../../diagnostics/diagnostic.ts";
import type { DiagnosticCode } from "../../diagnostics/messages.ts";
import type { Span } from "../../source.ts";
import { tokenSpan } from "../cst.ts";
import { isFirstOnLine, isName, ownerOf } from "../outline.ts";
import { RESERVED } from "../tokens.ts";
import { KINDS } from "./expected.ts";
import { reportExpected } from "./needed.ts";
import { patched, type Place, shortOf } from "./place.ts";
import { OPERATORS, reportStops } from "./value.ts";

/** What follows, and the token before it. */
interface Rest {
  readonly place: Place;
  readonly found: IToken;
  readonly previous: IToken;
}

interface Saying extends DiagnosticDetails {
  readonly code?: DiagnosticCode;
}

/** The declaration is complete, but something follows. */
export function reportRest(place: Place): void {
  const { found, tokens, at } = place;
  if (found === undefined) return reportExpected(place);
  const previous = tokens[at - 1];
  if (startsSetting(place, found)) {
    return reportStops(place, tokens[at - 2], {
      span: tokenSpan(previous),
      label: "a new line starts here",
    });
  }
  for (const say of SAYINGS) {
    const saying = say({ place, found, previous });
    if (saying === undefined) continue;
    const { code = "E0101", ...details } = saying;
    return place.diagnostics.report(code, tokenSpan(found), details);
  }
}

/** `loss = a +` and then `batch = 64`: the value ran into the next line. */
function startsSetting(place: Place, found: IToken): boolean {
  const { tokens, at } = place;
  return (
    found.image === "=" &&
    isName(tokens[at - 1]) &&
    isFirstOnLine(place, at - 1) &&
    OPERATORS.test(tokens[at - 2]?.image ?? "")
  );
}

const rewrite = (place: Place, span: Span, text: string) => ({
  fix: [`\`${patched(place, span, text)}\``],
  edits: [{ span, text }],
});

/** The likely mistakes, more particular ones first; the last one always has something to say. */
const SAYINGS: readonly ((rest: Rest) => Saying | undefined)[] = [
  ({ found }) =>
    /^[)\]}]$/.test(found.image)
      ? {
          message: `this \`${found.image}\` closes nothing`,
          label: "nothing is open here",
          help: ["delete it, or open what it closes further to the left"],
        }
      : undefined,

  ({ place, found, previous }) => {
    if (place.tokens[0].image !== "dim" || !/^:$|^\d/.test(found.image) || !isName(previous)) {
      return undefined;
    }
    const { start } = tokenSpan(found);
    const isColon = found.image === ":";
    return {
      message: "expected `=` before the size",
      label: isColon ? "write `=`" : "`=` goes here",
      ...(isColon
        ? rewrite(place, tokenSpan(found), " =")
        : rewrite(place, { start, end: start }, "= ")),
    };
  },

  ({ place, found }) =>
    found.image === "," && place.block !== ""
      ? {
          message: "the lines of a block have no commas between them",
          label: "not needed",
          fix: ["delete it"],
          edits: [{ span: tokenSpan(found), text: "" }],
        }
      : undefined,

  ({ place, found }) =>
    found.image === "~" && /^(?:data|given)$/.test(ownerOf(place.tokens, 0))
      ? {
          message: `\`${ownerOf(place.tokens, 0)}\` comes from outside, so it is not drawn`,
          label: "not here",
          help: [
            'read it from a file, `from "patterns.npy"`, or write it out, `= [[1, -1], [-1, 1]]`; a `const` and a `param` can be drawn',
          ],
        }
      : undefined,

  ({ found, previous }) =>
    found.image === "{" && previous.image.endsWith("_")
      ? {
          code: "E0107",
          message: "indices are written in square brackets, not `_{…}`",
          help: ["for example `sum[i] v[i]`"],
        }
      : undefined,

  ({ previous }) =>
    previous.image === "if"
      ? {
          code: "E0107",
          message: "there is no `if` in formulas",
          help: ["leave terms out with `sum[i where …]`, or use `max`, `min`, `relu`"],
        }
      : undefined,

  ({ place, found, previous }) => {
    const startsValue = isName(found) || /^[\d("[]/.test(found.image) || RESERVED.has(found.image);
    const endsValue = isName(previous) || /^[)\]]$|^[\d"]/.test(previous.image);
    if (!startsValue || !endsValue || !holdsExpression(place)) return undefined;
    return {
      message: `expected an operator between \`${shortOf(previous)}\` and \`${shortOf(found)}\``,
      label: "an operator is missing before this",
      help: ["products are written with `*`"],
    };
  },

  ({ place, found }) => ({
    message: `\`${shortOf(found)}\` does not belong here`,
    label: `the ${nameOfPiece(place)} ends before this`,
  }),
];

/** Where an expression comes last, a missing operator is the likely mistake. */
function holdsExpression({ tokens, at }: Place): boolean {
  return tokens
    .slice(0, at)
    .some(({ image }) => /^(?:=|when|expect|assert|where|take)$/.test(image));
}

function nameOfPiece({ tokens, block }: Place): string {
  if (block !== "") return "line";
  return KINDS.get(ownerOf(tokens, 0))?.replace(/^an? /, "") ?? "declaration";
}
