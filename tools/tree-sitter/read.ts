// Reads a text by a tree-sitter grammar as data: every way to read it, the greedy one first. This is no
// parser generator. It is slow, needs no tables, and so shows that a grammar says what it should.

import type { Grammar, Rule } from "./rules.ts";
import type { Node } from "./tree.ts";

/** A way to read a stretch of tokens: how many, and the nodes that come of it. */
interface Reading {
  readonly to: number;
  readonly nodes: readonly Node[];
}

interface Token {
  /** The rule of its pattern, or the text of a word or sign. */
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** Makes a reader; it returns null for a text that the grammar does not have. */
export function makeReader(grammar: Grammar): (text: string) => Node | null {
  const split = makeLexer(grammar);
  const [first] = Object.keys(grammar.rules);
  return (text) => {
    const tokens = split(text);
    const known = new Map<string, readonly Reading[]>();

    const named = (name: string, from: number): readonly Reading[] => {
      const token = tokens[from];
      if (grammar.rules[name].type === "PATTERN") {
        if (token?.kind !== name) return [];
        const { start, end } = token;
        return [{ to: from + 1, nodes: [{ type: name, start, end, children: [] }] }];
      }
      const key = `${name} ${from}`;
      let readings = known.get(key);
      if (readings === undefined) {
        const all = distinct(read(grammar.rules[name], from)).toSorted((a, b) => b.to - a.to);
        readings = all.map(({ to, nodes }) => {
          if (name.startsWith("_")) return { to, nodes };
          const [start, end] = [token.start, tokens[to - 1].end];
          return { to, nodes: [{ type: name, start, end, children: nodes }] };
        });
        known.set(key, readings);
      }
      return readings;
    };

    const read = (rule: Rule, from: number): Reading[] => {
      switch (rule.type) {
        case "BLANK":
          return [{ to: from, nodes: [] }];
        case "SYMBOL":
          return [...named(rule.name, from)];
        case "STRING":
          return tokens[from]?.kind === rule.value ? [{ to: from + 1, nodes: [] }] : [];
        case "ALIAS":
          return read(rule.content, from).map(({ to }) => {
            const { start, end } = tokens[from];
            return { to, nodes: [{ type: rule.value, start, end, children: [] }] };
          });
        case "CHOICE":
          return distinct(rule.members.flatMap((member) => read(member, from)));
        case "SEQ":
          return rule.members.reduce<Reading[]>(
            (before, member) => distinct(before.flatMap((one) => after(one, member))),
            [{ to: from, nodes: [] }],
          );
        case "REPEAT":
          return [...repeated(rule.content, from), { to: from, nodes: [] }];
        case "REPEAT1":
          return repeated(rule.content, from);
        case "PREC":
        case "PREC_RIGHT":
          return read(rule.content, from);
        default:
          throw new Error(`A ${rule.type} stands inside of a rule.`);
      }
    };
    const after = (before: Reading, rule: Rule): Reading[] =>
      read(rule, before.to).map(({ to, nodes }) => ({ to, nodes: [...before.nodes, ...nodes] }));
    const repeated = (rule: Rule, from: number): Reading[] =>
      distinct(
        read(rule, from).flatMap((one) => [
          ...repeated(rule, one.to).map(({ to, nodes }) => ({
            to,
            nodes: [...one.nodes, ...nodes],
          })),
          one,
        ]),
      );

    const whole = named(first, 0).find(({ to }) => to === tokens.length);
    return whole?.nodes[0] ?? null;
  };
}

/** Of readings that go equally far the first. */
function distinct(readings: readonly Reading[]): Reading[] {
  const seen = new Set<number>();
  return readings.filter(({ to }) => !seen.has(to) && seen.add(to) !== undefined);
}

/** Splits a text by the patterns and the words of the grammar, and drops what may stand anywhere. */
function makeLexer({ word, extras, rules }: Grammar): (text: string) => Token[] {
  const words = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { type, value: text } = value as { readonly type?: string; readonly value?: string };
    if (type === "STRING") words.add(text!);
    Object.values(value).forEach(collect);
  };
  collect(rules);
  const signs = [...words]
    .filter((text) => !/^\w/.test(text))
    .toSorted((a, b) => b.length - a.length);
  const kinds: (readonly [kind: string | null, pattern: RegExp])[] = [
    ...extras.map((rule) => [null, sticky(rule, rules)] as const),
    ...Object.entries(rules).flatMap(([name, rule]) =>
      rule.type === "PATTERN" ? [[name, sticky(rule, rules)] as const] : [],
    ),
  ];
  return (text) => {
    const tokens: Token[] = [];
    for (let at = 0; at < text.length;) {
      const found = kinds.flatMap(([kind, pattern]) => {
        pattern.lastIndex = at;
        const image = pattern.exec(text)?.[0];
        return image === undefined ? [] : [{ kind, image }];
      })[0] ?? { kind: signs.find((sign) => text.startsWith(sign, at)) ?? text[at], image: "" };
      const image = found.image === "" ? found.kind! : found.image;
      const kind = found.kind === word && words.has(image) ? image : found.kind;
      if (kind !== null) tokens.push({ kind, start: at, end: at + image.length });
      at += image.length;
    }
    return tokens;
  };
}

function sticky(rule: Rule, rules: Grammar["rules"]): RegExp {
  switch (rule.type) {
    case "PATTERN":
      return new RegExp(rule.value, "uy");
    case "SYMBOL":
      return sticky(rules[rule.name], rules);
    case "TOKEN":
    case "PREC":
      return sticky(rule.content, rules);
    default:
      throw new Error(`A ${rule.type} is no token.`);
  }
}
