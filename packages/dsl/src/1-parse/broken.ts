/** What stands in the tree for something that could not be read. Its mistake is reported elsewhere. */
import type { IToken } from "chevrotain";
import type { Span } from "../source.ts";
import type { BrokenItem, BrokenStep } from "./ast.ts";
import { tokenSpan } from "./cst.ts";
import { KINDS } from "./explain/expected.ts";
import { isName, ownerOf } from "./outline.ts";

/** The names a declaration would have declared: the one after its word, or those of a `dim` list. */
export function broken(tokens: readonly IToken[]): BrokenItem {
  const owner = ownerOf(tokens, 0);
  const at = tokens.findIndex(({ image }) => image === owner);
  const names: IToken[] = [];
  const first = tokens[at + 1];
  if (
    KINDS.has(owner) &&
    owner !== "assert" &&
    owner !== "use" &&
    first !== undefined &&
    isName(first)
  ) {
    names.push(first);
  }
  if (owner === "dim") {
    names.push(
      ...tokens.filter((token, index) => isName(token) && tokens[index - 1]?.image === ","),
    );
  }
  if (owner === "use") {
    names.push(
      ...tokens.filter((token, index) => isName(token) && tokens[index - 1]?.image === "as"),
    );
  }
  if (owner === "" && tokens[0] !== undefined) {
    // No known word: `neurons v: …` would declare `v`, and `v: …` as well.
    const candidate = [tokens[1], tokens[0]].find((token) => token !== undefined && isName(token));
    if (candidate !== undefined) names.push(candidate);
  }
  return {
    kind: "broken",
    ...(owner === "" ? {} : { keyword: owner }),
    names: names.map((token) => ({ text: token.image, span: tokenSpan(token) })),
    attributes: [],
    span: spanOf(tokens),
  };
}

/** A line of a block, with the name it is about. */
export function brokenStep(tokens: readonly IToken[]): BrokenStep {
  const name = tokens.find(isName);
  return {
    kind: "broken",
    names: name === undefined ? [] : [{ text: name.image, span: tokenSpan(name) }],
    span: spanOf(tokens),
  };
}

function spanOf(tokens: readonly IToken[]): Span {
  return { start: tokens[0].startOffset, end: tokens.at(-1)!.endOffset! + 1 };
}
