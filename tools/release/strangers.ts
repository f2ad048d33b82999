// What strangers do with the packages, each in an empty folder outside of the workspace. Every one ends with
// numbers that the workspace gives too.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { builtPage, chosenBackend, compilesNothing, createPage, unbuiltPage } from "./pages.ts";
import {
  created,
  ending,
  expect,
  expected,
  light,
  type Place,
  prepare,
  quiet,
  runner,
  same,
  type Stranger,
} from "./place.ts";

/** All of them, by what they do. */
export const STRANGERS: Readonly<Record<string, Stranger>> = {
  "installs the command for the whole machine": command,
  "writes a plugin, publishes and uses it": plugin,
  "creates a folder with a model": createModel,
  "creates a page, and draws on it": createPage,
  "writes TypeScript, resolved as Node does": (place) => typescript(place, "nodenext"),
  "writes TypeScript, resolved as bundlers do": (place) => typescript(place, "bundler"),
  "installs the library for wasm": library,
  "builds a page with Vite": builtPage("vite"),
  "builds a page with webpack": builtPage("webpack"),
  "writes a page without a bundler": unbuiltPage,
  "writes a page where nothing may be compiled": compilesNothing,
  "chooses wasm for a page, built with Vite": chosenBackend("wasm", "vite"),
  "chooses wasm for a page, built with webpack": chosenBackend("wasm", "webpack"),
  "chooses webgpu for a page": chosenBackend("webgpu", "vite"),
  "has nothing but the README of the command, and Node 22": (place) =>
    reader(place, "@hamlet/cli", /lower half hidden .*\b(?:9[5-9]|100)\b[^]*converged[^]*loss/u),
  "has nothing but the README of the library, and Node 22": (place) =>
    reader(place, "@hamlet/model", /'converged'[^]*finished/u),
  "installs with pnpm": (place) => javascript(place, ["npx", "-y", "pnpm@12.21.0", "add"]),
  "installs with yarn": (place) => javascript(place, ["npx", "-y", "yarn@1.22.22", "add"]),
};

const SCRIPT = `import "@tensorflow/tfjs-backend-cpu";
import { loadModelFile } from "@hamlet/model/node";

const model = await loadModelFile("03a-dense-lse-dot.ham");
const result = await model.recall();
console.log(String(result.energies.at(-1)?.[0]));
result.dispose();
model.dispose();
`;
const LIBRARY = ["@hamlet/model", "@tensorflow/tfjs-core@4", "@tensorflow/tfjs-backend-cpu@4"];

function command({ folder, registry, root }: Place): void {
  const run = runner(folder, registry.address);
  run("npm", ["install", "--global", "--prefix", "global", "@hamlet/cli", ...quiet]);
  light(join(folder, "global/lib/node_modules"), { megabytes: 120 });
  const main = join(folder, "global/lib/node_modules/@hamlet/cli/dist/main.js");
  const ham = (...args: string[]) => run(process.execPath, [main, ...args]);
  const ours = (...args: string[]) =>
    run(process.execPath, [join(root, "apps/cli/src/main.ts"), ...args]);

  expect(
    /lower half hidden .*\b(?:9[5-9]|100)\b/u.test(ham("demo")),
    "ham demo restores 95 digits",
  );
  ham("new", "mine");
  ham("check", "mine.ham");
  ham("test", "mine.ham");
  same(ending(ham("run", "mine.ham", "--json")), ending(ours("run", "mine.ham", "--json")));
  expect(ham("examples").includes("digits"), "ham examples lists the digits");
  ham("examples", "03a-dense-lse-dot");
  const dense = ["run", "03a-dense-lse-dot.ham", "--json"];
  same(ending(ham(...dense)), ending(ours(...dense)));
  same(ham("explain", "03a-dense-lse-dot.ham"), ours("explain", "03a-dense-lse-dot.ham"));
  expect(ham("doctor").includes("wasm"), "ham doctor lists wasm");
  ham("reproduce", "drdam", "--short");
}

function plugin({ folder, registry, root }: Place): void {
  const run = runner(folder, registry.address);
  run("npm", ["install", "--global", "--prefix", "global", "@hamlet/cli", ...quiet]);
  const main = join(folder, "global/lib/node_modules/@hamlet/cli/dist/main.js");
  run(process.execPath, [main, "new", "--plugin", "@stranger/vision"]);
  const inside = runner(join(folder, "vision"), registry.address);
  inside("npm", ["install", ...quiet]);
  inside("npm", ["run", "build"]);
  inside("npm", ["test"]);
  registry.publish(join(folder, "vision"));

  const place = join(folder, "uses");
  mkdirSync(place);
  const there = runner(place, registry.address);
  writeFileSync(join(place, "package.json"), '{ "private": true }');
  there("npm", ["install", "@stranger/vision", ...quiet]);
  const readme = readFileSync(join(folder, "vision/README.md"), "utf8");
  const model = /```ham\n([^]*?)```/u.exec(readme)?.[1] ?? "";
  const near = "energy near = -sum[i, j where i < j and j <= i + 2] v[i] * v[j]";
  writeFileSync(join(place, "uses.ham"), model);
  writeFileSync(join(place, "written.ham"), model.replace(/^connect near.*$/mu, near));
  const ham = (...args: string[]) => there(process.execPath, [main, ...args, "--root", "."]);
  expect(
    ham("check", "uses.ham").includes("which was not run"),
    "ham check runs no code of a plugin",
  );
  const ours = [join(root, "apps/cli/src/main.ts"), "run", "written.ham", "--json"];
  same(ending(ham("run", "uses.ham", "--json")), ending(there(process.execPath, ours)));
}

function createModel(place: Place): void {
  const run = created(place, "letters");
  run("npm", ["test"]);
  run("npm", ["run", "check"]);
  const found = run("npx", ["ham", "run", "letters.ham", "--json"]);
  const ours = [join(place.root, "apps/cli/src/main.ts"), "run", "letters.ham", "--json"];
  same(ending(found), ending(run(process.execPath, ours)));
}

function library({ folder, registry, root }: Place): void {
  const run = runner(folder, registry.address);
  prepare(folder, root);
  const packages = ["@hamlet/model", "@tensorflow/tfjs-core@4", "@tensorflow/tfjs-backend-wasm@4"];
  run("npm", ["install", ...packages, ...quiet]);
  writeFileSync(join(folder, "script.js"), SCRIPT.replace("backend-cpu", "backend-wasm"));
  same(run(process.execPath, ["script.js"]), expected(root, "wasm"));
  // 66 of them are TensorFlow.js.
  light(join(folder, "node_modules"), { megabytes: 80, packages: 41 });
}

function typescript({ folder, registry, root }: Place, resolution: "nodenext" | "bundler"): void {
  const run = runner(folder, registry.address);
  prepare(folder, root);
  const tools = ["typescript", "@types/node"];
  run("npm", ["install", ...LIBRARY, ...tools, ...quiet]);
  const compilerOptions = {
    strict: true,
    target: "es2022",
    lib: ["es2022", "dom"],
    module: resolution === "nodenext" ? "nodenext" : "esnext",
    moduleResolution: resolution,
    types: ["node"],
    skipLibCheck: true,
    outDir: "made",
  };
  writeFileSync(join(folder, "script.ts"), SCRIPT);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  run("npx", ["tsc"]);
  same(run(process.execPath, ["made/script.js"]), expected(root));
  const all = ["tsc", "--noEmit", "--skipLibCheck", "false", "--lib", "es2022"];
  const mistakes = run("npx", all, { mayFail: true })
    .split("\n")
    .filter((line) => line.includes("@hamlet/"));
  expect(mistakes.length === 0, `types of ours fit, looked at one by one:\n${mistakes.join("\n")}`);
}

/**
 * Does what a packed README says and nothing else, up to its part on pages: files that it gives by name
 * are written, lines of the shell run one after the other.
 */
function reader({ folder, registry }: Place, name: string, prints: RegExp): void {
  const before = join(folder, "before");
  mkdirSync(before);
  const get = runner(before, registry.address);
  writeFileSync(join(before, "package.json"), '{ "private": true }');
  get("npm", ["install", "node@22", ...quiet]);
  const tarball = get("npm", ["pack", name, ...quiet]).trim();
  get("tar", ["-xzf", tarball]);
  const readme = readFileSync(join(before, "package/README.md"), "utf8").split("## In a page")[0];

  const place = join(folder, "empty");
  mkdirSync(place);
  const bin = ["node_modules/node/bin", "global/bin"].map((path) => join(before, path));
  const there = runner(place, registry.address, {
    PATH: [...bin, process.env.PATH].join(delimiter),
    npm_config_prefix: join(before, "global"),
  });
  expect(there("node", ["--version"]).startsWith("v22."), "it is Node 22");
  let printed = "";
  for (const [, file, language, text] of readme.matchAll(BLOCK)) {
    if (file !== undefined) writeFileSync(join(place, file), text);
    else if (language === "sh") printed += there("bash", ["-euc", text]);
  }
  expect(prints.test(printed), `the README leads to ${prints}, not to\n${printed}`);
}

/** A block, with the name of its file where one stands before it. */
const BLOCK = /(?:`([\w.-]+)`:\n\n)?```(\w+)\n([^]*?)```/gu;

function javascript({ folder, registry, root }: Place, [tool, ...args]: readonly string[]): void {
  const run = runner(folder, registry.address);
  prepare(folder, root);
  run(tool, [...args, ...LIBRARY, "--registry", registry.address]);
  writeFileSync(join(folder, "script.js"), SCRIPT);
  same(run(process.execPath, ["script.js"]), expected(root));
}
