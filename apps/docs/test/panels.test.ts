/** The panels below the picture of the playground, in a real browser. */
import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIST } from "./built-site.ts";
import { toLink } from "../src/play/link.ts";
import { PRESETS } from "../src/play/presets.ts";
import { type Panel, PANELS, type Scene } from "../src/play/scene.ts";
import { listen, LOOKS, wrongsOf } from "./looked-at.ts";
import { serve } from "./serve.ts";

const CHROMIUM = "/usr/bin/chromium";
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
/** Milliseconds after which something hangs; no result may depend on them. */
const NEVER = 600_000;
const [TRIANGLE] = Object.values(PRESETS);

describe.skipIf(!existsSync(CHROMIUM))("in Chromium", () => {
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;

  beforeAll(async () => {
    site = await serve(DIST);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS, timeout: NEVER });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  async function open(scene: Scene | null, look: BrowserContextOptions = LOOKS.light): Promise<Page> {
    const page = await browser.newPage(look);
    page.setDefaultTimeout(NEVER);
    const hash = scene === null ? "" : `#${toLink(scene)}`;
    await page.goto(`${site.origin}/start/landscape/${hash}`);
    return page;
  }
  const panel = (page: Page, name: Panel) => page.locator(`[data-panel="${name}"]`);
  const says = (page: Page, text: string) =>
    page.locator('.ham-play > .panes [data-part="status"]').filter({ hasText: text }).waitFor();

  /** Writes another text where the first is. */
  async function write(page: Page, text: string): Promise<void> {
    await page.locator('[data-part="editor"]').first().click();
    await page.locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(text);
  }

  test.each(Object.keys(LOOKS) as (keyof typeof LOOKS)[])(
    "with all panels open nothing is wrong with the page (%s)",
    async (look) => {
      const panels = Object.keys(PANELS) as Panel[];
      const page = await open({ ...TRIANGLE, panels }, LOOKS[look]);
      const complaints = listen(page, site.origin);
      await says(page, "comes to rest");
      for (const name of panels) await panel(page, name).locator("> div > *").first().waitFor();
      await page.waitForLoadState("networkidle");
      expect(await wrongsOf(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test("a panel is opened by keys, is loaded no sooner, and stays open in the link", async () => {
    const loaded: string[] = [];
    const page = await browser.newPage();
    page.setDefaultTimeout(NEVER);
    page.on("request", (request) => loaded.push(request.url()));
    await page.goto(`${site.origin}/start/landscape/`);
    await says(page, "comes to rest");
    expect(loaded.filter((url) => /katex[^/]*\.js|panels|found/.test(url))).toEqual([]);
    await panel(page, "rule").locator("summary").focus();
    await page.keyboard.press("Enter");
    await panel(page, "rule").locator(".katex-display").first().waitFor();
    await expect.poll(() => new URL(page.url()).hash, { timeout: NEVER }).not.toBe("");
    const other = await browser.newPage();
    other.setDefaultTimeout(NEVER);
    await other.goto(page.url());
    await panel(other, "rule").locator(".katex-display").first().waitFor();
    await Promise.all([page.close(), other.close()]);
  });

  test("a symbol says what it is, lights up its name in the text, and changes with it", async () => {
    const page = await open({ ...TRIANGLE, panels: ["rule"] });
    const rule = panel(page, "rule");
    await says(page, "comes to rest");
    const symbol = rule.locator('.formula [data-name="xi"]').first();
    expect(await symbol.getAttribute("title")).toBe("data xi: [K, D] = 3 × 2");
    await symbol.hover();
    await rule.locator('.names button[data-name="xi"][lit]').waitFor();
    const lit = () =>
      page.evaluate(() =>
        Array.from(CSS.highlights.get("ham-named") ?? [], (range) => (range as Range).toString()),
      );
    expect(await lit()).toEqual(["xi", "xi"]);
    await rule.locator('.names button[data-name="beta"]').focus();
    expect(await lit()).toEqual(["beta", "beta", "beta", "beta"]);
    const tex = () => rule.locator(".formula annotation").allTextContents();
    expect((await tex()).join()).toContain("\\beta");
    await write(page, TRIANGLE.text.replaceAll("beta", "gamma"));
    await rule.locator('.names button[data-name="gamma"]').waitFor();
    expect((await tex()).join()).not.toContain("\\beta");
    // A text with a mistake keeps the formulas of the last that had none, and says so.
    await page.keyboard.insertText("energy more = nothing\n");
    await rule.locator("> div[stale]").waitFor();
    expect((await tex()).join()).toContain("\\gamma");
    await page.close();
  });
});
