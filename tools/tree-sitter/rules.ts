// Rules of a tree-sitter grammar as data: those of its `grammar.json`, as far as they are needed.

/** A rule. */
export type Rule =
  | { readonly type: "SEQ" | "CHOICE"; readonly members: readonly Rule[] }
  | { readonly type: "REPEAT" | "REPEAT1"; readonly content: Rule }
  | { readonly type: "PREC" | "PREC_RIGHT"; readonly value: number; readonly content: Rule }
  | { readonly type: "TOKEN"; readonly content: Rule }
  | { readonly type: "ALIAS"; readonly content: Rule; readonly named: true; readonly value: string }
  | { readonly type: "SYMBOL"; readonly name: string }
  | { readonly type: "STRING"; readonly value: string }
  | { readonly type: "PATTERN"; readonly value: string }
  | { readonly type: "BLANK" };

/** A grammar. The first rule is that of a whole file. */
export interface Grammar {
  readonly name: string;
  readonly word: string;
  readonly extras: readonly Rule[];
  readonly rules: Readonly<Record<string, Rule>>;
}

export const BLANK: Rule = { type: "BLANK" };
export const symbol = (name: string): Rule => ({ type: "SYMBOL", name });
export const string = (value: string): Rule => ({ type: "STRING", value });
export const pattern = ({ source }: RegExp): Rule => ({ type: "PATTERN", value: source });
export const optional = (rule: Rule): Rule => choice([rule, BLANK]);

/** One after another; a single one is itself. */
export function seq(members: readonly Rule[]): Rule {
  return members.length === 1 ? members[0] : { type: "SEQ", members };
}

/** One of them; a single one is itself. */
export function choice(members: readonly Rule[]): Rule {
  return members.length === 1 ? members[0] : { type: "CHOICE", members };
}
