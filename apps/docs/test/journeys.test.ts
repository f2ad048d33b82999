/** What readers do with the playground from beginning to end, in a real browser. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeNpy, writeNpz } from "@hamlet/core";
import { encode } from "fast-png";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIST } from "./built-site.ts";
import { FIRST, METHODS, type Swept, sweep } from "../src/notebooks/sweep.ts";
import { PRESETS } from "../src/play/presets.ts";
import { toLink } from "../src/play/link.ts";
import { LESSONS } from "../src/tour/lessons.ts";
import { linkOf } from "./link-of.ts";
import { listen } from "./looked-at.ts";
import { pressFix } from "./quick-fix.ts";
import { CHROMIUM, withoutChromium } from "../../../tools/chromium.ts";
import { serve } from "./serve.ts";
import { some } from "../../../tools/samples.ts";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
/** Milliseconds after which something hangs; no result may depend on them. */
const NEVER = 600_000;
const [TRIANGLE] = Object.values(PRESETS);
const EDITOR = '[data-part="editor"]';

/** A memory of three pictures of three by three pixels, which come from a file. */
const PICTURES = `ham 1
dim K, H, W
data seen: [K, H, W]
given half: [H, W]
neuron v: [H, W] as identity { leak = off }
energy memory = -1/8 * logsumexp[m] -4 * sum[y, x] (v[y, x] - seen[m, y, x])^2
recall settle {
  start v = half
  solver = euler(dt = 0.1)
  steps = 200
  stop when change < 1e-5
}
`;

describe.skipIf(withoutChromium)("in Chromium", () => {
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

  async function open(hash = "", origin = site.origin, where = browser): Promise<Page> {
    const page = await where.newPage({ viewport: { width: 1280, height: 1100 } });
    page.setDefaultTimeout(NEVER);
    await page.goto(`${origin}/start/landscape/${hash}`);
    return page;
  }
  const says = (page: Page, text: string) =>
    page.locator('[data-part="status"]').filter({ hasText: text }).waitFor();
  const part = (page: Page, name: string) => page.locator(`[data-part="${name}"]`);

  /** All that a reader sees of a scene. */
  async function seen(page: Page): Promise<unknown> {
    return {
      text: (await page.locator(`${EDITOR} .line, ${EDITOR} .cm-line`).allTextContents()).map(
        (line) => line.replace("\n", ""),
      ),
      status: await part(page, "status").textContent(),
      step: await page.locator(".time output").textContent(),
      now: await page
        .locator(".picture .now")
        .evaluate((dot) => [dot.getAttribute("cx"), dot.getAttribute("cy")]),
      way: await page.locator(".way").getAttribute("d"),
      energies: await page.locator(".energies .line").first().getAttribute("d"),
    };
  }

  test("a mistake is mended by its quick fix, the recall stepped through, and shared", async () => {
    const page = await open();
    await says(page, "comes to rest at (0.87, -0.50)");
    await page.locator(EDITOR).click();
    await page.locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("energy more = 0.01 * sum[i] v * v[i]\n");
    await page.locator(".cm-tooltip-autocomplete").waitFor({ state: "detached" });
    await pressFix(page);
    await says(page, "comes to rest at");
    expect(await part(page, "messages").textContent()).toBe("");
    const slider = page.locator(".time input");
    await slider.focus();
    for (let k = 0; k < 3; k++) await page.keyboard.press("Home");
    for (let k = 0; k < 12; k++) await page.keyboard.press("ArrowRight");
    await page.locator(".time output", { hasText: "step 12 of" }).waitFor();
    await page.keyboard.press("Tab");
    await part(page, "share").click();
    await says(page, "The link is in");
    const link = page.url();
    // What the line says of the clipboard gives way to the same as before.
    await page.reload();
    await says(page, "comes to rest at");
    const other = await open(new URL(link).hash);
    await says(other, "comes to rest at");
    const [mine, theirs] = [await seen(page), await seen(other)];
    expect(theirs).toEqual(mine);
    expect(theirs).toMatchObject({ step: expect.stringContaining("step 12 of") as string });
    await Promise.all([page.close(), other.close()]);
  });

  test("a recall plays from its start to its end", async () => {
    const page = await open();
    await says(page, "comes to rest at");
    await page.locator(".time button").click();
    await page.locator(".time button", { hasText: "Pause" }).waitFor();
    await page.locator(".time button", { hasText: "Play" }).waitFor();
    expect(await page.locator(".time output").textContent()).toBe("step 96 of 96");
    await page.close();
  });

  const SEEN = Float32Array.from({ length: 27 }, (_, k) => Number((k * 7) % 5 < 2));
  const half = SEEN.slice(9, 18).fill(0.5, 6);
  const npy = (shape: number[], data: Float32Array) =>
    Buffer.from(writeNpy({ dtype: "float32", shape, data }));
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: "", buffer });
  const csv = (rows: number, data: Float32Array) =>
    Buffer.from(
      Array.from({ length: rows }, (_, row) =>
        data.slice((row * data.length) / rows, ((row + 1) * data.length) / rows).join(","),
      ).join("\n"),
    );
  const png = (data: Float32Array) =>
    Buffer.from(encode({ width: 3, height: 3, channels: 1, data: Uint8Array.from(data) }));

  const FILES: readonly (readonly [string, readonly ReturnType<typeof file>[]])[] = [
    ["npy", [file("seen.npy", npy([3, 3, 3], SEEN)), file("half.npy", npy([3, 3], half))]],
    [
      "npz",
      [
        file(
          "both.npz",
          Buffer.from(
            writeNpz(
              new Map([
                ["seen", { dtype: "float32", shape: [3, 3, 3], data: SEEN }],
                ["half", { dtype: "float32", shape: [1, 3, 3], data: half }],
              ]),
            ),
          ),
        ),
      ],
    ],
    ["csv", [file("seen.npy", npy([3, 3, 3], SEEN)), file("half.csv", csv(3, half))]],
    ["png", [file("seen.npy", npy([3, 3, 3], SEEN)), file("half.png", png(SEEN.slice(9, 18)))]],
  ];
  test.each(some(FILES))("files are dropped: %s", async (_, files) => {
    const page = await open(`#${toLink({ ...TRIANGLE, text: PICTURES })}`);
    await says(page, "The picture shows the last text");
    const chooser = page.waitForEvent("filechooser");
    await part(page, "files-button").click();
    await (await chooser).setFiles(files);
    await says(page, "converged");
    const layer = page.locator(".layers svg").nth(1);
    expect(await layer.getAttribute("aria-label")).toBe(
      `v: ${Array.from(SEEN.slice(9, 18)).join(", ")}`,
    );
    // A link takes small files with it.
    const link = await linkOf(page, ({ data }) => data !== undefined);
    const other = await open(new URL(link).hash);
    await says(other, "converged");
    expect(await other.locator(".layers svg").nth(1).getAttribute("aria-label")).toBe(
      await layer.getAttribute("aria-label"),
    );
    await part(other, "files").locator("button").first().click();
    await says(other, "The picture shows the last text");
    await Promise.all([page.close(), other.close()]);
  });

  test("a file that is dropped is taken, and its rows of two are stars", async () => {
    const page = await open();
    await says(page, "comes to rest at");
    const rows = npy([4, 2], Float32Array.of(1, 1, -1, 1, -1, -1, 1, -1)).toString("base64");
    const dropped = await page.evaluateHandle((base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], "xi.npy"));
      return transfer;
    }, rows);
    await page.locator(".ham-play").dispatchEvent("drop", { dataTransfer: dropped });
    await says(page, "(1.00, 1.00)");
    expect(await page.locator(".star").count()).toBe(4);
    await page.close();
  });

  test("a training is seen, stopped, gone on with, and kept", async () => {
    const { scene } = LESSONS.training;
    // Hours of them: however long this test is kept waiting, there is something to stop.
    const epochs = 20_000_000;
    const text = scene.text.replace("epochs = 150", `epochs = ${epochs}`);
    const page = await open(`#${toLink({ ...scene, text })}`);
    const panel = part(page, "learning");
    await panel.locator("button", { hasText: "Stop learning" }).click();
    const stopped = panel.locator("output", { hasText: "stopped: " });
    await stopped.waitFor();
    const stepsOf = (said: string | null) =>
      Number(new RegExp(`(\\d+) of ${epochs}`).exec(said ?? "")![1]);
    const first = stepsOf(await stopped.textContent());
    expect(first).toBeLessThan(epochs);
    await says(page, "with energy");
    await panel.locator("button", { hasText: "Go on learning" }).click();
    await panel.locator("output", { hasText: "learning: " }).waitFor();
    await panel.locator("button", { hasText: "Stop learning" }).click();
    await stopped.waitFor();
    expect(stepsOf(await stopped.textContent())).toBeGreaterThan(first);
    const download = page.waitForEvent("download");
    await panel.locator("button", { hasText: "Keep the params" }).click();
    expect((await download).suggestedFilename()).toBe("params.safetensors");
    await page.close();
  });

  test("a program of a page runs where it stands", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(NEVER);
    await page.goto(`${site.origin}/learn/fixed-points/`);
    await page.locator(".ham-open button", { hasText: "Run it here" }).first().click();
    await says(page, "converged");
    expect(await page.locator("ham-play .marks .minimum").count()).toBeGreaterThan(0);
    await page.close();
  });

  test("a page of somebody else has a memory by one script and one element", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(NEVER);
    const complaints = listen(page, site.origin);
    const docs = readFileSync(
      join(import.meta.dirname, "../src/content/docs/start/embed.md"),
      "utf8",
    );
    const [, shown] = /^```html\n([^]*?)^```/m.exec(docs)!;
    await page.route("**/elsewhere.html", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><title>Elsewhere</title><link rel="icon" href="/favicon.svg">
${shown}
<ham-play view="picture" src="/memory.ham"></ham-play>`,
      }),
    );
    await page.route("**/memory.ham", (route) => route.fulfill({ body: TRIANGLE.text }));
    await page.goto(`${site.origin}/elsewhere.html`);
    const [own, filed] = [page.locator("ham-play").nth(0), page.locator("ham-play").nth(1)];
    await own.locator('[data-part="status"]', { hasText: "0.00 from memory 1" }).waitFor();
    expect(await own.locator(".plain .line").first().textContent()).toBe("ham 1\n");
    await filed.scrollIntoViewIfNeeded();
    await filed.locator('[data-part="status"]', { hasText: "at (0.87, -0.50)" }).waitFor();
    expect(await filed.locator(".left").isVisible()).toBe(false);
    await own.locator(EDITOR).click();
    await own.locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("energy more = bta * v[0]\n");
    await own.locator('[data-part="messages"]', { hasText: "did you mean `beta`" }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a sweep of random pairs is measured on its page as by the library", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(NEVER);
    await page.goto(`${site.origin}/notebooks/kohonen/`);
    const figure = page.locator("ham-sweep");
    expect(await figure.locator("[name=d]").inputValue()).toBe(String(FIRST.d));
    expect(await figure.locator("[name=method] option").allTextContents()).toEqual(METHODS);
    // Before it is seen nothing is measured, and what is chosen is not lost.
    await figure.locator("[name=d]").selectOption("64");
    await figure.scrollIntoViewIfNeeded();
    await figure.locator("[name=seed]").fill("7");
    await figure.locator("[name=seed]").blur();
    await figure
      .locator("[role=status]", { hasText: "pseudo-inverse, d = 64: 7 numbers" })
      .waitFor();
    const rows = await figure
      .locator("tbody tr")
      .evaluateAll((all) =>
        all.map((row) =>
          [...(row as HTMLTableRowElement).cells].map((cell) => Number(cell.textContent)),
        ),
      );
    const expected: Swept[] = [];
    // Fixed: that of the page.
    for await (const swept of sweep({ d: 64, method: "pseudo-inverse", seed: 7 }))
      expected.push(swept);
    expect(rows).toHaveLength(expected.length);
    for (const [k, { n, mean, expected: closed }] of expected.entries()) {
      expect(rows[k][0]).toBe(n);
      expect(rows[k][1]).toBeCloseTo(mean, 5);
      expect(rows[k][3]).toBeCloseTo(closed!, 5);
      // What is measured is what was derived, within four standard errors.
      expect(Math.abs(rows[k][1] - rows[k][3])).toBeLessThan(4 * rows[k][2] + 1e-5);
    }
    await page.close();
  });

  test("with headers that isolate the page it works as without", async () => {
    await using isolated = await serve(DIST, {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    const page = await browser.newPage();
    page.setDefaultTimeout(NEVER);
    const complaints = listen(page, isolated.origin);
    await page.goto(`${isolated.origin}/start/landscape/`);
    await says(page, "comes to rest at (0.87, -0.50)");
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("without WebAssembly it works, and says in which precision", async () => {
    const args = [...ARGS, "--js-flags=--jitless"];
    const plain = await chromium.launch({ executablePath: CHROMIUM, args, timeout: NEVER });
    const page = await open("", site.origin, plain);
    expect(await page.evaluate(() => typeof WebAssembly)).toBe("undefined");
    await says(page, "converged after 96 steps, at (0.87, -0.50)");
    await plain.close();
  });

  test("on a processor of a quarter of the speed it works", async () => {
    const page = await open("#");
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await page.reload();
    await says(page, "comes to rest at (0.87, -0.50)");
    await page.locator(".ball").focus();
    await page.keyboard.press("ArrowLeft");
    await page.locator('.ball[aria-label="the ball at 0.31, 0.20"]').waitFor();
    await page.close();
  });
});
