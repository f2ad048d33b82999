// Pages in the system's Chromium, from a server on this machine.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium, type Page } from "playwright-core";
import { CHROMIUM } from "../chromium.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** What a server says so that its pages are isolated from others, and may share memory with workers. */
export const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves a folder on a free port until it is disposed; every answer has these headers. */
export async function serve(
  folder: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly address: string } & Disposable> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://x").pathname);
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    try {
      const body = readFileSync(file);
      response.writeHead(200, { ...headers, "content-type": TYPES[extname(file)] ?? "text/plain" });
      response.end(body);
    } catch {
      response.writeHead(404, headers);
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A page counts as secure, and so may use WebGPU, when it comes from this host.
  const address = `http://localhost:${(server.address() as { port: number }).port}/`;
  return { address, [Symbol.dispose]: () => void server.close() };
}

/** Software in place of a graphics card, and no traffic of the browser's own. */
const SWITCHES = [
  "--no-sandbox",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--disable-background-networking",
  "--disable-sync",
];

/** Opens a page and looks at it; what the page complained of is told where that fails. */
export async function inPage<Seen>(
  address: string,
  look: (page: Page) => Promise<Seen>,
  before: (page: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<Seen> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });
  const said: string[] = [];
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
    failed.catch(() => undefined);
    page.on("console", (message) => said.push(message.text()));
    await before(page);
    await page.goto(address);
    return await Promise.race([look(page), failed]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error([`${address}: ${reason}`, ...said].join("\n"), { cause: error });
  } finally {
    await browser.close();
  }
}
