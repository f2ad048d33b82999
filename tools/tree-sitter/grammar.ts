// The tree-sitter grammar of the language, made of the parser's own rules and of the token table.
//
// The parser is LL(2) and reads what is optional whenever it can; tree-sitter is LR(1), and where both
// may be done it is told to go on reading, by `prec.right`. A level of expressions that adds nothing,
// such as a sum of one product, has no node of its own.

import { HamParser } from "../../packages/dsl/src/1-parse/grammar.ts";
import {
  NAME_PATTERN,
  NUMBER_PATTERN,
  TOKEN_TABLE,
} from "../../packages/dsl/src/1-parse/tokens.ts";
import {
  choice,
  type Grammar,
  optional,
  pattern,
  type Rule,
  seq,
  string,
  symbol,
} from "./rules.ts";

/** A rule of the parser, or a part of one, as Chevrotain tells it. */
interface Production {
  readonly type: string;
  readonly name?: string;
  readonly definition?: readonly Production[];
  readonly separator?: { readonly name: string };
}

/** Rules of expressions whose node is left out where it would have one child. */
export const LEVELS: readonly string[] = [
  "expression",
  "conjunction",
  "negation",
  "comparison",
  "sum",
  "product",
  "unary",
  "power",
  "primary",
];

/** Words that are names where they mean nothing. */
const SOMETIMES_NAMES = TOKEN_TABLE.filter(
  ({ highlight }) => highlight === "contextual" || highlight === "type",
).map(({ pattern: word }) => String(word));

/** The grammar. */
export function treeSitterGrammar(): Grammar {
  const rules: Record<string, Rule> = {
    source_file: seq([
      string("ham"),
      symbol("number"),
      { type: "REPEAT", content: symbol("item") },
    ]),
  };
  const productions = new HamParser().getSerializedGastProductions() as readonly Production[];
  for (const { name = "", definition } of productions) {
    const body = sequence(definition);
    if (!LEVELS.includes(name)) {
      rules[nodeName(name)] = greedy(body);
      continue;
    }
    const { alone, more } = parted(body);
    rules[`_${nodeName(name)}`] = greedy(choice([...alone, symbol(nodeName(name))]));
    rules[nodeName(name)] = greedy(more);
  }
  return {
    name: "ham",
    word: "name",
    extras: [pattern(/\s/), symbol("comment"), symbol("doc_comment")],
    rules: {
      ...rules,
      _name: choice([symbol("name"), ...SOMETIMES_NAMES.map(asName)]),
      name: pattern(NAME_PATTERN),
      number: pattern(NUMBER_PATTERN),
      string: pattern(tokenPattern("String")),
      comment: token(tokenPattern("Comment"), 0),
      doc_comment: token(tokenPattern("DocComment"), 1),
    },
  };
}

/** How a rule is called as a node: in small letters, like the nodes of other grammars. */
export function nodeName(rule: string): string {
  return rule.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function sequence(parts: readonly Production[] = []): Rule {
  return seq(parts.map(ruleOf));
}

function ruleOf({ type, name = "", definition, separator }: Production): Rule {
  const content = () => sequence(definition);
  const more = (): Rule => ({
    type: "REPEAT",
    content: seq([terminal(separator!.name), content()]),
  });
  switch (type) {
    case "NonTerminal":
      return symbol(`${LEVELS.includes(name) ? "_" : ""}${nodeName(name)}`);
    case "Terminal":
      return terminal(name);
    case "Alternative":
      return content();
    case "Alternation":
      return choice(definition!.map(ruleOf));
    case "Option":
      return optional(content());
    case "Repetition":
      return { type: "REPEAT", content: content() };
    case "RepetitionMandatoryWithSeparator":
      return seq([content(), more()]);
    case "RepetitionWithSeparator":
      return optional(seq([content(), more()]));
    default:
      throw new Error(`Chevrotain has a kind of production that is not known here: ${type}.`);
  }
}

/** A token, by its name in the table. */
function terminal(name: string): Rule {
  if (name === "Name") return symbol("_name");
  if (name === "Number" || name === "String") return symbol(name.toLowerCase());
  return string(String(TOKEN_TABLE.find((entry) => entry.name === name)!.pattern));
}

function asName(word: string): Rule {
  return { type: "ALIAS", content: string(word), named: true, value: "name" };
}

function tokenPattern(name: string): RegExp {
  return TOKEN_TABLE.find((entry) => entry.name === name)!.pattern as RegExp;
}

/** Of two comments that begin alike the one with the higher rank is taken. */
function token(regExp: RegExp, rank: number): Rule {
  return { type: "TOKEN", content: { type: "PREC", value: rank, content: pattern(regExp) } };
}

function greedy(content: Rule): Rule {
  return { type: "PREC_RIGHT", value: 0, content };
}

/** A rule that may be one child alone: what that child is, and the rule with more than it. */
function parted(body: Rule): { readonly alone: readonly Rule[]; readonly more: Rule } {
  const members = body.type === "CHOICE" ? body.members : [body];
  const parts = members.map((member) => {
    if (member.type !== "SEQ") return { alone: [member], more: [] };
    const fixed = member.members.filter((one) => !isOptional(one));
    if (fixed.length > 1) return { alone: [], more: [member] };
    return { alone: fixed, more: withOne(member.members) };
  });
  return {
    alone: parts.flatMap(({ alone }) => alone),
    more: choice(parts.flatMap(({ more }) => more)),
  };
}

/** A sequence with at least one of its optional parts. */
function withOne(members: readonly Rule[]): Rule[] {
  const at = members.findIndex(isOptional);
  if (at === -1) return [];
  const [before, rest] = [members.slice(0, at), members.slice(at + 1)];
  const none = withOne(rest).map((more) => seq([...before, more]));
  return [seq([...before, needed(members[at]), ...rest]), ...none];
}

function isOptional(rule: Rule): boolean {
  return (
    rule.type === "REPEAT" || (rule.type === "CHOICE" && rule.members.at(-1)?.type === "BLANK")
  );
}

function needed(rule: Rule): Rule {
  if (rule.type === "REPEAT") return { type: "REPEAT1", content: rule.content };
  return rule.type === "CHOICE" ? choice(rule.members.slice(0, -1)) : rule;
}
