// The colours of the language for editors: a page that only checks text does not load them.

export { codeMirrorMode, type CharacterStream, type StreamMode } from "./highlight/codemirror.ts";
export { textMateGrammar, type TextMateGrammar, type TextMateRule } from "./highlight/textmate.ts";
