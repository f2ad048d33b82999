// What strangers do with pages, each driven in Chromium.

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { inPage, ISOLATED, serve } from "./browser.ts";
import {
  created,
  expect,
  expected,
  type Place,
  prepare,
  quiet,
  runner,
  same,
  type Stranger,
} from "./place.ts";

const MODEL = "03a-dense-lse-dot.ham";
const HTML = '<!doctype html><meta charset="utf-8"><script type="module" src="./main.js"></script>';

const RECALL = `const recalled = async (address) => {
  const model = await fetchModel(address);
  const result = await model.recall();
  return String(result.energies.at(-1)[0]);
};`;

/** The page recalls, and so does its worker; a web entry by its name, or from an address. */
const pageOf = (web: string) => `import { fetchModel } from ${JSON.stringify(web)};

${RECALL}
const address = new URL(${JSON.stringify(MODEL)}, document.baseURI).href;
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = async ({ data }) => {
  document.body.textContent = JSON.stringify([await recalled(address), data, crossOriginIsolated]);
};
worker.postMessage(address);
`;
const workerOf = (web: string) => `import { fetchModel } from ${JSON.stringify(web)};

${RECALL}
onmessage = async ({ data }) => postMessage(await recalled(data));
`;

/** Tools that build a page from main.js into the folder `site`, and what they are called with. */
const BUNDLERS = {
  vite: { packages: ["vite@8"], args: ["vite", "build", "--outDir", "site"] },
  webpack: {
    packages: ["webpack@5", "webpack-cli@6"],
    args: ["webpack", "./main.js", "--mode", "production", "-o", "site"],
  },
};
type Bundler = keyof typeof BUNDLERS;

/** A page and its worker recall, whether the page is isolated from others or not. */
export const builtPage =
  (bundler: Bundler): Stranger =>
  async (place) => {
    const name = "@hamlet/model/web";
    const site = built(place, bundler, ["@hamlet/model"], pageOf(name), workerOf(name));
    await everywhere((headers) => recalls(place, site, headers));
  };

/** The same without a bundler: the page finds the package by an import map, its worker by an address. */
export async function unbuiltPage(place: Place): Promise<void> {
  installed(place, ["@hamlet/model"]);
  const site = withModel(place, join(place.folder, "site"));
  const from = join(place.folder, "node_modules/@hamlet/model/dist/web.bundle.js");
  cpSync(from, join(site, "hamlet.js"));
  writeFileSync(join(site, "main.js"), pageOf("@hamlet/model/web"));
  writeFileSync(join(site, "worker.js"), workerOf("./hamlet.js"));
  const map = JSON.stringify({ imports: { "@hamlet/model/web": "./hamlet.js" } });
  writeFileSync(join(site, "index.html"), `<script type="importmap">${map}</script>${HTML}`);
  await everywhere((headers) => recalls(place, site, headers));

  // The page of the README, which loads the package from a content delivery network.
  const readme = join(place.folder, "node_modules/@hamlet/model/README.md");
  const [, example] = /```html\n([^]*?)```/u.exec(readFileSync(readme, "utf8")) ?? [];
  writeFileSync(join(site, "readme.html"), example);
  cpSync(join(site, MODEL), join(site, "memory.ham"));
  using server = await serve(site);
  const shown = await inPage(
    `${server.address}readme.html`,
    (page) => page.locator("body", { hasText: /\d/u }).textContent(),
    (page) =>
      page.route("https://cdn.jsdelivr.net/npm/@hamlet/model", (route) =>
        route.fulfill({ path: from, headers: { "access-control-allow-origin": "*" } }),
      ),
  );
  same(`${shown?.trim()}\n`, expected(place.root));
}

/** Where the binaries of TensorFlow.js lie, told as the README of @hamlet/model says it. */
const WASM = (readme: string) => /```js\n(import \{ setWasmPaths[^]*?)```/u.exec(readme)?.[1] ?? "";

/** The page chooses another backend of TensorFlow.js. */
export const chosenBackend =
  (backend: "wasm" | "webgpu", bundler: Bundler): Stranger =>
  async (place) => {
    const library = `@tensorflow/tfjs-backend-${backend}`;
    const readme = readFileSync(join(place.root, "packages/model/README.md"), "utf8");
    const chosen = backend === "wasm" ? WASM(readme) : `import ${JSON.stringify(library)};`;
    const page = `import { fetchModel } from "@hamlet/model/web";
import * as tf from "@tensorflow/tfjs-core";
${chosen}
${RECALL}
const energy = await recalled(${JSON.stringify(MODEL)});
document.body.textContent = JSON.stringify([energy, tf.getBackend(), crossOriginIsolated]);
`;
    const site = built(
      place,
      bundler,
      ["@hamlet/model", "@tensorflow/tfjs-core@4", `${library}@4`],
      page,
    );
    await everywhere(async (headers) => {
      const [energy, found, isolated] = await told(site, headers);
      same(found, backend);
      same(String(isolated), String(headers === ISOLATED));
      // A graphics card rounds in an order of its own.
      if (backend === "wasm") same(`${energy}\n`, expected(place.root));
      else {
        const off = Math.abs(Number(energy) - Number(expected(place.root)));
        expect(off < 1e-4, `${energy} is near what the workspace gives`);
      }
    });
  };

/** A page where nothing may be compiled: TensorFlow.js does it, without a message. */
export const compilesNothing: Stranger = async (place) => {
  const name = "@hamlet/model/web";
  const site = built(place, "vite", ["@hamlet/model"], pageOf(name), workerOf(name));
  await recalls(place, site, { "content-security-policy": "script-src 'self'" }, [
    "--engine",
    "tensors",
  ]);
};

async function recalls(
  { root }: Place,
  site: string,
  headers: Headers,
  more: readonly string[] = [],
): Promise<void> {
  const [page, worker, isolated] = await told(site, headers);
  same(`${page}\n`, expected(root, "cpu", more));
  same(worker, page);
  same(String(isolated), String(headers === ISOLATED));
}

type Headers = Readonly<Record<string, string>>;

async function everywhere(act: (headers: Headers) => Promise<void>): Promise<void> {
  for (const headers of [{}, ISOLATED]) await act(headers);
}

/** What a page writes into its body, as JSON. */
async function told(site: string, headers: Headers): Promise<[string, string, boolean]> {
  using server = await serve(site, headers);
  const text = await inPage(server.address, (page) =>
    page.locator("body", { hasText: /\]$/u }).textContent(),
  );
  return JSON.parse(text ?? "null") as [string, string, boolean];
}

/** Installs packages beside a model. */
function installed({ folder, registry, root }: Place, packages: readonly string[]): void {
  prepare(folder, root);
  runner(folder, registry.address)("npm", ["install", ...packages, ...quiet]);
}

/** Builds the folder `site` from a page and its worker. */
function built(
  place: Place,
  bundler: Bundler,
  packages: readonly string[],
  page: string,
  worker?: string,
): string {
  const { packages: tools, args } = BUNDLERS[bundler];
  installed(place, [...packages, ...tools]);
  const { folder, registry } = place;
  const site = join(folder, "site");
  writeFileSync(join(folder, "index.html"), HTML);
  writeFileSync(join(folder, "main.js"), page);
  if (worker !== undefined) writeFileSync(join(folder, "worker.js"), worker);
  runner(folder, registry.address)("npx", args);
  if (bundler === "webpack") cpSync(join(folder, "index.html"), join(site, "index.html"));
  return withModel(place, site);
}

function withModel({ folder }: Place, site: string): string {
  for (const path of ["data", MODEL]) {
    cpSync(join(folder, path), join(site, path), { recursive: true });
  }
  return site;
}

/** `npm create hamlet --page`: half a letter is drawn, and the whole is there. */
export async function createPage(place: Place): Promise<void> {
  const run = created(place, "page", "--page");
  run("npm", ["test"]);
  run("npm", ["run", "check"]);
  run("npm", ["run", "build"]);
  using server = await serve(join(place.folder, "page/dist"));
  // Half an O, as data/query.txt has it.
  const half = [14, 21, 27, 28, 34, 35, 41, 43, 44, 45, 46, 47];
  same(await inPage(server.address, (page) => drawn(page, half)), LETTER_O);
}

/** O, as templates/memory/data/letters.txt of create-hamlet has it. */
const LETTER_O = ".#####.#.....##.....##.....##.....##.....#.#####.";

/** Sets pixels of the page, recalls, and returns what is set then. */
async function drawn(page: Page, pixels: readonly number[]): Promise<string> {
  const picture = page.locator("#picture button");
  for (const pixel of pixels) await picture.nth(pixel).click();
  await page.locator("#recall").click();
  await page.locator("#ending", { hasText: /./u }).waitFor();
  const set = await picture.evaluateAll((all) => all.map((pixel) => pixel.ariaPressed));
  return set.map((pressed) => (pressed === "true" ? "#" : ".")).join("");
}
