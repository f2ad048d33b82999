/**
 * One entry as a document. Lines break, from the outside in: after commas, after `=`, before
 * `where`, `or`, `and`, comparisons, `+` and `-`, `*` and `/`, and inside brackets; so the last
 * thing to be torn apart is a product.
 */
import type { IToken } from "chevrotain";
import { type Doc, group, hardline, indent, line, softline } from "./doc.ts";
import type { Atom } from "./entries.ts";
import { between, isSign, type Spacing } from "./spacing.ts";

/** Looser operators first; the break comes before them. */
const LEVELS: readonly RegExp[] = [
  /^where$/,
  /^or$/,
  /^and$/,
  /^(?:[<>]|==|!=|<=|>=)$/,
  /^[-+]$/,
  /^[*/]$/,
];

/** The document of an entry's tokens, with the comments between them. */
export function layoutOf(atoms: readonly Atom[], spacing: Spacing): Doc {
  const parts = split(atoms, isComma, "after");
  return parts.length === 1 ? definition(atoms) : group(indent(list(parts)));

  /** `A = 1, B = 2` */
  function list(definitions: readonly Atom[][]): Doc {
    return definitions.map((part, index) => [index === 0 ? "" : line, definition(part)]);
  }

  /** `head = value`: if the value does not fit behind its head, it gets lines of its own. */
  function definition(all: readonly Atom[]): Doc {
    const [head, ...values] = split(all, isAssignment, "after");
    if (values.length === 0) return group(indent(level(all, 0)));
    return group(indent([sequence(head), line, level(values.flat(), 0)]));
  }

  /** An expression, broken at its loosest operators first. */
  function level(all: readonly Atom[], depth: number): Doc {
    const operator = LEVELS[depth];
    if (operator === undefined) return sequence(all);
    const parts = split(all, isOperator(operator), "before");
    if (parts.length === 1) return level(all, depth + 1);
    return group(
      parts.map((part, index) => {
        if (index === 0) return level(part, depth + 1);
        const [sign, ...rest] = part;
        const gap = rest.length === 0 ? "" : between(undefined, sign.token, rest[0].token, spacing);
        return [line, atomDoc(sign), gap, level(rest, depth + 1)];
      }),
    );
  }

  function isOperator(pattern: RegExp) {
    return (token: IToken, index: number, all: readonly Atom[]): boolean =>
      pattern.test(token.image) &&
      index > 0 &&
      token.tokenType.name !== "String" &&
      !spacing.tight.has(token.startOffset) &&
      !isSign(token, all[index - 1].token, spacing);
  }

  /** Tokens side by side; brackets are groups of their own. */
  function sequence(all: readonly Atom[]): Doc {
    const out: Doc[] = [];
    for (let index = 0; index < all.length; index++) {
      const atom = all[index];
      if (index > 0)
        out.push(between(all[index - 2]?.token, all[index - 1].token, atom.token, spacing));
      const close = /^[([{]$/.test(atom.token.image) ? closing(all, index) : index;
      if (close > index) {
        out.push(bracket(atom, all.slice(index + 1, close), all[close]));
        index = close;
      } else {
        out.push(atomDoc(atom));
      }
    }
    return out;
  }

  function bracket(open: Atom, inside: readonly Atom[], close: Atom): Doc {
    if (inside.length === 0) return [atomDoc(open), atomDoc(close)];
    const edge = open.token.image === "{" ? line : softline;
    const parts = split(inside, isComma, "after");
    if (open.token.image === "[" && parts.length > 1 && parts.every(isNumber)) {
      // The entries of an array fill their lines.
      const [first, ...rest] = parts.map(sequence);
      const filled = [first, ...rest.map((part) => group([line, part]))];
      return [atomDoc(open), indent(filled), atomDoc(close)];
    }
    // Only what is printed is laid out: two attempts a bracket would double with every depth.
    const content = parts.every(([first]) => first.token.image === "[")
      ? parts.map((part, index) => [index === 0 ? "" : line, sequence(part)])
      : list(parts);
    return group([atomDoc(open), indent([edge, content]), edge, atomDoc(close)]);
  }
}

/** `1,` and `-1,` */
function isNumber(part: readonly Atom[]): boolean {
  return part.every(({ token }) => /^(?:Number|Minus|Comma)$/.test(token.tokenType.name));
}

const isComma = ({ image }: IToken): boolean => image === ",";
const isAssignment = ({ image }: IToken): boolean => image === "=" || image === "~";

function atomDoc({ token, comments }: Atom): Doc {
  return [
    token.image,
    ...comments.map(({ text, isTrailing }) => [isTrailing ? "  " : hardline, text, hardline]),
  ];
}

/** Cuts at tokens outside of brackets; the token ends the part before it or starts the next one. */
function split(
  atoms: readonly Atom[],
  isCut: (token: IToken, index: number, all: readonly Atom[]) => boolean,
  side: "before" | "after",
): Atom[][] {
  const parts: Atom[][] = [[]];
  let depth = 0;
  for (const [index, atom] of atoms.entries()) {
    const { image } = atom.token;
    const cuts = depth === 0 && isCut(atom.token, index, atoms);
    if (cuts && side === "before") parts.push([]);
    parts.at(-1)?.push(atom);
    if (cuts && side === "after") parts.push([]);
    if (/^[([{]$/.test(image)) depth++;
    if (/^[)\]}]$/.test(image)) depth--;
  }
  return parts.filter((part) => part.length > 0);
}

/** The position of the bracket that closes the one at `open`. */
function closing(atoms: readonly Atom[], open: number): number {
  let depth = 0;
  for (let index = open; index < atoms.length; index++) {
    const { image } = atoms[index].token;
    if (/^[([{]$/.test(image)) depth++;
    if (/^[)\]}]$/.test(image) && --depth === 0) return index;
  }
  return open;
}
