/**
 * Which tokens stand together. Most of it follows from two neighbours; what does not (is this `-`
 * a sign, does this `(` call something, is this `/` part of a coefficient) is read off the tree.
 */
import type { IToken } from "chevrotain";
import type {
  Attribute,
  Binary,
  Expression,
  FileAst,
  Item,
  Target,
  Template,
  TypeAst,
} from "../1-parse/ast.ts";
import { tokenSpan } from "../1-parse/cst.ts";

/** Facts about a file that spacing depends on, as offsets. */
export interface Spacing {
  /** `-` that are signs. */
  readonly signs: ReadonlySet<number>;
  /** Ends of tokens that a bracket follows without a space. */
  readonly glued: ReadonlySet<number>;
  /** `/` written without spaces. */
  readonly tight: ReadonlySet<number>;
}

type Node = Expression | Item | Target | Template | TypeAst | Attribute;

/** Collects the facts of a file. */
export function spacingOf(file: FileAst): Spacing {
  const signs = new Set<number>();
  const glued = new Set<number>();
  const tight = new Set<number>();
  const seen = new Set<Expression>();
  const todo: unknown[] = [file.items];
  while (todo.length > 0) {
    const next = todo.pop();
    if (typeof next !== "object" || next === null) continue;
    if (isNode(next)) visit(next);
    for (const child of Object.values(next)) todo.push(child);
  }
  return { signs, glued, tight };

  function visit(node: Node): void {
    switch (node.kind) {
      case "unary":
        if (node.op === "-") signs.add(node.opSpan.start);
        break;
      case "type":
        if (node.element !== undefined) glued.add(node.element.span.end);
        break;
      case "reference":
      case "template":
        glued.add(node.path.span.end);
        if (node.argsSpan !== undefined) glued.add(node.argsSpan.end);
        break;
      case "target":
        glued.add(node.path.span.end);
        break;
      case "reduce":
        glued.add(node.opSpan.end);
        break;
      case "attribute":
      case "let":
      case "lagrangian":
      case "synapse":
        glued.add(node.name.span.end);
        break;
      case "binary":
        if (!seen.has(node)) for (const offset of coefficients(node, seen)) tight.add(offset);
        break;
      default:
    }
  }
}

function isNode(value: object): value is Node {
  return "kind" in value;
}

/**
 * The `/` of `-1/2 * …` and `(1 - a)/2 * …`: quotients at the front of a product are coefficients,
 * and so is a quotient of two numbers. `H / 2` on its own keeps its spaces.
 */
function coefficients(product: Binary, seen: Set<Expression>): number[] {
  let quotients: Binary[] = [];
  let hasTimes = false;
  let at: Expression = product;
  while (at.kind === "binary" && (at.op === "*" || at.op === "/")) {
    // A product in parentheses is a factor like any other, and is looked at on its own.
    if (at !== product && at.span.start !== at.left.span.start) break;
    seen.add(at);
    if (at.op === "/") quotients.push(at);
    else [hasTimes, quotients] = [true, []];
    at = at.left;
  }
  const isNumeric = quotients.length === 1 && at.kind === "number";
  const isFraction = isNumeric && quotients[0].right.kind === "number";
  if (!hasTimes && !isFraction) return [];
  if (!quotients.every(({ right }) => isAtom(right))) return [];
  return quotients.map(({ opSpan }) => opSpan.start);
}

function isAtom(expression: Expression): boolean {
  if (expression.kind === "number") return true;
  if (expression.kind !== "reference") return false;
  return expression.args === undefined && expression.indices === undefined;
}

const COMPARISON = /^(?:[<>]|==|!=|<=|>=)$/;

/** Whether a `-` is a sign: it binds to what follows. */
export function isSign(token: IToken, before: IToken | undefined, { signs }: Spacing): boolean {
  return (
    token.image === "-" &&
    (signs.has(token.startOffset) || (before !== undefined && COMPARISON.test(before.image)))
  );
}

/** What stands between two tokens of a line: nothing or a space. `first` comes before both. */
export function between(
  first: IToken | undefined,
  left: IToken,
  right: IToken,
  spacing: Spacing,
): "" | " " {
  const { glued, tight } = spacing;
  if (/^[([.@]$/.test(left.image)) return "";
  if (/^[)\].,:]$/.test(right.image)) return "";
  if (right.image === "(" || right.image === "[") {
    if (glued.has(tokenSpan(left).end)) return "";
    return isSign(left, first, spacing) || left.image === "^" ? "" : " ";
  }
  if (left.image === "^" || right.image === "^") return "";
  if (tight.has(left.startOffset) || tight.has(right.startOffset)) return "";
  if (isSign(left, first, spacing)) return "";
  return " ";
}
