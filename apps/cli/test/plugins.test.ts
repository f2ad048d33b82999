// Plugins as they lie on a disk: found beside the model, checked by version, loaded when needed.

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";

const EXAMPLES = fileURLToPath(new URL("../../../examples/", import.meta.url));

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  const install = (name: string, manifest: object, files: Readonly<Record<string, string>>) => {
    const folder = join("node_modules", name);
    mkdirSync(join(bench.folder, folder), { recursive: true });
    bench.write(join(folder, "package.json"), JSON.stringify({ version: "1.3.0", ...manifest }));
    for (const [file, text] of Object.entries(files)) bench.write(join(folder, file), text);
  };
  const ham = `ham 1
lagrangian gentle(x) { value = 1/2 * x^2 }
extern synapse pull(a: [A]) { const gain = 1.0 }
`;
  const code = (body: string) =>
    `export const externs = { pull: ({ dims, args: { a } }) => { ${body} } };`;
  const manifest = { type: "module", ham: "./index.ham", exports: { ".": "./index.js" } };
  install("kit", manifest, { "index.ham": ham, "index.js": code("return a(0);") });
  install("broken", manifest, { "index.ham": ham, "index.js": "throw new Error('no luck');" });
  install("left-pad", {}, {});
});
afterAll(() => bench[Symbol.dispose]());

function check(specifier: string, synapse = "kit.pull(v)") {
  bench.write(
    "m.ham",
    `ham 1
use "${specifier}" as kit
dim D = 4
neuron v: [D] as kit.gentle
connect pull: ${synapse}
`,
  );
  return bench.ham(["check", "m.ham"]).stdout;
}

test("a plugin of a fitting version is used, code and all", () => {
  expect(check("kit@^1.2")).toBe("m.ham: no errors, no warnings");
  expect(check("kit")).toBe("m.ham: no errors, no warnings");
});

test("another version than the file needs is an error", () => {
  expect(check("kit@^2.0")).toMatchInlineSnapshot(`
    "error[E0904] plugin_version: \`kit\` 1.3.0 is installed, but this file needs ^2.0
     --> m.ham:2:10
    2 | use "kit@^2.0" as kit
      |          ^^^^
      = fix: \`pnpm add kit@^2.0\`

    m.ham: 1 error, no warnings"
  `);
});

test("a plugin that is not installed, or no plugin at all, is an error", () => {
  expect(check("kitt@^1.0")).toMatchInlineSnapshot(`
    "error[E0904] plugin_version: \`kitt\` is not installed
     --> m.ham:2:11
    2 | use "kitt@^1.0" as kit
      |           ^^^^
      = fix: \`pnpm add kitt@^1.0\`

    m.ham: 1 error, no warnings"
  `);
  expect(check("left-pad@^1.0")).toMatchInlineSnapshot(`
    "error[E0904] plugin_version: \`left-pad\` is no plugin: its package.json names no \`ham\` file
     --> m.ham:2:15
    2 | use "left-pad@^1.0" as kit
      |               ^^^^

    m.ham: 1 error, no warnings"
  `);
});

test("code that cannot be loaded is a mistake of the package, and only where it is needed", () => {
  expect(check("broken@^1.0")).toMatchInlineSnapshot(`
    "error[E0905] broken_plugin: the synapse \`kit.pull\` has no energy that could be used: its package failed with “no luck”
     --> m.ham:5:15
    5 | connect pull: kit.pull(v)
      |               ^^^^^^^^ extern synapse
      = help: this is a mistake of the package: tell its authors, or use another version

    m.ham: 1 error, no warnings"
  `);
  expect(check("broken@^1.0", "bias(v)")).toBe("m.ham: no errors, no warnings");
});

test("every example passes without a warning", () => {
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith(".ham"));
  const { code, stdout } = bench.ham(["check", ...names.map((name) => join(EXAMPLES, name))]);
  expect(stdout.trim().split("\n")).toEqual(
    names.map((name) => `${join(EXAMPLES, name)}: no errors, no warnings`),
  );
  expect(code).toBe(0);
});
