// Plugins as they lie on a disk: found beside the model, checked by version, loaded when needed.

import { existsSync, mkdirSync, readdirSync } from "node:fs";
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
  install("marks", manifest, {
    "index.ham": ham,
    "index.js": `import { writeFileSync } from "node:fs";
writeFileSync(new URL("./RAN", import.meta.url), "");
${code("return a(0);")}`,
  });
  install("leaves", manifest, {
    "index.ham": ham,
    "index.js": code("queueMicrotask(() => process.exit(0)); return a(0);"),
  });
  install("stays", manifest, {
    "index.ham": ham,
    "index.js": code("setInterval(() => undefined, 1000); return a(0);"),
  });
  install("left-pad", {}, {});
});
afterAll(() => bench[Symbol.dispose]());

/** Runs a command; what it wrote, with the names of files as seen from its folder. */
async function ham(...args: string[]): Promise<{ code: number | null; out: string }> {
  const { code, stdout, stderr } = await bench.inProcess(args);
  return { code, out: `${stdout}${stderr}`.replaceAll("FOLDER/", "") };
}

async function told(command: string, specifier: string, synapse: string, ...more: string[]) {
  bench.write(
    "m.ham",
    `ham 1
use "${specifier}" as kit
dim D = 4
neuron v: [D] as kit.gentle
connect pull: ${synapse}
`,
  );
  return (await ham(command, join(bench.folder, "m.ham"), ...more)).out;
}

/** What `ham check` says of a model that connects a synapse of a package. */
const check = (specifier: string, synapse = "kit.pull(v)") =>
  told("check", specifier, synapse, "--trust-plugins");

test("a plugin of a fitting version is used, code and all", async () => {
  expect(await check("kit@^1.2")).toBe("m.ham: no errors, no warnings");
  expect(await check("kit")).toBe("m.ham: no errors, no warnings");
});

test("another version than the file needs is an error", async () => {
  expect(await check("kit@^2.0")).toMatchInlineSnapshot(`
    "error[E0904] plugin_version: \`kit\` 1.3.0 is installed, but this file needs ^2.0
     --> m.ham:2:10
    2 | use "kit@^2.0" as kit
      |          ^^^^
      = help: install it: \`pnpm add kit@^2.0\`

    m.ham: 1 error, no warnings"
  `);
});

test("a plugin that is not installed, or no plugin at all, is an error", async () => {
  expect(await check("kitt@^1.0")).toMatchInlineSnapshot(`
    "error[E0904] plugin_version: \`kitt\` is not installed
     --> m.ham:2:11
    2 | use "kitt@^1.0" as kit
      |           ^^^^
      = help: install it: \`pnpm add kitt@^1.0\`

    m.ham: 1 error, no warnings"
  `);
  expect(await check("left-pad@^1.0")).toMatchInlineSnapshot(`
    "error[E0904] plugin_version: \`left-pad\` is no plugin: its package.json names no \`ham\` file
     --> m.ham:2:15
    2 | use "left-pad@^1.0" as kit
      |               ^^^^

    m.ham: 1 error, no warnings"
  `);
});

test("code that cannot be loaded is a mistake of the package, and only where it is needed", async () => {
  expect(await check("broken@^1.0")).toMatchInlineSnapshot(`
    "error[E0905] broken_plugin: the synapse \`kit.pull\` has no energy that could be used: its package failed with “no luck”
     --> m.ham:5:15
    5 | connect pull: kit.pull(v)
      |               ^^^^^^^^ extern synapse
      = help: this is a mistake of the package: tell its authors, or use another version

    m.ham: 1 error, no warnings"
  `);
  expect(await check("broken@^1.0", "bias(v)")).toBe("m.ham: no errors, no warnings");
});

test("commands that only read a model run no code unless told", async () => {
  const ran = () => existsSync(join(bench.folder, "node_modules/marks/RAN"));
  expect(await told("check", "marks@^1.2", "kit.pull(v)")).toMatchInlineSnapshot(`
    "m.ham: no errors, no warnings
      the energy of \`kit.pull\` is code of a plugin, which was not run: checked by its signature (--trust-plugins runs it)"
  `);
  expect(await told("doc", "marks@^1.2", "kit.pull(v)")).toContain("connect pull: kit.pull(v)");
  const svg = join(bench.folder, "m.svg");
  expect(await told("graph", "marks@^1.2", "kit.pull(v)", "--out", svg)).toContain("m.svg");
  expect(await told("fmt", "marks@^1.2", "kit.pull(v)", "--check")).toBe("");
  for (const command of ["explain", "ir"]) {
    expect(await told(command, "marks@^1.2", "kit.pull(v)")).toMatch(
      /^error\[E0906\][^]*--trust-plugins/,
    );
  }
  expect(ran()).toBe(false);
  expect(await told("explain", "marks@^1.2", "kit.pull(v)", "--trust-plugins")).toContain("v[0]");
  expect(ran()).toBe(true);
});

test("commands that run a model run the code of its plugins, as an import would", async () => {
  expect(
    await told(
      "export",
      "kit@^1.2",
      "kit.pull(v)",
      "--to",
      "onnx",
      "--out",
      join(bench.folder, "m.onnx"),
    ),
  ).toContain("one step");
  expect(await told("export", "broken@^1.2", "kit.pull(v)", "--to", "onnx")).toContain("E0905");
});

test("code that ends the process later is told, and code that would keep it does not", () => {
  const start = (name: string) => {
    bench.write(
      "later.ham",
      `ham 1
use "${name}" as kit
dim D = 4
neuron v: [D] as kit.gentle
connect pull: kit.pull(v)
`,
    );
    const { code, stdout, stderr } = bench.ham(["check", "later.ham", "--trust-plugins"]);
    return { code, out: `${stdout}${stderr}` };
  };
  expect(start("leaves")).toEqual({
    code: 1,
    out: "ham: something ended this command before its work was done.",
  });
  expect(start("stays")).toEqual({ code: 0, out: "later.ham: no errors, no warnings" });
});

test("--root keeps what a model names inside of a folder", async () => {
  mkdirSync(join(bench.folder, "inner"), { recursive: true });
  bench.write("part.ham", "ham 1\n");
  bench.write("inner/m.ham", 'ham 1\nuse "../part.ham" as p\nneuron v: [3] as tanh\n');
  const args = ["check", join(bench.folder, "inner/m.ham"), "--root"];
  const inside = await ham(...args, join(bench.folder, "inner"));
  expect(inside.out).toMatchInlineSnapshot(`
    "error[E0910] outside_root: \`../part.ham\` is not read: it lies outside of inner, beyond which nothing is read
     --> inner/m.ham:2:5
    2 | use "../part.ham" as p
      |     ^^^^^^^^^^^^^
      = help: move the file into that folder, or choose another one with \`--root\`

    inner/m.ham: 1 error, no warnings"
  `);
  expect((await ham(...args, bench.folder)).out).not.toContain("E0910");
});

test("every example passes without a warning", async () => {
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith(".ham"));
  const { code, stdout } = await bench.inProcess([
    "check",
    "--trust-plugins",
    ...names.map((name) => join(EXAMPLES, name)),
  ]);
  expect(stdout.trim().split("\n")).toEqual(
    names.map((name) => `${join(EXAMPLES, name)}: no errors, no warnings`),
  );
  expect(code).toBe(0);
});
