// What is made for a new entry of a list: its files, and its lines in the lists that name it.

/** A line for a list that is already there. */
export interface Entry {
  readonly file: string;
  /** The line goes in front of the first match, or at the end of the file where this is null. */
  readonly before: RegExp | null;
  /** The text, with its line break. */
  readonly text: string;
}

/** How an entry of one kind is made. Names in it are written as in the templates. */
export interface Road {
  /** How the name is written: as in the language, or as on the command line. */
  readonly style: "snake" | "kebab";
  /** Paths of the repository, by template. */
  readonly files: Readonly<Record<string, string>>;
  readonly entries: readonly Entry[];
  /** What is left to do, in order. */
  readonly next: readonly string[];
}

const SHOWN = "node tools/generate-catalogue-pages.ts";
const CHANGESET = "pnpm changeset";

export const ROADS: Readonly<Record<string, Road>> = {
  lagrangian: {
    style: "snake",
    files: {
      "source.ts.txt": "packages/lagrangians/src/__kebab__.ts",
      "test.ts.txt": "packages/lagrangians/test/__kebab__.test.ts",
    },
    entries: [
      {
        file: "packages/lagrangians/src/catalogue.ts",
        before: /\n\/\*\* Every Lagrangian/,
        text: 'import { lagr__Pascal__ } from "./__kebab__.ts";\n',
      },
      {
        file: "packages/lagrangians/src/catalogue.ts",
        before: /\];\n/,
        text: "  lagr__Pascal__,\n",
      },
      {
        file: "packages/lagrangians/src/index.ts",
        before: null,
        text: 'export { lagr__Pascal__ } from "./__kebab__.ts";\n',
      },
    ],
    next: ["pnpm fix", "pnpm vitest run packages/lagrangians", SHOWN, CHANGESET],
  },
  command: {
    style: "kebab",
    files: {
      "source.ts.txt": "apps/cli/src/commands/__kebab__.ts",
      "test.ts.txt": "apps/cli/test/__kebab__.test.ts",
    },
    entries: [
      {
        file: "apps/cli/src/commands/catalogue.ts",
        before: /\];\n$/,
        text: `  {
    name: "__kebab__",
    usage: "[options] <file>",
    summary: "TODO: what it does",
    load: () => import("./__kebab__.ts"),
  },
`,
      },
    ],
    next: [
      "pnpm fix",
      "pnpm vitest run apps/cli/test/command-line.test.ts apps/cli/test/exit-codes.test.ts apps/cli/test/cases/command.test.ts",
      "a section ### `ham __kebab__ FILE` in apps/docs/src/content/docs/reference/command-line.md",
      "node tools/generate-command-page.ts",
      CHANGESET,
    ],
  },
  solver: {
    style: "snake",
    files: {
      "source.ts.txt": "packages/ham/src/solvers/__kebab__.ts",
      "test.ts.txt": "packages/ham/test/solvers/__kebab__.test.ts",
    },
    entries: [
      {
        file: "packages/ham/src/solvers/catalogue.ts",
        before: /import type \{ Solver \}/,
        text: 'import { __camel__ } from "./__kebab__.ts";\n',
      },
      {
        file: "packages/ham/src/solvers/catalogue.ts",
        before: /\]\.map\(/,
        text: ", __camel__",
      },
      {
        file: "packages/dsl/src/2-lower/solver.ts",
        before: / {2}\["async", /,
        text: '  ["__snake__", { moves: "smooth", explicit: true, options: [DT] }],\n',
      },
    ],
    next: [
      "pnpm fix",
      "pnpm vitest run packages/ham/test/solvers packages/model/test/descent.test.ts",
      "a row and a section in apps/docs/src/content/docs/reference/solvers.md",
      CHANGESET,
    ],
  },
  diagnostic: {
    style: "snake",
    files: {
      "rule.ts.txt": "packages/dsl/src/rules/__kebab__.ts",
      "invalid.ham.txt": "packages/dsl/test/fixtures/invalid/__snake__/first.ham",
      "expected.txt": "packages/dsl/test/fixtures/invalid/__snake__/first.expected.txt",
      "valid.ham.txt": "packages/dsl/test/fixtures/valid/__snake__/first.ham",
      "page.md.txt": "apps/docs/src/content/docs/reference/errors/__code__.md",
    },
    entries: [
      {
        file: "packages/dsl/src/diagnostics/messages.ts",
        before: / {2}E0701: /,
        text: '  __CODE__: "__snake__",\n',
      },
      {
        file: "packages/dsl/src/2-lower/blocks.ts",
        before: /import type \{ Span \}/,
        text: 'import { __camel__ } from "../rules/__kebab__.ts";\n',
      },
      {
        file: "packages/dsl/src/2-lower/blocks.ts",
        before: / {4}warnIsolated\(model/,
        text: "    warn__Pascal__(model, file);\n",
      },
      { file: "packages/dsl/src/2-lower/blocks.ts", before: null, text: "check.ts.txt" },
    ],
    next: [
      "pnpm fix",
      "pnpm vitest run packages/dsl/test/meaning.test.ts packages/dsl/test/fixes.test.ts",
      "node tools/generate-error-pages.ts",
      CHANGESET,
    ],
  },
};
