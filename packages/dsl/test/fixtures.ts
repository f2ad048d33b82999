/** The `.ham` files of the fixtures, by folder. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES, type SourceFile } from "@hamlet/dsl";

const ROOT = join(import.meta.dirname, "fixtures");

/** A fixture: its rule (the folder it is in), its case (the file's name) and its text. */
export interface Fixture {
  readonly rule: string;
  readonly name: string;
  readonly source: SourceFile;
  /** Where the expected messages of an invalid fixture are kept. */
  readonly expectedPath: string;
}

/** Rules that the parser checks; all others need the meaning of a file. */
const SYNTAX: ReadonlySet<string> = new Set(
  Object.entries(RULES).flatMap(([code, rule]) => (code.startsWith("E01") ? [rule] : [])),
);

/** The fixtures under `invalid` or `valid` of what the parser checks, or of what comes later. */
export function fixtures(
  kind: "invalid" | "valid",
  stage: "syntax" | "meaning" = "syntax",
): Fixture[] {
  const rules = readdirSync(join(ROOT, kind));
  return rules
    .filter((rule) => SYNTAX.has(rule) === (stage === "syntax"))
    .flatMap((rule) =>
      hamFiles(join(kind, rule)).map((source) => {
        const name = source.name.replace(/\.ham$/, "");
        return { rule, name, source, expectedPath: join(ROOT, kind, rule, `${name}.expected.txt`) };
      }),
    );
}

/** The complete example models. */
export function examples(): SourceFile[] {
  return hamFiles("examples");
}

function hamFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".ham"))
    .map((name) => ({ name, text: readFileSync(join(ROOT, folder, name), "utf8") }));
}
