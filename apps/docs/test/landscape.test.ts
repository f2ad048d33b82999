/** Touches the landscape of the built site in a real browser. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DIST } from "./built-site.ts";
import { PRESETS } from "../src/play/presets.ts";
import { toLink } from "../src/play/link.ts";
import { linkOf } from "./link-of.ts";
import { pressFix } from "./quick-fix.ts";
import { CHROMIUM, withoutChromium } from "../../../tools/chromium.ts";
import { serve } from "./serve.ts";

const [TRIANGLE, , , BINARY, OWN] = Object.values(PRESETS);
const EDITOR = '[data-part="editor"]';
/**
 * Bytes of gzip that the page may load before a reader does anything: all but fonts, and the search of the
 * site, which every page loads when it has nothing else to do.
 */
const BUDGET = 350_000;

/** One of its energies takes minutes. */
const SLOW = [
  "dim N = 60000",
  "param w: [N] ~ normal(0, 1)",
  "energy slow = v[0] * sum[a, b] sin(w[a] + 2 * w[b])",
];

/** Milliseconds after which something hangs; no result may depend on them. */
const NEVER = 600_000;

if (withoutChromium !== null) {
  console.warn(`Landscape: not tried in a browser, because ${withoutChromium}.`);
}

describe.skipIf(withoutChromium)("the landscape in Chromium", () => {
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = await serve(DIST);
    const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
    browser = await chromium.launch({ executablePath: CHROMIUM, args, timeout: NEVER });
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 1100 } });
    page.setDefaultTimeout(NEVER);
  });

  afterEach(() => page.close());

  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  /** Opens the page as it is without a link, and waits for its answer. */
  async function open(): Promise<void> {
    await page.goto(`${site.origin}/start/landscape/`);
    await says("comes to rest at (0.87, -0.50)");
  }

  /** Waits until the line below the picture says so. Answers come from a worker, in their own time. */
  async function says(text: string, where = page): Promise<void> {
    await where.locator('[data-part="status"]').filter({ hasText: text }).waitFor();
  }

  const rings = () => page.locator(".marks .minimum").count();
  const messages = () => page.locator('[data-part="messages"]').textContent();
  const PATIENT = { timeout: NEVER };

  /** Adds lines to the end of the text. */
  async function write(...lines: readonly string[]): Promise<void> {
    await page.locator(EDITOR).click();
    await page.locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText(lines.join("\n"));
  }

  test("the page weighs no more than its budget, before somebody writes", async () => {
    const loaded = new Set<string>();
    page.context().on("request", (request) => loaded.add(new URL(request.url()).pathname));
    await open();
    const weight = [...loaded]
      .filter((path) => !/\.(?:woff2?|ttf)$|\/ui-core/.test(path))
      .map((path) => join(DIST, path.endsWith("/") ? `${path}index.html` : path))
      .reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
    // The worker and what it loads are in it.
    expect(weight).toBeGreaterThan(200_000);
    expect(weight).toBeLessThan(BUDGET);
  });

  test("rings stand where balls rest, among lines of equal energy", async () => {
    await open();
    await expect.poll(rings, PATIENT).toBe(3);
    expect(await page.locator(".levels path").count()).toBeGreaterThan(10);
  });

  test("a ball that is dragged rolls elsewhere, and so does one that keys move", async () => {
    await open();
    const picture = (await page.locator('[data-part="picture"]').boundingBox())!;
    const ball = (await page.locator(".ball").boundingBox())!;
    await page.mouse.move(ball.x + ball.width / 2, ball.y + ball.height / 2);
    await page.mouse.down();
    await page.mouse.move(picture.x + 0.45 * picture.width, picture.y + 0.4 * picture.height, {
      steps: 5,
    });
    await page.mouse.up();
    await says("comes to rest at (0.00, 1.00), 0.00 from memory 1");
    await page.locator(".ball").focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press("Shift+ArrowLeft");
    await says("comes to rest at (-0.87, -0.50), 0.00 from memory 2");
  });

  test("a star is added and taken away by a double click", async () => {
    await open();
    const picture = (await page.locator('[data-part="picture"]').boundingBox())!;
    const corner = [picture.x + 0.9 * picture.width, picture.y + 0.1 * picture.height] as const;
    const stars = () => page.locator(".star").count();
    await page.mouse.dblclick(...corner);
    await expect.poll(stars, PATIENT).toBe(4);
    await page.mouse.dblclick(...corner);
    await expect.poll(stars, PATIENT).toBe(3);
  });

  test("a mistake is told, and the picture waits until it is mended", async () => {
    await open();
    await write("energy more = bta * v[0]");
    await expect.poll(messages, PATIENT).toContain("help: did you mean `beta`");
    await page.locator(".cm-lintRange-error").first().waitFor();
    expect(await page.locator("ham-landscape[stale]").count()).toBe(1);
    await page.keyboard.press("Control+Z");
    await expect.poll(messages, PATIENT).toBe("");
    await says("comes to rest at");
  });

  test("in the text the language server helps, and is loaded no sooner", async () => {
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(request.url()));
    await open();
    const servers = () => loaded.filter((url) => url.includes("/language-worker"));
    expect(servers()).toEqual([]);
    expect(loaded.filter((url) => url.includes("/editor"))).toEqual([]);
    await write("energy more = sum[i] v * v[i]");
    await page.locator(".cm-tooltip-autocomplete").waitFor({ state: "detached" });
    await pressFix(page);
    expect(servers()).toHaveLength(1);
    await expect.poll(() => page.locator(EDITOR).textContent()).toContain("sum[i] v[i] * v[i]");
    await page.locator(".cm-line", { hasText: "const beta" }).hover({ position: { x: 60, y: 8 } });
    await page.locator(".cm-told", { hasText: "const beta: real > 0 = 8" }).waitFor();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("\nneuron w: [D] as softm");
    await page.locator(".cm-tooltip-autocomplete li", { hasText: "softmax" }).waitFor();
  });

  test("what is typed while the server thinks of something else is completed too", async () => {
    await page.addInitScript(() => {
      // The server hears late that a completion is asked for: when it is let go.
      const held: (() => void)[] = [];
      let isHeld = true;
      globalThis.Worker = class extends Worker {
        override postMessage(message: { method?: string }): void {
          const send = () => super.postMessage(message, []);
          if (isHeld && message.method === "textDocument/completion") held.push(send);
          else send();
        }
      };
      Object.assign(globalThis, {
        held: () => held.length,
        letGo: () => {
          isHeld = false;
          for (const send of held) send();
        },
      });
    });
    await open();
    await page.locator(EDITOR).click();
    await page.locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Control+End");
    // Nothing completes a new name.
    await page.keyboard.type("\nneuron w");
    await page.waitForFunction("held() > 0");
    await page.keyboard.type(": [D] as softm");
    await page.evaluate("letGo()");
    await page.locator(".cm-tooltip-autocomplete li", { hasText: "softmax" }).waitFor();
  });

  test("steps that are too large are seen to leave the picture", async () => {
    const link = toLink({ ...TRIANGLE, text: TRIANGLE.text.replace("dt = 0.1", "dt = 5") });
    await page.goto(`${site.origin}/start/landscape/#${link}`);
    await says("left the numbers");
    const way = (await page.locator(".way").getAttribute("d"))!;
    expect(Math.max(...[...way.matchAll(/-?[\d.]+/g)].map(([v]) => Math.abs(Number(v))))).toBe(
      6300,
    );
  });

  test("where the energy is no number the picture is clear, so that its hatching is seen", async () => {
    const text = `${OWN.text}\nenergy hole = log(v[0] + 1)\n`;
    await page.goto(`${site.origin}/start/landscape/#${toLink({ ...OWN, text })}`);
    await says("Where it is hatched, the energy is no number.");
    const [left, right] = await page.locator(".picture canvas").evaluate((canvas) => {
      const { width: n } = canvas as HTMLCanvasElement;
      const pen = (canvas as HTMLCanvasElement).getContext("2d")!;
      return [1, n - 2].map((x) => pen.getImageData(x, n / 2, 1, 1).data[3]);
    });
    expect([left, right]).toEqual([0, 255]);
  });

  test("units with two values flip along the axes", async () => {
    await page.goto(`${site.origin}/start/landscape/#${toLink(BINARY)}`);
    await says("-2.000");
    const way = (await page.locator(".way").getAttribute("d"))!;
    const places = way
      .slice(1)
      .split("L")
      .map((at) => at.split(",").map(Number));
    // One unit at a time.
    for (const [k, [x, y]] of places.slice(1).entries()) {
      expect(x === places[k][0] || y === places[k][1]).toBe(true);
    }
    expect(new Set(places.map(String)).size).toBeGreaterThan(1);
    expect(await page.locator(".path").getAttribute("d")).not.toContain("L");
  });

  test("the energy of a recall is drawn over its steps, and leaves the figure where it grows", async () => {
    await open();
    expect(await page.locator(".energies svg").getAttribute("aria-label")).toContain("96 steps");
    const link = toLink({ ...TRIANGLE, text: TRIANGLE.text.replace("dt = 0.1", "dt = 5") });
    await page.goto(`${site.origin}/start/landscape/#${link}`);
    await page.locator(".energies text", { hasText: "further up" }).waitFor();
  });

  test("a program of a page is run from there", async () => {
    await page.goto(`${site.origin}/learn/fixed-points/`);
    const program = page.locator("a[data-scene]").first();
    const text = await page
      .locator('pre[data-language="ham"]')
      .first()
      .locator(".ec-line")
      .allTextContents();
    await program.click();
    await says("converged");
    const shown = await page.locator(".plain .line").allTextContents();
    expect(shown.join("").trim()).toBe(
      text
        .map((line) => line.replace("\n", ""))
        .join("\n")
        .trim(),
    );
  });

  test.each(["step-size", "training"])("the lesson %s is solved by its button", async (lesson) => {
    await page.goto(`${site.origin}/tour/${lesson}/`);
    await page.locator('[data-part="reasons"]', { hasText: "not so" }).waitFor();
    await page.locator('[data-part="solve"]').click();
    await page.locator("ham-lesson[solved]").waitFor();
    await page.locator('[data-part="reset"]').click();
    await page.locator("ham-lesson:not([solved])").waitFor();
  });

  test("an energy that takes for ever is said to compute, and gives way to a newer text", async () => {
    await open();
    await write(...SLOW);
    await says("Still computing");
    await page.locator("ham-landscape[stale]").waitFor();
    await page.keyboard.press("Control+Z");
    await says("comes to rest at (0.87, -0.50)");
    expect(await page.locator('[data-part="stop"]').isVisible()).toBe(false);
  });

  test("a reader can stop it, and any change computes again", async () => {
    await open();
    await write(...SLOW);
    await page.locator('[data-part="stop"]').click();
    await says("Stopped.");
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Z");
    await says("comes to rest at (0.87, -0.50)");
  });

  test("a knob writes into the text, and the link shows it to somebody else", async () => {
    await open();
    await page.locator('input[name="beta"]').evaluate((input: HTMLInputElement) => {
      input.value = "0.1";
      input.dispatchEvent(new Event("input"));
    });
    expect(await page.locator(EDITOR).textContent()).toContain("const beta: real > 0 = 1.26");
    await expect.poll(rings, PATIENT).toBe(1);
    await says("comes to rest at (0.00, 0.00)");
    const other = await browser.newPage();
    await other.goto(await linkOf(page, ({ text }) => text.includes("= 1.26")));
    await says("comes to rest at (0.00, 0.00)", other);
    expect(await other.locator(EDITOR).textContent()).toContain("= 1.26");
    await other.goto(`${site.origin}/start/landscape/#nonsense`);
    await says("This link is damaged", other);
    await other.close();
  });
});
