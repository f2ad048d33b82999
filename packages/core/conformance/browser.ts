// Runs a page in the system's Chromium, without a screen or a card: WebGL and WebGPU are drawn by
// SwiftShader, on the processor.

import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { CHROMIUM } from "../../../tools/chromium.ts";

/** Software rendering for both, and no traffic of the browser's own. */
const SWITCHES = [
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--no-sandbox",
  "--disable-background-networking",
  "--no-first-run",
  "--disable-component-update",
  "--disable-sync",
];

/** Milliseconds after which a browser hangs: shaders of a busy machine take many minutes. */
const NEVER = 1_800_000;

/** A page counts as secure, and so may use WebGPU, when it comes from this host. */
const ORIGIN = "http://localhost:1/";

/** One script that holds a suite and both backends. */
async function bundle(page: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [page],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2024",
    // `using` is lowered, so that older browsers could run it too.
    supported: { using: false },
    logLevel: "error",
  });
  return outputFiles[0].text;
}

/**
 * Starts the browser, runs the suite of a page once for every backend, or other way, and closes it
 * again. The page is a script that defines `conform`, which takes `wanted` and gives JSON: null where
 * there is no device.
 */
export async function runInBrowser<Result, Way extends string = "webgl" | "webgpu">(
  file: string,
  ways: readonly Way[],
  wanted?: unknown,
  headers: (way: Way) => Readonly<Record<string, string>> = () => ({}),
): Promise<Map<string, Result | null>> {
  const script = await bundle(file);
  const browser: Browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: SWITCHES,
    timeout: NEVER,
  });
  try {
    const results = new Map<string, Result | null>();
    for (const way of ways) {
      // A page each, so that none ever reads what the other left.
      const page = await browser.newPage();
      page.setDefaultTimeout(NEVER);
      await page.route("**/*", (route) =>
        route.fulfill({
          contentType: "text/html",
          body: "<!doctype html><title>suite</title>",
          headers: headers(way),
        }),
      );
      await page.goto(ORIGIN);
      await page.addScriptTag({ content: script });
      const text = await page.evaluate<string, readonly [string, unknown]>(
        (given) => (globalThis as unknown as Page).conform(...given),
        [way, wanted],
      );
      results.set(way, JSON.parse(text) as Result | null);
      await page.close();
    }
    return results;
  } finally {
    await browser.close();
  }
}

interface Page {
  readonly conform: (backend: string, wanted: unknown) => Promise<string>;
}
