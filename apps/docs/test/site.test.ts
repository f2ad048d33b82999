/** Opens every page of the built site in a real browser. */
import { chromium, type Browser, type BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seed, some } from "../../../tools/samples.ts";
import { addressOf, builtFiles, DIST, isMessage, isReference } from "./built-site.ts";
import { listen, LOOKS, wrongsOf } from "./looked-at.ts";
import { CHROMIUM, withoutChromium } from "../../../tools/chromium.ts";
import { serve } from "./serve.ts";

/** Milliseconds after which something hangs; no result may depend on them. */
const NEVER = 600_000;
if (withoutChromium !== null) {
  console.warn(`Browser tests are skipped: ${withoutChromium}.`);
}

const files = builtFiles().filter((file) => file.endsWith(".html") && !isReference(file));
const pages = files.filter((file) => !isMessage(file)).map(addressOf);
const messages = files.filter(isMessage).map(addressOf);

describe("in Chromium", () => {
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    if (withoutChromium === null) {
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

  // Half of them, others in every run, each in a look of its own: `tools/make-site-pictures.ts` looks at all
  // in all looks. Several at once: a page is waited for until nothing has been loaded for half a second.
  describe.concurrent("every page", () => {
    const looks = Object.keys(LOOKS) as (keyof typeof LOOKS)[];
    // Pages of a look share what they load.
    const contexts = new Map<string, Promise<BrowserContext>>();
    const contextOf = (look: keyof typeof LOOKS) => {
      const context = contexts.get(look) ?? browser.newContext(LOOKS[look]);
      contexts.set(look, context);
      return context;
    };
    const shown = [...some(pages, pages.length / 2), ...some(messages, 2)].map(
      (address, k) => [address, looks[(k + seed()) % looks.length]] as const,
    );
    test.skipIf(withoutChromium).for(shown)(
      "%s opens without a complaint (%s)",
      async ([address, look]) => {
        const page = await (await contextOf(look)).newPage();
        page.setDefaultTimeout(NEVER);
        const complaints = listen(page, site.origin);
        await page.goto(site.origin + address, { waitUntil: "networkidle" });
        expect(await wrongsOf(page)).toEqual([]);
        expect(complaints).toEqual([]);
        await page.close();
      },
    );
  });

  test.skipIf(withoutChromium)("what scrolls is asked again when letters come late", async () => {
    const page = await browser.newPage(LOOKS.phone);
    page.setDefaultTimeout(NEVER);
    const letters = Promise.withResolvers<void>();
    await page.route("**/*.woff2", async (route) => {
      await letters.promise;
      await route.continue();
    });
    await page.goto(`${site.origin}/learn/random-features/`, { waitUntil: "domcontentloaded" });
    // Those that stand for them are wider: a formula scrolls that will not.
    const reached = page.locator(".katex-display[tabindex]");
    await reached.first().waitFor();
    letters.resolve();
    await expect.poll(async () => await reached.count(), { timeout: NEVER }).toBe(0);
    await page.close();
  });

  test.skipIf(withoutChromium)("formulas are there without a script to draw them", async () => {
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

  test.skipIf(withoutChromium)("the search finds a word, without another host", async () => {
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
  test.skipIf(withoutChromium).for([
    ["Kohonen", "/learn/linear-memories/"],
    ["certificate", "/reference/glossary/"],
    ["solver", "/reference/solvers/"],
    ["index", null],
    ["shape", null],
  ] as const)("the search for %s gives pages before messages", async ([word, address]) => {
    const page = await context.newPage();
    await page.goto(site.origin);
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

  test.skipIf(withoutChromium)("the search finds a message by its code", async () => {
    const page = await context.newPage();
    await page.goto(site.origin);
    const found = await page.evaluate<string>(`(async () => {
      const { search } = await import("/pagefind/pagefind.js");
      const { results } = await search("E0301");
      return (await results[0].data()).sub_results[0].url;
    })()`);
    expect(found).toBe("/reference/errors/#e0301-index_two_dims");
    await page.close();
  });

  test.skipIf(withoutChromium)("no label of a figure lies on another", async () => {
    const page = await context.newPage();
    for (const figure of builtFiles().filter((file) => file.endsWith(".svg"))) {
      await page.goto(site.origin + figure);
      expect(await page.evaluate(crowded), figure).toEqual([]);
    }
    await page.close();
  });

  test.skipIf(withoutChromium)("a reader who prefers the dark gets it", async () => {
    const page = await browser.newPage({ colorScheme: "dark" });
    page.setDefaultTimeout(NEVER);
    await page.goto(site.origin);
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.close();
  });
});

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
