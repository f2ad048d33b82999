/** Opens every page of the built site in a real browser. */
import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { some } from "../../../tools/samples.ts";
import { addressOf, builtFiles, DIST } from "./built-site.ts";
import { serve } from "./serve.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Milliseconds after which something hangs; no result may depend on them. */
const NEVER = 600_000;
const withoutBrowser = !existsSync(CHROMIUM);
if (withoutBrowser) {
  console.warn(`Browser tests are skipped: there is no ${CHROMIUM} (apt-get install chromium).`);
}

const pages = builtFiles()
  .filter((file) => file.endsWith(".html"))
  .map(addressOf);

describe("in Chromium", () => {
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    if (!withoutBrowser) {
      site = await serve(DIST);
      // Each launch has a new profile folder. The switches keep the browser itself off the network.
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        timeout: NEVER,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-background-networking",
          "--no-first-run",
          "--disable-component-update",
          "--disable-sync",
          "--disable-quic",
        ],
      });
      context = await browser.newContext();
      context.setDefaultTimeout(NEVER);
    }
  });

  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  // Half of them, others in every run. Several at once: a page is waited for until nothing has been loaded for half a second.
  describe.concurrent("every page", () => {
    test.skipIf(withoutBrowser).for(some(pages, pages.length / 2))(
      "%s opens without a complaint",
      async (address) => {
        const page = await context.newPage();
        const complaints = listen(page, site.origin);
        await page.goto(site.origin + address, { waitUntil: "networkidle" });
        expect(complaints).toEqual([]);
        expect(await page.locator("h1").count()).toBe(1);
        await page.close();
      },
    );
  });

  test.skipIf(withoutBrowser)("formulas are there without a script to draw them", async () => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    page.setDefaultTimeout(NEVER);
    await page.goto(`${site.origin}/learn/the-idea/`);
    expect(await page.locator(".katex-display").count()).toBeGreaterThan(5);
    expect(await page.locator(".katex-error").count()).toBe(0);
    // Formulas and their stylesheet are of one version: a subscript is smaller than its letter.
    const [subscript, formula] = await page
      .locator(".katex:has(.mtight)")
      .first()
      .evaluate((element) => {
        const size = (node: Element | null): number =>
          node ? Number.parseFloat(getComputedStyle(node).fontSize) : Number.NaN;
        return [size(element.querySelector(".mtight")), size(element)];
      });
    expect(subscript).toBeLessThan(0.8 * (formula ?? 0));
    await page.close();
  });

  test.skipIf(withoutBrowser)("the search finds a word, without another host", async () => {
    const page = await context.newPage();
    const complaints = listen(page, site.origin);
    await page.goto(site.origin, { waitUntil: "networkidle" });
    await page.locator("site-search button[data-open-modal]").click();
    await page.locator("site-search input").fill("Lagrangian");
    await page.locator("site-search a[href*='/reference/lagrangians/']").first().waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.skipIf(withoutBrowser)("a reader who prefers the dark gets it", async () => {
    const page = await browser.newPage({ colorScheme: "dark" });
    page.setDefaultTimeout(NEVER);
    await page.goto(site.origin);
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.close();
  });
});

/** Collects what must not happen on a page: errors, failed requests, and requests to other hosts. */
function listen(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(?:data|blob):/.test(request.url())) {
      complaints.push(`request to another host: ${request.url()}`);
    }
  });
  page.on("requestfailed", (request) => {
    complaints.push(`request failed: ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) {
      complaints.push(`status ${response.status()}: ${response.url()}`);
    }
  });
  return complaints;
}
