// A grammar as tree-sitter's `grammar.js`.

import type { Grammar, Rule } from "./rules.ts";

/** The text of the file. */
export function grammarFile({ name, word, extras, rules }: Grammar): string {
  const entries = Object.entries(rules).map(([rule, body]) => {
    const text = printed(body);
    return `    ${rule}: ${text.includes("$.") ? "($)" : "()"} => ${text},`;
  });
  return [
    "// The grammar of .ham files. Written by tools/generate-tree-sitter.ts: change the parser instead.",
    "",
    "/* global grammar, seq, choice, optional, repeat, repeat1, prec, token, alias */",
    "module.exports = grammar({",
    `  name: ${JSON.stringify(name)},`,
    `  word: ($) => $.${word},`,
    `  extras: ($) => [${extras.map(printed).join(", ")}],`,
    "  rules: {",
    ...entries,
    "  },",
    "});",
    "",
  ].join("\n");
}

function printed(rule: Rule): string {
  switch (rule.type) {
    case "SEQ":
      return `seq(${rule.members.map(printed).join(", ")})`;
    case "CHOICE": {
      const last = rule.members.at(-1)!;
      if (last.type !== "BLANK") return `choice(${rule.members.map(printed).join(", ")})`;
      const some = rule.members.slice(0, -1);
      return `optional(${printed(some.length === 1 ? some[0] : { type: "CHOICE", members: some })})`;
    }
    case "REPEAT":
      return `repeat(${printed(rule.content)})`;
    case "REPEAT1":
      return `repeat1(${printed(rule.content)})`;
    case "PREC":
      return rule.value === 0
        ? printed(rule.content)
        : `prec(${rule.value}, ${printed(rule.content)})`;
    case "PREC_RIGHT":
      return `prec.right(${printed(rule.content)})`;
    case "TOKEN":
      return `token(${printed(rule.content)})`;
    case "ALIAS":
      return `alias(${printed(rule.content)}, $.${rule.value})`;
    case "SYMBOL":
      return `$.${rule.name}`;
    case "STRING":
      return JSON.stringify(rule.value);
    case "PATTERN":
      return `/${rule.value.replaceAll(/(?<!\\)\//g, "\\/")}/`;
    case "BLANK":
      return "optional()";
  }
}
