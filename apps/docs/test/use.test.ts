// The files on the page "In a page" make a page that recalls, and so does its worker: bundled as Vite does, and with
// an import map; whether the page is isolated from others or not.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listen } from "./looked-at.ts";
import { CHROMIUM, withoutChromium } from "../../../tools/chromium.ts";
import { serve } from "./serve.ts";

const DOCS = join(import.meta.dirname, "..");
const page = readFileSync(join(DOCS, "src/content/docs/use/page.md"), "utf8");
const ISOLATED = Object.fromEntries(
  Array.from(page.matchAll(/^(Cross-Origin-[\w-]+): (.+)$/gm), ([, name, value]) => [name, value]),
);
/** What `ham run` prints on the page. */
const [, ENERGY] = /^converged .* (-[\d.]+)$/m.exec(page)!;

/** The blocks of the page for a file, in their order. */
const blocks = (file: string): string[] =>
  Array.from(page.matchAll(/^```\w+ title="([^"]+)"\n([^]*?)^```/gm)).flatMap(([, name, text]) =>
    name === file ? [text] : [],
  );

// Beside the packages that the page imports.
const folder = join(DOCS, "out/use");
let browser: Browser;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  const { main, worker } = { main: blocks("main.js").join("\n"), worker: blocks("worker.js")[0] };
  const [bundledPage, plainPage] = blocks("index.html");
  for (const [place, html] of [
    ["bundled", bundledPage],
    ["plain", plainPage],
  ]) {
    mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, place, "index.html"), html);
    writeFileSync(join(folder, place, "points.ham"), blocks("points.ham")[0]);
    writeFileSync(join(folder, place, "favicon.ico"), "");
  }
  writeFileSync(join(folder, "main.js"), main);
  writeFileSync(join(folder, "worker.js"), worker);
  const bundle = await rolldown({
    input: { main: join(folder, "main.js"), worker: join(folder, "worker.js") },
    platform: "browser",
  });
  await bundle.write({ dir: join(folder, "bundled"), format: "esm", minify: true });
  await bundle.close();
  writeFileSync(join(folder, "plain/main.js"), main);
  writeFileSync(
    join(folder, "plain/worker.js"),
    worker.replace("@hamlet/model/web", "./hamlet.js"),
  );
  const whole = join(DOCS, "node_modules/@hamlet/model/dist/web.bundle.js");
  cpSync(whole, join(folder, "plain/hamlet.js"));
  if (withoutChromium === null) {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu"],
    });
  }
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(withoutChromium).for([
  ["bundled", {}],
  ["bundled", ISOLATED],
  ["plain", {}],
  ["plain", ISOLATED],
] as const)(
  "the page recalls, and its worker: %s, with the headers %o",
  async ([place, headers]) => {
    await using site = await serve(join(folder, place), headers);
    const shown = await browser.newPage();
    const complaints = listen(shown, site.origin);
    await shown.goto(`${site.origin}/index.html`);
    const [own, others] = await Promise.all(
      ["#page", "#worker"].map((at) => shown.locator(at, { hasText: /\d/ }).textContent()),
    );
    expect(Number(own).toFixed(6)).toBe(ENERGY);
    expect(others).toBe(own);
    expect(await shown.evaluate("crossOriginIsolated")).toBe(headers === ISOLATED);
    expect(Object.keys(ISOLATED)).toHaveLength(2);
    expect(complaints).toEqual([]);
    await shown.close();
  },
);
