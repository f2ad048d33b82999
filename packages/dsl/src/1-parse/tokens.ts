/**
 * The one table of tokens, and nothing but data. Chevrotain's token types, the lexer, the words in
 * messages and every grammar of an editor (TextMate, CodeMirror, tree-sitter) come from it.
 *
 * Reserved words can never be names. Contextual words mean something in one place only and are
 * names everywhere else, so their token types belong to the category of names.
 */

/** How a highlighter should treat a token. */
export type Highlight =
  | "declaration"
  | "keyword"
  | "reducer"
  | "contextual"
  | "type"
  | "name"
  | "number"
  | "string"
  | "operator"
  | "punctuation"
  | "comment"
  | "docComment";

/** One row of the token table. */
export interface TokenEntry {
  readonly name: string;
  /** What the token looks like: a fixed text, or a pattern for open classes. */
  readonly pattern: string | RegExp;
  /** How messages call it. */
  readonly label: string;
  readonly highlight: Highlight;
  /** True for words that can never be names. */
  readonly reserved: boolean;
}

/** A letter of any script or `_`, then letters, marks and digits. Compared after NFC. */
export const NAME_PATTERN = /[\p{L}_][\p{L}\p{M}\p{Nd}_]*/u;

/** `7`, `12_000`, `0.138`, `1e-3`. */
export const NUMBER_PATTERN = /\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+)?/;

const words = (highlight: Highlight, reserved: boolean, text: string): TokenEntry[] =>
  text.split(" ").map((word) => ({
    name: word[0].toUpperCase() + word.slice(1),
    pattern: word,
    label: `\`${word}\``,
    highlight,
    reserved,
  }));

const symbols = (highlight: Highlight, entries: Record<string, string>): TokenEntry[] =>
  Object.entries(entries).map(([name, text]) => ({
    name,
    pattern: text,
    label: `\`${text}\``,
    highlight,
    reserved: false,
  }));

const open = (name: string, pattern: RegExp, label: string, highlight: Highlight): TokenEntry => ({
  name,
  pattern,
  label,
  highlight,
  reserved: false,
});

/** Every kind of token of edition 1, longer symbols before their prefixes. */
export const TOKEN_TABLE: readonly TokenEntry[] = [
  open("DocComment", /\/\/\/[^\r\n]*/, "a documentation comment", "docComment"),
  open("Comment", /\/\/[^\r\n]*/, "a comment", "comment"),
  ...words(
    "declaration",
    true,
    "ham use dim const param data given let lagrangian synapse extern neuron part connect recall train test assert",
  ),
  ...words("reducer", true, "sum mean prod logsumexp max min"),
  ...words("keyword", true, "where and or not"),
  ...words(
    "contextual",
    false,
    "energy drive value as from stored take share start clamp stop when record every schedule return feed run expect metric tau leak init before",
  ),
  ...words("type", false, "real int bool sign bit"),
  open("Name", NAME_PATTERN, "a name", "name"),
  open("Number", NUMBER_PATTERN, "a number", "number"),
  open("String", /"(?:[^"\\\r\n]|\\.)*"/, "a text in double quotes", "string"),
  ...symbols("operator", {
    EqualsEquals: "==",
    NotEquals: "!=",
    LessEquals: "<=",
    GreaterEquals: ">=",
    Less: "<",
    Greater: ">",
    Equals: "=",
    Tilde: "~",
    Plus: "+",
    Minus: "-",
    Times: "*",
    Over: "/",
    Caret: "^",
  }),
  ...symbols("punctuation", {
    LBrace: "{",
    RBrace: "}",
    LSquare: "[",
    RSquare: "]",
    LParen: "(",
    RParen: ")",
    Comma: ",",
    Colon: ":",
    Dot: ".",
    At: "@",
  }),
];

/** Words that can never be names. */
export const RESERVED: ReadonlySet<string> = new Set(
  TOKEN_TABLE.filter(({ reserved }) => reserved).map(({ pattern }) => String(pattern)),
);

/** Words that begin a declaration and are names elsewhere. */
export const OPENING_WORDS: readonly string[] = ["energy", "drive"];

/** Reserved words that begin a declaration. */
export const DECLARATION_WORDS: ReadonlySet<string> = new Set(
  TOKEN_TABLE.filter(({ highlight }) => highlight === "declaration").map(({ pattern }) =>
    String(pattern),
  ),
);
