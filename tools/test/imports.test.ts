import { describe, expect, test } from "vitest";
import { ARROWS } from "../arrows.ts";
import { checkArrows } from "../imports/check-arrows.ts";
import { checkCycles } from "../imports/check-cycles.ts";
import { checkDeclared } from "../imports/check-declared.ts";
import { checkReach } from "../imports/check-reach.ts";
import { checkReferences } from "../imports/check-references.ts";
import { checkTensors } from "../imports/check-tensors.ts";
import { scanImports } from "../imports/scan.ts";
import { packageOf, readPackages, type Package, type Problem } from "../imports/workspace.ts";

interface Sketch {
  readonly dependencies?: readonly string[];
  readonly peerDependencies?: readonly string[];
  readonly devDependencies?: readonly string[];
  readonly references?: readonly string[];
  /** Texts of the files in `src`, by name. */
  readonly src?: Readonly<Record<string, string>>;
}

const versions = (names: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, "*"]));

/** Packages from sketches of their folders, such as `{"packages/core": {src: {"a.ts": "…"}}}`. */
function sketch(folders: Readonly<Record<string, Sketch>>): Package[] {
  const files = new Map<string, string>();
  for (const [folder, { src = {}, references, ...manifest }] of Object.entries(folders)) {
    files.set(
      `${folder}/package.json`,
      JSON.stringify({
        name: `@hamlet/${folder.split("/")[1]}`,
        exports: { ".": "./src/index.ts", "./package.json": "./package.json" },
        dependencies: versions(manifest.dependencies),
        peerDependencies: versions(manifest.peerDependencies),
        devDependencies: versions(manifest.devDependencies),
      }),
    );
    if (references) {
      files.set(
        `${folder}/tsconfig.json`,
        JSON.stringify({ references: references.map((path) => ({ path })) }),
      );
    }
    for (const [name, text] of Object.entries(src)) {
      files.set(`${folder}/src/${name}`, text);
    }
  }
  return readPackages(files);
}

const report = (problems: readonly Problem[]): string[] =>
  problems.map(({ where, what, fix }) => `${where}: ${what} ${fix}`);

describe("reading imports", () => {
  test("every way to name another module is found, with its line", () => {
    const text = [
      `import { a } from "one";`,
      `import type { B } from "two";`,
      `import "three";`,
      `export { c } from "./four.ts";`,
      `export type { D } from "five";`,
      `const e = await import("six");`,
      `type F = import("seven").F;`,
      `// import "in-a-comment";`,
      `const g = 'import "in-a-string"';`,
    ].join("\n");
    expect(scanImports("x.ts", text)).toEqual([
      { specifier: "one", line: 1 },
      { specifier: "two", line: 2 },
      { specifier: "three", line: 3 },
      { specifier: "./four.ts", line: 4 },
      { specifier: "five", line: 5 },
      { specifier: "six", line: 6 },
      { specifier: "seven", line: 7 },
    ]);
  });

  test("the package of a specifier is its name without the path", () => {
    expect(packageOf("@hamlet/graph")).toBe("@hamlet/graph");
    expect(packageOf("@hamlet/graph/src/index.ts")).toBe("@hamlet/graph");
    expect(packageOf("katex/dist/katex.css")).toBe("katex");
  });

  test("paths, Node's own modules and virtual modules belong to no package", () => {
    for (const specifier of ["./a.ts", "../a.ts", "#a", "node:fs", "astro:content"]) {
      expect(packageOf(specifier)).toBeUndefined();
    }
  });
});

describe("arrows", () => {
  test("an import along an arrow is fine, and so is an application importing any package", () => {
    const packages = sketch({
      "packages/core": { src: { "run.ts": `import { g } from "@hamlet/graph";` } },
      "apps/cli": { src: { "main.ts": `import { d } from "@hamlet/dsl";` } },
    });
    expect(checkArrows(packages, ARROWS)).toEqual([]);
  });

  test("an import against the arrows says which arrows there are", () => {
    const packages = sketch({
      "packages/dsl": { src: { "lower.ts": `\nimport type { T } from "@hamlet/core";` } },
      "packages/graph": { src: { "a.ts": `import { d } from "@hamlet/dsl";` } },
    });
    expect(report(checkArrows(packages, ARROWS))).toEqual([
      "packages/dsl/src/lower.ts:2: @hamlet/dsl → @hamlet/core is not an arrow. @hamlet/dsl may import: @hamlet/graph. Pass the value in as an argument, or move the code to a package that stands above both (tools/arrows.ts).",
      "packages/graph/src/a.ts:1: @hamlet/graph → @hamlet/dsl is not an arrow. @hamlet/graph may import: no Hamlet package. Pass the value in as an argument, or move the code to a package that stands above both (tools/arrows.ts).",
    ]);
  });

  test("nothing imports an application", () => {
    const packages = sketch({
      "apps/cli": {},
      "apps/docs": { src: { "a.ts": `import { c } from "@hamlet/cli";` } },
    });
    expect(report(checkArrows(packages, ARROWS))).toEqual([
      "apps/docs/src/a.ts:1: @hamlet/docs imports the application @hamlet/cli. Nothing may import an application. Move what is needed into a package that both can import.",
    ]);
  });
});

describe("declarations", () => {
  test("declared and used is fine, and so is an empty package that has declared its place", () => {
    const packages = sketch({
      "packages/core": {
        dependencies: ["@hamlet/graph", "fflate"],
        peerDependencies: ["@tensorflow/tfjs-core"],
        src: {
          "a.ts": `import "@hamlet/graph"; import "fflate"; import "@tensorflow/tfjs-core"; import "node:fs";`,
        },
      },
      "packages/model": {
        dependencies: ["@hamlet/dsl"],
        src: { "index.ts": "#!/usr/bin/env node\n" },
      },
    });
    expect(checkDeclared(packages)).toEqual([]);
  });

  test("an import that is declared nowhere, or only for development, is named", () => {
    const packages = sketch({
      "packages/core": {
        devDependencies: ["fast-check"],
        src: { "a.ts": `import "fflate";\nimport "fast-check";` },
      },
    });
    expect(report(checkDeclared(packages))).toEqual([
      `packages/core/src/a.ts:1: imports fflate, which packages/core/package.json declares nowhere. Add it to "dependencies" (or "peerDependencies") of packages/core/package.json and run pnpm install.`,
      `packages/core/src/a.ts:2: imports fast-check, which packages/core/package.json declares only for development. Add it to "dependencies" (or "peerDependencies") of packages/core/package.json and run pnpm install.`,
    ]);
  });

  test("a Hamlet dependency that no file imports is named", () => {
    const packages = sketch({
      "packages/ham": { dependencies: ["@hamlet/core"], src: { "a.ts": "export const a = 1;" } },
    });
    expect(report(checkDeclared(packages))).toEqual([
      `packages/ham/package.json: declares @hamlet/core, but no file in packages/ham/src imports it. Remove it from "dependencies" (and from "references" in tsconfig.json), or to "devDependencies" if only tests use it.`,
    ]);
  });
});

describe("tensors", () => {
  test("packages may import tfjs-core, and applications a backend", () => {
    const packages = sketch({
      "packages/core": { src: { "a.ts": `import * as tf from "@tensorflow/tfjs-core";` } },
      "apps/cli": { src: { "a.ts": `import "@tensorflow/tfjs-backend-wasm";` } },
    });
    expect(checkTensors(packages)).toEqual([]);
  });

  test("a backend or the umbrella package in a library is named", () => {
    const packages = sketch({
      "packages/core": {
        src: { "a.ts": `import "@tensorflow/tfjs-backend-cpu";\nimport "@tensorflow/tfjs";` },
      },
    });
    const rest =
      "Packages may import @tensorflow/tfjs-core only; the backend is the application's choice. Import from @tensorflow/tfjs-core, and load the backend in the application or the test.";
    expect(report(checkTensors(packages))).toEqual([
      `packages/core/src/a.ts:1: @hamlet/core imports @tensorflow/tfjs-backend-cpu. ${rest}`,
      `packages/core/src/a.ts:2: @hamlet/core imports @tensorflow/tfjs. ${rest}`,
    ]);
  });

  test("the language imports no tensors, not even their types", () => {
    const packages = sketch({
      "packages/dsl": { src: { "a.ts": `import type { Tensor } from "@tensorflow/tfjs-core";` } },
    });
    expect(report(checkTensors(packages))).toEqual([
      "packages/dsl/src/a.ts:1: @hamlet/dsl imports @tensorflow/tfjs-core. The language must load without TensorFlow.js, so that an editor can check a file. Return an energy graph and let @hamlet/core run it.",
    ]);
  });
});

describe("reaching into other packages", () => {
  test("entry points, own files and, for an application, files of the repository are fine", () => {
    const packages = sketch({
      "packages/graph": { src: { "a/b.ts": `import "../c.ts";`, "c.ts": "" } },
      "apps/docs": {
        src: {
          "a.ts": `import "@hamlet/graph"; import "@hamlet/graph/package.json"; import "../../../examples/x.ham?raw";`,
        },
      },
    });
    expect(checkReach(packages)).toEqual([]);
  });

  test("a relative path out of the package is named", () => {
    const packages = sketch({
      "packages/core": { src: { "a.ts": `import "../../graph/src/error.ts";` } },
    });
    expect(report(checkReach(packages))).toEqual([
      `packages/core/src/a.ts:1: "../../graph/src/error.ts" leaves packages/core. A relative path may only lead to a file of the same package. Import the other package by its name.`,
    ]);
  });

  test("a deep path into another package is named with what that package offers", () => {
    const packages = sketch({
      "packages/core": { src: { "a.ts": `import "@hamlet/graph/src/error.ts";` } },
      "packages/graph": {},
    });
    expect(report(checkReach(packages))).toEqual([
      `packages/core/src/a.ts:1: "@hamlet/graph/src/error.ts" reaches into @hamlet/graph, which offers: ., ./package.json. Import from "@hamlet/graph", and export what is missing from its src/index.ts.`,
    ]);
  });
});

describe("circles", () => {
  test("a diamond is no circle", () => {
    const packages = sketch({
      "packages/graph": {
        src: {
          "a.ts": `import "./b.ts"; import "./c.ts";`,
          "b.ts": `import "./d.ts";`,
          "c.ts": `import "./d.ts"; import type { D } from "./d.ts";`,
          "d.ts": "",
        },
      },
    });
    expect(checkCycles(packages)).toEqual([]);
  });

  test("a circle is printed as it runs", () => {
    const packages = sketch({
      "packages/graph": {
        src: {
          "a.ts": `import "./b.ts";`,
          "b.ts": `\nexport { c } from "./c.ts";`,
          "c.ts": `import "./b.ts";`,
        },
      },
    });
    expect(report(checkCycles(packages))).toEqual([
      "packages/graph/src/c.ts:1: closes a circle of imports: packages/graph/src/b.ts → packages/graph/src/c.ts → packages/graph/src/b.ts. Move what both files need, such as an interface, into a third file.",
    ]);
  });

  test("types close a circle too", () => {
    const packages = sketch({
      "packages/graph": {
        src: {
          "a.ts": `import { b } from "./b.ts";`,
          "b.ts": `import type { A } from "./a.ts";`,
        },
      },
    });
    expect(report(checkCycles(packages))).toEqual([
      "packages/graph/src/b.ts:1: closes a circle of imports: packages/graph/src/a.ts → packages/graph/src/b.ts → packages/graph/src/a.ts. Move what both files need, such as an interface, into a third file.",
    ]);
  });
});

describe("project references", () => {
  test("references that equal the Hamlet dependencies are fine", () => {
    const packages = sketch({
      "packages/graph": { references: [] },
      "packages/core": { dependencies: ["@hamlet/graph", "fflate"], references: ["../graph"] },
      "apps/cli": { dependencies: ["@hamlet/core"], references: ["../../packages/core"] },
      "apps/docs": {},
    });
    expect(checkReferences(packages)).toEqual([]);
  });

  test("a missing and an extra reference are both named", () => {
    const packages = sketch({
      "packages/graph": { references: ["../core"] },
      "packages/core": { dependencies: ["@hamlet/graph"], references: [] },
    });
    expect(report(checkReferences(packages))).toEqual([
      `packages/core/tsconfig.json: has no reference to packages/graph, which package.json depends on. Add { "path": "../../packages/graph" } to "references".`,
      `packages/graph/tsconfig.json: refers to packages/core, which package.json does not depend on. Remove the reference, or add the package to "dependencies".`,
    ]);
  });
});
