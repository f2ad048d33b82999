// The same session in a page of a real browser, with the server in a Web Worker.

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { CHROMIUM, withoutChromium } from "../../../tools/chromium.ts";
import { expectSession, type Seen } from "./session.ts";

const bundled = (file: string) =>
  build({
    entryPoints: [fileURLToPath(import.meta.resolve(file))],
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: "iife",
    platform: "browser",
    logLevel: "error",
  });

test("the worker holds no tensor library", async () => {
  const { metafile, outputFiles } = await bundled("@hamlet/language-server/worker");
  expect(Object.keys(metafile.inputs).filter((file) => /tensorflow|^node:/.test(file))).toEqual([]);
  expect(gzipSync(outputFiles[0].contents).length).toBeLessThan(300_000);
});

test.skipIf(withoutChromium)("a session in a worker of a page", async () => {
  const [worker, page] = await Promise.all([
    bundled("@hamlet/language-server/worker"),
    bundled("./page.ts"),
  ]);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-background-networking", "--no-first-run"],
  });
  try {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(600_000);
    await tab.addScriptTag({ content: page.outputFiles[0].text });
    const seen = await tab.evaluate(
      (script) =>
        (globalThis as unknown as { playIn: (script: string) => Promise<string> }).playIn(script),
      worker.outputFiles[0].text,
    );
    await expectSession(JSON.parse(seen) as Seen);
  } finally {
    await browser.close();
  }
});
