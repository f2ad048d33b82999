/** The tokens of the table as Chevrotain's parser knows them. */
import { invariant } from "@hamlet/graph";
import { createToken, Lexer, type TokenType } from "chevrotain";
import { TOKEN_TABLE, type TokenEntry } from "./tokens.ts";

const nameType = createToken({ name: "Name", pattern: Lexer.NA, label: "a name" });

/** Chevrotain's token types by name. Comments are not among them: the parser never sees one. */
export const TOKENS: Readonly<Record<string, TokenType>> = Object.fromEntries(
  TOKEN_TABLE.filter(({ highlight }) => highlight !== "comment" && highlight !== "docComment").map(
    ({ name, label, highlight }) => [
      name,
      name === "Name"
        ? nameType
        : createToken({
            name,
            label,
            pattern: Lexer.NA,
            categories: highlight === "contextual" || highlight === "type" ? [nameType] : [],
          }),
    ],
  ),
);

/** The token type of that name in the table. */
export function tokenType(name: string): TokenType {
  const type = TOKENS[name];
  invariant(type !== undefined, `no token is called ${name}`);
  return type;
}

const isWord = ({ highlight, pattern }: TokenEntry) =>
  typeof pattern === "string" &&
  ["declaration", "keyword", "reducer", "contextual", "type"].includes(highlight);

/** Reserved and contextual words, and the token type each one has. */
export const WORDS: ReadonlyMap<string, TokenType> = new Map(
  TOKEN_TABLE.filter(isWord).map(({ name, pattern }) => [String(pattern), tokenType(name)]),
);

/** Symbols, longer ones before their prefixes. */
export const SYMBOLS: readonly (readonly [string, TokenType])[] = TOKEN_TABLE.filter(
  ({ highlight }) => highlight === "operator" || highlight === "punctuation",
).map(({ name, pattern }) => [String(pattern), tokenType(name)]);
