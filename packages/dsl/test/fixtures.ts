/** The `.ham` files of the fixtures, by folder. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES, type SourceFile } from "@hamlet/dsl";

const ROOT = join(import.meta.dirname, "fixtures");
const EXAMPLES = join(import.meta.dirname, "../../../examples");

/** A fixture: its rule (the folder it is in), its case (the file's name) and its text. */
export interface Fixture {
  readonly rule: string;
  readonly name: string;
  readonly source: SourceFile;
  /** Where the expected messages of an invalid fixture are kept. */
  readonly expectedPath: string;
}

/** All fixtures of the rules of syntax (`E01..`) or of meaning, under `invalid` or `valid`. */
export function fixtures(
  kind: "invalid" | "valid",
  about: "syntax" | "meaning" = "syntax",
): Fixture[] {
  const syntax = new Set(
    Object.entries(RULES).flatMap(([code, rule]) => (code.startsWith("E01") ? [rule] : [])),
  );
  const rules = readdirSync(join(ROOT, kind)).filter(
    (rule) => (syntax as ReadonlySet<string>).has(rule) === (about === "syntax"),
  );
  return rules.flatMap((rule) =>
    hamFiles(join(kind, rule)).map((source) => {
      const name = source.name.replace(/\.ham$/, "");
      return { rule, name, source, expectedPath: join(ROOT, kind, rule, `${name}.expected.txt`) };
    }),
  );
}

/** The complete example models of the fixtures. */
export function examples(): SourceFile[] {
  return hamFiles("examples");
}

/** The examples that everybody gets. */
export function shippedExamples(): SourceFile[] {
  return filesIn(EXAMPLES);
}

/** The files that fixtures may `use`. */
export function usedFiles(): ReadonlyMap<string, SourceFile> {
  return new Map(hamFiles("uses").map((source) => [source.name, source]));
}

/** The files in a folder of the fixtures. */
function hamFiles(folder: string): SourceFile[] {
  return filesIn(join(ROOT, folder));
}

function filesIn(folder: string): SourceFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ham"))
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
}
