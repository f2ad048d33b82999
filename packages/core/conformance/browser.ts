// Runs the suite on WebGL and WebGPU in the system's Chromium, without a screen or a card: both
// are drawn by SwiftShader, on the processor.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import type { RowResult } from "./suite.ts";

/** Where Debian puts Chromium. */
export const CHROMIUM = "/usr/bin/chromium";

/** Why the browser cannot be used; null when it can. */
export function whyNoBrowser(): string | null {
  return existsSync(CHROMIUM) ? null : `there is no ${CHROMIUM} (apt-get install chromium)`;
}

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

/** A page counts as secure, and so may use WebGPU, when it comes from this host. */
const ORIGIN = "http://localhost:1/";

/** One script that holds the suite and both backends. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "page.ts")],
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

/** Starts the browser, runs the suite once for every backend and closes it again. */
export async function runInBrowser(
  backends: readonly ("webgl" | "webgpu")[],
): Promise<Map<string, RowResult[] | null>> {
  const script = await bundle();
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });
  try {
    const results = new Map<string, RowResult[] | null>();
    for (const backend of backends) {
      // A page each, so that one backend never reads what the other left.
      const page = await browser.newPage();
      await page.route("**/*", (route) =>
        route.fulfill({ contentType: "text/html", body: "<!doctype html><title>suite</title>" }),
      );
      await page.goto(ORIGIN);
      await page.addScriptTag({ content: script });
      const text = await page.evaluate<string, string>(
        (name) => (globalThis as unknown as Page).conform(name),
        backend,
      );
      results.set(backend, JSON.parse(text) as RowResult[] | null);
      await page.close();
    }
    return results;
  } finally {
    await browser.close();
  }
}

interface Page {
  readonly conform: (backend: string) => Promise<string>;
}
