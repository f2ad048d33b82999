// What strangers do with the packages, each in an empty folder outside of the workspace. Every one ends with
// numbers that the workspace gives too.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";
import { answers, freePort, type Registry } from "./registry.ts";

/** Where a stranger starts. */
export interface Place {
  /** An empty folder. */
  readonly folder: string;
  readonly registry: Registry;
  /** The root of the workspace, for what its own command says. */
  readonly root: string;
}

/** Something that a stranger does; throws where it does not end well. */
export type Stranger = (place: Place) => void | Promise<void>;

/** All of them, by what they do. */
export const STRANGERS: Readonly<Record<string, Stranger>> = {
  "installs the command for the whole machine": command,
  "writes a plugin, publishes and uses it": plugin,
  "creates a folder with a model": createModel,
  "creates a page, and draws on it": createPage,
  "writes TypeScript, resolved as Node does": (place) => typescript(place, "nodenext"),
  "writes TypeScript, resolved as bundlers do": (place) => typescript(place, "bundler"),
  "installs the library for wasm": library,
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

async function createPage(place: Place): Promise<void> {
  const run = created(place, "page", "--page");
  run("npm", ["test"]);
  run("npm", ["run", "check"]);
  run("npm", ["run", "build"]);
  const folder = join(place.folder, "page");
  const port = String(await freePort());
  const vite = join(folder, "node_modules/vite/bin/vite.js");
  const serve = ["preview", "--host", "127.0.0.1", "--port", port, "--strictPort"];
  const server = spawn(process.execPath, [vite, ...serve], { cwd: folder, stdio: "ignore" });
  try {
    const address = `http://127.0.0.1:${port}/`;
    await answers(address, server);
    // Half an O, as data/query.txt has it.
    const half = [14, 21, 27, 28, 34, 35, 41, 43, 44, 45, 46, 47];
    same(await drawn(address, half), LETTER_O);
  } finally {
    server.kill();
  }
}

/** O, as templates/memory/data/letters.txt of create-hamlet has it. */
const LETTER_O = ".#####.#.....##.....##.....##.....##.....#.#####.";

/** Sets pixels of the page, recalls, and returns what is set then. */
async function drawn(address: string, pixels: readonly number[]): Promise<string> {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    const picture = page.locator("#picture button");
    for (const pixel of pixels) await picture.nth(pixel).click();
    await page.locator("#recall").click();
    await page.locator("#ending", { hasText: /./u }).waitFor();
    const set = await picture.evaluateAll((all) => all.map((pixel) => pixel.ariaPressed));
    return set.map((pressed) => (pressed === "true" ? "#" : ".")).join("");
  } finally {
    await browser.close();
  }
}

/** Makes a folder as `npm create` does, and installs what it needs. */
function created({ folder, registry }: Place, name: string, ...more: string[]) {
  const run = runner(folder, registry.address);
  // A cache of its own: npm takes another release of the same version from the usual one.
  const cache = ["--cache", join(folder, "cache")];
  run("npm", ["create", "--yes", ...cache, "hamlet@latest", "--", name, ...more]);
  const inside = runner(join(folder, name), registry.address);
  inside("npm", ["install", ...quiet]);
  return inside;
}

function library({ folder, registry, root }: Place): void {
  const run = runner(folder, registry.address);
  prepare(folder, root);
  const packages = ["@hamlet/model", "@tensorflow/tfjs-core@4", "@tensorflow/tfjs-backend-wasm@4"];
  run("npm", ["install", ...packages, ...quiet]);
  writeFileSync(join(folder, "script.js"), SCRIPT.replace("backend-cpu", "backend-wasm"));
  same(run(process.execPath, ["script.js"]), expected(root, "wasm"));
  // 66 of them are TensorFlow.js.
  light(join(folder, "node_modules"), { megabytes: 85, packages: 45 });
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
}

function javascript({ folder, registry, root }: Place, [tool, ...args]: readonly string[]): void {
  const run = runner(folder, registry.address);
  prepare(folder, root);
  run(tool, [...args, ...LIBRARY, "--registry", registry.address]);
  writeFileSync(join(folder, "script.js"), SCRIPT);
  same(run(process.execPath, ["script.js"]), expected(root));
}

/** What the workspace's command says of the same recall. */
function expected(root: string, backend = "cpu"): string {
  const main = join(root, "apps/cli/src/main.ts");
  const model = join(root, "examples/03a-dense-lse-dot.ham");
  const args = [main, "run", model, "--backend", backend, "--json"];
  return `${ending(execFileSync(process.execPath, args, { encoding: "utf8" }))}\n`;
}

/** The energy of the first example at the end, of what `ham run --json` prints. */
function ending(printed: string): string {
  const { outcomes } = JSON.parse(printed) as { outcomes: { energyAfter: number }[] };
  return String(outcomes[0].energyAfter);
}

/** A module with a model in it. */
function prepare(folder: string, root: string): void {
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  mkdirSync(join(folder, "data"));
  for (const file of ["03a-dense-lse-dot.ham", "data/memories.npy", "data/queries.npy"]) {
    cpSync(join(root, "examples", file), join(folder, file));
  }
}

const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];

/** Runs programs in the folder, with the registry for every package manager. */
function runner(folder: string, address: string) {
  const environment = {
    ...process.env,
    npm_config_registry: address,
    YARN_REGISTRY: address,
    NO_COLOR: "1",
  };
  return (program: string, args: readonly string[]): string => {
    try {
      return execFileSync(program, args, {
        cwd: folder,
        env: environment,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
    }
  };
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

function same(found: string, wanted: string): void {
  if (found !== wanted)
    throw new Error(`found\n${found}\nexpected, as in the workspace,\n${wanted}`);
}

/** What is installed in a folder is no more than that. */
function light(
  modules: string,
  most: { readonly megabytes: number; readonly packages?: number },
): void {
  const kilobytes = Number.parseInt(execFileSync("du", ["-sk", modules], { encoding: "utf8" }), 10);
  const megabytes = Math.ceil(kilobytes / 1024);
  const { length } = globSync("**/node_modules/{*,@*/*}/package.json", { cwd: dirname(modules) });
  console.log(`${megabytes} MB in ${length} packages`);
  expect(megabytes <= most.megabytes, `no more than ${most.megabytes} MB`);
  expect(length <= (most.packages ?? Infinity), `no more than ${most.packages} packages`);
}
