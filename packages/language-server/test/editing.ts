// Random edits of random models, and what must hold after each of them.

import * as fc from "fast-check";
import { compile, parse } from "@hamlet/dsl";
import { FileNames, occurrencesOf } from "@hamlet/dsl/editor";
import { checkSoundness } from "@hamlet/dsl/soundness";
import { CATALOGUE } from "@hamlet/model/check";
import { isDeepStrictEqual } from "node:util";
import { modelFile, PART } from "../../dsl/test/generate-model.ts";
import { findingsOf } from "../src/document.ts";
import type { Project } from "../src/project.ts";
import { FOLDER, projectOf } from "./analysing.ts";

/** An edit as two fractions of the text and what stands between them afterwards. */
interface Edit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

const SNIPPETS = [
  "",
  "",
  "x",
  " ",
  "\n",
  "}",
  "{",
  "(",
  ")",
  "[i]",
  "sum[i] ",
  '"',
  "//",
  "/*",
  "/// doc\n",
  "!",
  "|x|",
  "**",
  "np.exp(",
  "np",
  "\r\n",
  "dim Q = 2\n",
  "neuron w: [D] as tanh\n",
  "energy other = sum[k] w[k]\n",
  'use "./part.ham" as another\n',
  "@allow(unused)\n",
  "ξ",
  "🎉",
  "= ",
  "1e-3",
];

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.constant(0), fc.nat({ max: 3 }), fc.nat({ max: 60 })),
  text: fc.constantFrom(...SNIPPETS),
});

/** A model and what is typed into it. */
export const session: fc.Arbitrary<{ readonly text: string; readonly edits: readonly Edit[] }> =
  fc.record({ text: modelFile, edits: fc.array(edit, { minLength: 1, maxLength: 12 }) });

const MAIN = `${FOLDER}/m.ham`;

/** A project with a model that may use a part. */
export function begin(text: string): Project {
  return projectOf({ "m.ham": text, "part.ham": PART });
}

/** The text after an edit. */
export function edited(text: string, { at, length, text: typed }: Edit): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + typed + text.slice(start + length);
}

/** What a fresh reading of a text says, without what only its memory knows. */
function fresh(text: string) {
  const source = { name: MAIN, text };
  const part = { name: `${FOLDER}/part.ham`, text: PART };
  const compilation = compile(source, {
    registry: CATALOGUE,
    checks: [checkSoundness],
    resolve: (path) =>
      path === "part.ham"
        ? { found: "file", source: part }
        : { found: "no file", missing: { path, folder: "models", near: null } },
  });
  const names: FileNames = new FileNames(parse(source).file, {
    registry: CATALOGUE,
    used: (item) =>
      item.path.value === "./part.ham"
        ? new FileNames(parse(part).file, { registry: CATALOGUE, used: () => null })
        : null,
  });
  return { parsed: parse(source), diagnostics: compilation.diagnostics, places: placesOf(names) };
}

const placesOf = (names: FileNames) =>
  occurrencesOf(names).map(({ name, thing, isDeclaration }) => [
    name,
    thing.kind,
    thing.from === "file" ? [thing.source.name, thing.name.span] : thing.text,
    isDeclaration,
  ]);

/** Types a text into a project; what the project says must be what a fresh reading says. */
export async function type(project: Project, version: number, text: string): Promise<void> {
  project.open(MAIN, version, text);
  const document = (await project.document(MAIN))!;
  const wanted = fresh(text);
  const found = {
    parsed: document.parsed,
    diagnostics: findingsOf(document),
    places: placesOf(document.names),
  };
  for (const key of ["parsed", "diagnostics", "places"] as const) {
    if (isDeepStrictEqual(plain(found[key]), plain(wanted[key]))) continue;
    throw new Error(
      `${key} differ\n--- the text\n${text}\n--- found\n${JSON.stringify(plain(found[key]))}\n--- wanted\n${JSON.stringify(plain(wanted[key]))}`,
    );
  }
}

/** Values alone: what is not there and what is undefined are the same. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
