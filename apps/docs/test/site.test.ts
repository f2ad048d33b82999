/** Opens every page of the built site in a real browser. */
import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { some } from "../../../tools/samples.ts";
import { addressOf, builtFiles, DIST, isReference } from "./built-site.ts";
import { serve } from "./serve.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Milliseconds after which something hangs; no result may depend on them. */
const NEVER = 600_000;
/** Pixels of the smallest letters of a figure. */
const SMALLEST = 11;
const withoutBrowser = !existsSync(CHROMIUM);
if (withoutBrowser) {
  console.warn(`Browser tests are skipped: there is no ${CHROMIUM} (apt-get install chromium).`);
}

const pages = builtFiles()
  .filter((file) => file.endsWith(".html") && !isReference(file))
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
        await page.setViewportSize({ width: 390, height: 844 });
        // Two frames later the page has seen its new size.
        await page.evaluate(
          () => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))),
        );
        expect(await page.evaluate(unreachable)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
        expect(await page.evaluate(smallest)).toBeGreaterThanOrEqual(SMALLEST);
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

  // A message quotes every word of the language; what explains the word comes before it.
  test.skipIf(withoutBrowser).for([
    ["Kohonen", "/learn/linear-memories/"],
    ["certificate", "/reference/glossary/"],
    ["solver", "/reference/solvers/"],
    ["index", null],
    ["shape", null],
  ] as const)("the search for %s gives pages before messages", async ([word, address]) => {
    const page = await context.newPage();
    await page.goto(site.origin, { waitUntil: "networkidle" });
    // As a text, since the test runner would rewrite the import.
    const found = await page.evaluate<string[]>(`(async () => {
      const { search } = await import("/pagefind/pagefind.js");
      const { results } = await search("${word}");
      return Promise.all(results.map(async (one) => (await one.data()).url));
    })()`);
    if (address !== null) expect(found[0]).toBe(address);
    expect(found.length).toBeGreaterThan(1);
    expect(found.slice(0, 2)).not.toContain("/reference/errors/");
    await page.close();
  });

  test.skipIf(withoutBrowser)("no label of a figure lies on another", async () => {
    const page = await context.newPage();
    for (const figure of builtFiles().filter((file) => file.endsWith(".svg"))) {
      await page.goto(site.origin + figure);
      expect(await page.evaluate(crowded), figure).toEqual([]);
    }
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

/** The size of the smallest letters that are drawn on the page, in pixels. Runs in the page. */
function smallest(): number {
  const letters = document.querySelectorAll<SVGTextElement>(
    ".ham-figure text, ham-memory text, .ham-play text",
  );
  const sizes = Array.from(letters, (text) => {
    // Labels of an axis that goes up are turned.
    const { a, b } = text.getScreenCTM()!;
    const scale = Math.hypot(a, b);
    return Number.parseFloat(getComputedStyle(text).fontSize) * scale;
  });
  return sizes.length === 0 ? 100 : Math.min(...sizes);
}

/** What scrolls sideways and no key can reach. Runs in the page. */
function unreachable(): string[] {
  return [...document.querySelectorAll<HTMLElement>("main *")]
    .filter((part) => part.scrollWidth > part.clientWidth + 1)
    .filter((part) => /auto|scroll/.test(getComputedStyle(part).overflowX))
    .filter((part) => part.tabIndex < 0 && part.querySelector("[tabindex], a, button") === null)
    .map((part) => `${part.tagName} ${part.className}: ${part.textContent.slice(0, 40)}`);
}

/** Pairs of texts of which one lies on the other by more than their edges. Runs in the page. */
function crowded(): string[] {
  const texts = [...document.querySelectorAll("text")].filter(({ textContent }) =>
    textContent.trim(),
  );
  const boxes = texts.map((text) => ({ text, box: text.getBoundingClientRect() }));
  return boxes.flatMap(({ text, box }, k) =>
    boxes
      .slice(k + 1)
      .filter(({ box: { left, right, top, bottom } }) => {
        const wide = Math.min(box.right, right) - Math.max(box.left, left);
        const high = Math.min(box.bottom, bottom) - Math.max(box.top, top);
        return wide > 1 && high > 4;
      })
      .map((other) => `${text.textContent} on ${other.text.textContent}`),
  );
}

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
