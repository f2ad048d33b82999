/** Compiling texts in tests: the whole catalogue, and files that live in memory. */
import { type Compilation, compile, type UseAnswer } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { makeRegistry } from "@hamlet/graph";
import { HYPERSYNAPSES } from "@hamlet/ham";
import { LAGRANGIANS } from "@hamlet/lagrangians";

const registry = makeRegistry(...LAGRANGIANS, ...HYPERSYNAPSES);

/** What the `use` texts of a test find; a text is a file of that name. */
export type Uses = Readonly<Record<string, string | UseAnswer>>;

/** Compiles a text named `m.ham`; `ham 1` is put in front when it is missing. */
export function compiled(text: string, uses: Uses = {}, name = "m.ham"): Compilation {
  const whole = /^ham\b/.test(text) ? text : `ham 1\n${text}`;
  return compile(
    { name, text: whole },
    {
      registry,
      resolve(specifier) {
        const answer = uses[specifier];
        if (typeof answer === "string") {
          return { found: "file", source: { name: specifier, text: answer } };
        }
        if (answer !== undefined) return answer;
        return specifier.endsWith(".ham")
          ? { found: "no file", missing: { path: specifier, folder: "models", near: null } }
          : { found: "no plugin", installed: null };
      },
    },
  );
}

/** The errors as text: what keeps a model from running. */
export function errors({ diagnostics, ...compilation }: Compilation): string {
  const found = diagnostics.filter(({ severity }) => severity === "error");
  return messages({ ...compilation, diagnostics: found });
}

/** All messages as text. */
export function messages({ diagnostics, sources }: Compilation): string {
  return diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, sources)}\n`).join("\n");
}
