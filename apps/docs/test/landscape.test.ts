/** Touches the landscape of the built site in a real browser. */
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIST } from "./built-site.ts";
import { serve } from "./serve.ts";

const CHROMIUM = "/usr/bin/chromium";

describe.skipIf(!existsSync(CHROMIUM))("the landscape in Chromium", { timeout: 60_000 }, () => {
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = await serve(DIST);
    const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
    page = await browser.newPage({ viewport: { width: 1280, height: 1100 } });
    await page.goto(`${site.origin}/start/landscape/`);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  const status = () => page.locator('[data-part="status"]');
  const restsAt = async () => {
    await status().filter({ hasText: "comes to rest at" }).waitFor();
    const said = (await status().textContent())!;
    return /\((-?[\d.]+), (-?[\d.]+)\)/.exec(said)!.slice(1).map(Number);
  };

  test("the ball rolls to the nearest star, and rings stand where balls rest", async () => {
    expect(await restsAt()).toEqual([0.87, -0.5]);
    expect(await page.locator(".rests circle").count()).toBe(3);
    expect(await page.locator(".levels path").count()).toBeGreaterThan(10);
  });

  test("a ball that is dragged rolls elsewhere, and so does one that keys move", async () => {
    const picture = (await page.locator('[data-part="picture"]').boundingBox())!;
    const ball = (await page.locator(".ball").boundingBox())!;
    await page.mouse.move(ball.x + ball.width / 2, ball.y + ball.height / 2);
    await page.mouse.down();
    await page.mouse.move(picture.x + 0.45 * picture.width, picture.y + 0.4 * picture.height, {
      steps: 5,
    });
    await page.mouse.up();
    await status().filter({ hasText: "memory 1" }).waitFor();
    expect(await restsAt()).toEqual([0, 1]);
    await page.locator(".ball").focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press("Shift+ArrowLeft");
    await status().filter({ hasText: "memory 2" }).waitFor();
    expect(await restsAt()).toEqual([-0.87, -0.5]);
  });

  test("a star is added and taken away by a double click", async () => {
    const picture = (await page.locator('[data-part="picture"]').boundingBox())!;
    const corner = [picture.x + 0.9 * picture.width, picture.y + 0.1 * picture.height] as const;
    await page.mouse.dblclick(...corner);
    expect(await page.locator(".star").count()).toBe(4);
    await page.mouse.dblclick(...corner);
    expect(await page.locator(".star").count()).toBe(3);
  });

  test("a knob writes into the text", async () => {
    await page.locator('input[name="beta"]').evaluate((input: HTMLInputElement) => {
      input.value = "0.1";
      input.dispatchEvent(new Event("input"));
    });
    expect(await page.locator(".cm-content").textContent()).toContain(
      "const beta: real > 0 = 1.26",
    );
    await expect.poll(() => page.locator(".rests circle").count()).toBe(1);
  });

  test("a mistake is told while one types, and the picture waits", async () => {
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("energy more = bta * v[0]");
    await page.locator(".cm-lintRange-error").first().waitFor();
    const messages = page.locator('[data-part="messages"]');
    expect(await messages.textContent()).toContain("help: did you mean `beta`");
    expect(await page.locator("ham-landscape[stale]").count()).toBe(1);
    await page.keyboard.press("Control+Z");
    await expect.poll(() => messages.textContent()).toBe("");
  });

  test("an energy that takes too long is given up, and the page stays awake", async () => {
    const slow = [
      "dim N = 60000",
      "param w: [N] ~ normal(0, 1)",
      "energy slow = v[0] * sum[a, b] sin(w[a] + 2 * w[b])",
    ];
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText(slow.join("\n"));
    await status().filter({ hasText: "takes too long" }).waitFor();
    await page.keyboard.press("Control+Z");
    await restsAt();
  });

  test("the link shows the same to somebody else, and a damaged one says so", async () => {
    const end = await restsAt();
    const link = page.url();
    expect(link).toContain("#");
    const other = await browser.newPage();
    await other.goto(link);
    const said = other.locator('[data-part="status"]');
    await said.filter({ hasText: `(${end.map((v) => v.toFixed(2)).join(", ")})` }).waitFor();
    expect(await other.locator(".cm-content").textContent()).toContain("= 1.26");
    await other.goto(`${site.origin}/start/landscape/#nonsense`);
    await said.filter({ hasText: "This link is damaged" }).waitFor();
    await other.close();
  });
});
