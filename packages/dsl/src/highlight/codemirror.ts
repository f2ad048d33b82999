// A CodeMirror 6 mode, computed from the token table.
//
// Pass it to `StreamLanguage.define` of `@codemirror/language`; this package does not need it.

import { type Highlight, TOKEN_TABLE } from "../1-parse/tokens.ts";

/** The part of CodeMirror's `StringStream` that the mode uses. */
export interface CharacterStream {
  match(pattern: RegExp): unknown;
  eatSpace(): boolean;
  next(): unknown;
}

/** A stream parser as `StreamLanguage.define` takes it. */
export interface StreamMode {
  readonly name: string;
  readonly token: (stream: CharacterStream) => string | null;
  readonly languageData: Readonly<Record<string, unknown>>;
}

/** The CodeMirror tag of each kind of token. */
const TAGS: Readonly<Record<Highlight, string | null>> = {
  declaration: "definitionKeyword",
  keyword: "operatorKeyword",
  reducer: "keyword",
  contextual: "modifier",
  type: "typeName",
  name: "variableName",
  number: "number",
  string: "string",
  operator: "operator",
  punctuation: "punctuation",
  comment: "lineComment",
  docComment: "docComment",
};

/** The mode for `.ham` text. */
export function codeMirrorMode(): StreamMode {
  const words = new Map<string, Highlight>();
  const patterns: { pattern: RegExp; highlight: Highlight }[] = [];
  for (const { name, pattern, highlight } of TOKEN_TABLE) {
    if (typeof pattern !== "string") {
      // Sticky to the stream's place; comments come before the operators they begin with.
      const source = name === "String" ? '"(?:[^"\\\\]|\\\\.)*"?' : pattern.source;
      patterns.push({ pattern: new RegExp(`^(?:${source})`, pattern.flags), highlight });
    } else if (/^\w/.test(pattern)) {
      words.set(pattern, highlight);
    } else {
      const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      patterns.push({ pattern: new RegExp(`^${source}`), highlight });
    }
  }
  return {
    name: "ham",
    languageData: {
      commentTokens: { line: "//" },
      closeBrackets: { brackets: ["(", "[", "{", '"'] },
    },
    token(stream) {
      if (stream.eatSpace()) return null;
      for (const { pattern, highlight } of patterns) {
        const found = stream.match(pattern) as RegExpMatchArray | null;
        if (found === null) continue;
        return TAGS[(highlight === "name" ? words.get(found[0]) : undefined) ?? highlight];
      }
      stream.next();
      return null;
    },
  };
}
