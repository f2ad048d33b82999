// Writes the TextMate grammar computed from the token table to its file.
//
//     node tools/generate-highlighting.ts

import { writeFileSync } from "node:fs";
import { textMateGrammar } from "../packages/dsl/src/highlight.ts";

const file = new URL("../packages/dsl/highlight/ham.tmLanguage.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(textMateGrammar(), null, 2)}\n`);
